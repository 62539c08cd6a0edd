"""Pictures are decoded and written anew: upright, without metadata, location or anything hung on at the end."""

import io
import warnings

# Imported one by one: what isn't imported can't be attacked.
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from portal.files.cleaning.verdict import Clean, Refused

_FORMATS = tuple(plugin.format for plugin in (JpegImagePlugin.JpegImageFile, PngImagePlugin.PngImageFile))
_QUALITY = 88
_HIGH_DEPTH = {"I", "I;16", "I;16B", "I;16L"}


def clean_image(content: bytes, pixels: int) -> Clean:
    """Return a picture written anew: a photo as JPEG, what has transparency or sharp lines (PNG) as PNG.

    WebP becomes one of these: not every back office shows it. Of a moving picture the first one stays.

    :raises Refused: it can't be decoded whole, or has more than ``pixels``.
    """
    Image.MAX_IMAGE_PIXELS = None  # we have a limit of our own, and no warning is a refusal
    warnings.simplefilter("ignore")
    try:
        with Image.open(io.BytesIO(content), formats=(*_FORMATS, WebPImagePlugin.WebPImageFile.format)) as picture:
            if picture.width * picture.height > pixels:
                raise Refused("too_many_pixels")
            kept_as = picture.format
            plain = _plain(ImageOps.exif_transpose(picture))
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, EOFError, OverflowError):
        # Whatever the decoder trips over: it isn't a picture that we can show.
        raise Refused("unreadable") from None
    as_png = kept_as == "PNG" or plain.mode == "RGBA"
    out = io.BytesIO()
    if as_png:
        plain.save(out, "PNG", optimize=False)
    else:
        plain.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Clean("image/png" if as_png else "image/jpeg", out.getvalue())


def warm() -> None:
    """Load what the decoders load at their first use; in the cage there are no files."""
    for kind in ("PNG", "WEBP", "JPEG"):
        made, exif = io.BytesIO(), Image.Exif()
        exif[0x0112] = 6  # lies on its side
        Image.new("RGB", (2, 2)).save(made, kind, exif=exif)
        clean_image(made.getvalue(), 4)


def _plain(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, grey, in colour, or with transparency."""
    if picture.mode in _HIGH_DEPTH:
        picture = picture.point(lambda value: value / 256).convert("L")
    has_alpha = "A" in picture.mode or "transparency" in picture.info
    mode = "RGBA" if has_alpha else "L" if picture.mode in {"1", "L"} else "RGB"
    pixels = picture if picture.mode == mode else picture.convert(mode)
    # A new image: comments and colour profiles of the old one would be written along.
    return Image.frombytes(mode, pixels.size, pixels.tobytes())
