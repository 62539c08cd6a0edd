"""Pictures from elsewhere: judged, and made anew or refused, before a browser is given them.

A photograph is decoded and written again as PNG; a drawing (SVG) may hold shapes and nothing that runs, links or loads.
"""

import base64
import binascii
import hashlib
import io
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from lxml import etree
from PIL import Image

from portal.identity.saml.errors import SamlRefused
from portal.identity.saml.xml_reader import Bounds, parse

MAX_BYTES: Final = 256 * 1024
MAX_SIDE: Final = 4096
SHOWN_SIDE: Final = 160  # px: what 40 px need on the finest screen
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
_BOUNDS: Final = Bounds(elements=2000, attributes=40)
_SVG: Final = "{http://www.w3.org/2000/svg}"
_SHAPES: Final = frozenset(
    _SVG + name
    for name in (
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "style", "text", "tspan"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask"),
    )
)
# Whatever may lead out of the drawing: addresses other than parts of itself, style sheets, escapes that hide them.
_OUTWARD: Final = re.compile(r"""url\(\s*["']?\s*[^#"'\s]|@import|image-set|\\|script:""", re.IGNORECASE)


class BadPicture(ValueError):  # noqa: N818 - read as what is wrong
    """What was given is no picture that may be shown; the words are a code for logs."""


@dataclass(frozen=True)
class Picture:
    """A picture that may be shown, as PNG or SVG."""

    content: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """What it is, for the header."""
        return "image/png" if self.content.startswith(b"\x89PNG") else "image/svg+xml"

    @property
    def tag(self) -> str:
        """A short name of this very picture, for its address: another picture has another address."""
        return hashlib.sha256(self.content).hexdigest()[:12]


def judged(data: bytes) -> Picture:
    """Return the picture in foreign bytes, safe to be shown.

    :raises BadPicture: it is too large, of another kind, broken, or more than a picture.
    """
    if len(data) > MAX_BYTES:
        raise BadPicture("too_large")
    return _drawing(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else _photograph(data)


@lru_cache(maxsize=256)
def from_data_address(address: str) -> Picture:
    """Return the picture that a ``data:`` address holds.

    :raises BadPicture: see ``judged``; or the address is not in base64.
    """
    head, comma, body = address.partition(",")
    if not (comma and head.startswith("data:image/") and head.endswith(";base64")):
        raise BadPicture("not_base64")
    try:
        data = base64.b64decode("".join(body.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadPicture("not_base64") from None
    return judged(data)


def _photograph(data: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            shown = opened.convert("RGBA") if max(opened.size) <= MAX_SIDE else None
    except Image.DecompressionBombError:
        raise BadPicture("too_large") from None
    except (OSError, ValueError, SyntaxError):
        raise BadPicture("not_a_picture") from None
    if shown is None:
        raise BadPicture("too_large")
    shown.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    written = io.BytesIO()
    shown.save(written, "PNG", optimize=True)
    return Picture(written.getvalue())


def _drawing(data: bytes) -> Picture:
    try:
        root = parse(data.strip(), _BOUNDS, comments=True)
    except SamlRefused as refused:
        raise BadPicture(str(refused.reason)) from None
    if root.tag != _SVG + "svg":
        raise BadPicture("not_a_picture")
    for element in root.iter():
        _judge_element(element)
    return Picture(etree.tostring(root))


def _judge_element(element: etree._Element) -> None:
    if element.tag not in _SHAPES or _OUTWARD.search(element.text or ""):
        raise BadPicture("more_than_a_picture")
    for name, value in element.attrib.items():
        local = etree.QName(name).localname.lower()
        leads_out = local == "href" and not str(value).startswith("#")
        if local.startswith("on") or local == "base" or leads_out or _OUTWARD.search(str(value)):
            raise BadPicture("more_than_a_picture")
