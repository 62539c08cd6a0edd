"""Files that clients send, good and hostile, made here: nothing of them is committed."""

import io
import struct
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, PngImagePlugin

# The test string that every scanner finds, in two halves so that none finds this file (eicar.org).
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STAND" + r"ARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
MARK = b"<script>alert(1)</script>"
PLACE = "59 deg 24 min"


def jpeg(width: int = 60, height: int = 40, *, turned: bool = False, comment: bytes = b"") -> bytes:
    """Return a photo: red above, blue below; ``turned``: lying on its side, as phones store it, with a location."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (0, height // 2, width, height))
    out, exif = io.BytesIO(), Image.Exif()
    if turned:
        picture = picture.rotate(90, expand=True)
        exif[0x0112] = 6
        exif[0x010E] = PLACE
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N", (59.0, 24.0, 0.0)
    picture.save(out, "JPEG", exif=exif, comment=comment, quality=95)
    return out.getvalue()


def png(mode: str = "RGB", size: tuple[int, int] = (30, 20), text: str = "") -> bytes:
    info = PngImagePlugin.PngInfo()
    if text:
        info.add_text("Comment", text)
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def webp(mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (30, 20)).save(out, "WEBP")
    return out.getvalue()


def archive(size: int = 100) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("brev.docx", b"\0" * size)
    return out.getvalue()


def image_bomb(side: int = 50_000) -> bytes:
    """Return a small PNG that says it is ``side`` pixels wide and high, and whose data bear it out for a while."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 3_000_000))
        + chunk(b"IEND", b"")
    )


def pdf(pages: int = 1, text: str = "Hyresavi") -> Pdf:
    made = Pdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(200, 200))
    content = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    for page in made.pages:
        page.contents_add(content)
        page.obj.Resources = Dictionary(
            Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        )
    return made


def saved(made: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    made.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def plain_pdf(pages: int = 1) -> bytes:
    return saved(pdf(pages))


def _script() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=pikepdf.String("app.alert('HOSTILE')"))


def _launch() -> Dictionary:
    return Dictionary(S=Name.Launch, F=Dictionary(F=pikepdf.String("HOSTILE.exe")))


def script_on_opening() -> bytes:
    made = pdf()
    made.Root.OpenAction = made.make_indirect(_script())
    return saved(made)


def scripts_everywhere() -> bytes:
    made = pdf()
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("x"), _script()])))
    made.Root.AA = Dictionary(WC=_script())
    page = made.pages[0].obj
    widget = made.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="x", Rect=[0, 0, 9, 9], AA=Dictionary(K=_script())
        )
    )
    page.AA = Dictionary(O=_script())
    page.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=_script()), widget])
    made.Root.AcroForm = Dictionary(Fields=Array([widget]), XFA=pikepdf.String("HOSTILE"))
    return saved(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def launch() -> bytes:
    made = pdf()
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=_launch())
    follow = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=[0, 0, 9, 9],
        A=Dictionary(S=Name.GoTo, D=Array([made.pages[0].obj, Name.Fit]), Next=_launch()),
    )
    made.pages[0].obj.Annots = Array([link, follow])
    return saved(made)


def embedded_file() -> bytes:
    made = pdf()
    made.attachments["HOSTILE.exe"] = b"MZ HOSTILE"
    stream = made.make_stream(b"MZ HOSTILE")
    spec = Dictionary(Type=Name.Filespec, F=pikepdf.String("HOSTILE.exe"), EF=Dictionary(F=stream))
    made.pages[0].obj.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)]
    )
    return saved(made)


def sends_elsewhere() -> bytes:
    made = pdf()
    sorts = (
        Dictionary(S=Name.SubmitForm, F=pikepdf.String("https://HOSTILE.example")),
        Dictionary(S=Name.URI, URI=pikepdf.String("https://HOSTILE.example")),
        Dictionary(S=Name.GoToR, F=pikepdf.String("//HOSTILE/share"), D=Array([0, Name.Fit])),
        Dictionary(S=Name.ImportData, F=pikepdf.String("HOSTILE")),
    )
    made.pages[0].obj.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=sort) for sort in sorts]
    )
    return saved(made)


def data_elsewhere() -> bytes:
    """Return a document a picture of which lies in another file."""
    made = pdf()
    stream = made.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8)
    stream.F = pikepdf.String("//HOSTILE/share")
    made.pages[0].obj.Resources.XObject = Dictionary(X=stream)
    return saved(made)


def locked(user: str) -> bytes:
    return saved(pdf(), encryption=pikepdf.Encryption(owner="owner", user=user))


def stream_bomb(size: int = 600_000_000) -> bytes:
    """Return a document whose object stream unpacks to far more than any process may have."""
    packer = zlib.compressobj(9)
    packed = b"".join([packer.compress(b"0 " * 500_000) for _ in range(size // 1_000_000)]) + packer.flush()
    head = b"%PDF-1.5\n"
    one = b"1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    one += packed + b"\nendstream\nendobj\n"
    # A cross-reference stream that says that the catalogue is in it.
    entries = b"".join(
        [
            b"\x00\x00\x00\x00\x00\x00",
            b"\x01" + len(head).to_bytes(4, "big") + b"\x00",
            b"\x02" + (1).to_bytes(4, "big") + b"\x00",
            b"\x01" + (len(head) + len(one)).to_bytes(4, "big") + b"\x00",
        ]
    )
    cross = b"3 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 2 0 R/Length %d>>stream\n" % len(entries)
    cross += entries + b"\nendstream\nendobj\n"
    return head + one + cross + b"startxref\n%d\n%%%%EOF\n" % (len(head) + len(one))


def nested(depth: int = 3000) -> bytes:
    return b"%PDF-1.4\n1 0 obj\n" + b"[" * depth + b"]" * depth + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
