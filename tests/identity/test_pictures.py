"""Pictures from elsewhere: shapes are shown, whatever runs, links, loads or explodes is refused."""

import base64
import io
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from portal.identity.pictures import MAX_BYTES, SHOWN_SIDE, BadPicture, from_data_address, judged

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
PATH = '<path d="M0 0h9v9z" style="fill:#083a3a"/>'


def drawing(inside: str) -> bytes:
    return SVG.format(inside).encode()


def photograph(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_photograph_is_made_anew_and_small(kind: str) -> None:
    picture = judged(photograph(kind))
    assert picture.media_type == "image/png"
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert (shown.format, max(shown.size)) == ("PNG", SHOWN_SIDE)


def test_what_hides_behind_a_photograph_is_left_behind() -> None:
    assert b"<script>" not in judged(photograph() + b"<script>alert(1)</script>").content


@pytest.mark.parametrize(
    "inside",
    [
        PATH,
        f"<!-- Generator --><title>x</title><defs><g id='a'>{PATH}</g></defs><use xlink:href='#a'/>",
        "<linearGradient id='a'/><rect fill='url(#a)'/>",
        "<style>.a{fill:url('#a')}</style>" + PATH,
    ],
)
def test_a_drawing_of_shapes_is_shown(inside: str) -> None:
    picture = judged(b"\xef\xbb\xbf" + drawing(inside))
    assert picture.media_type == "image/svg+xml"
    assert b"Generator" not in picture.content


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "not_a_picture"),
    ("words", lambda: b"hello", "not_a_picture"),
    ("too-large", lambda: b"<" * (MAX_BYTES + 1), "too_large"),
    ("page", lambda: b"<html/>", "not_a_picture"),
    ("pdf", lambda: b"%PDF-1.7", "not_a_picture"),
    ("cut-short", lambda: photograph()[:60], "not_a_picture"),
    ("bomb", lambda: _png_of(60_000), "too_large"),
    ("a-side-too-long", lambda: photograph(size=(4097, 1)), "too_large"),
    ("script", lambda: drawing("<script>alert(1)</script>"), "more_than"),
    ("handler", lambda: drawing('<path onload="alert(1)"/>'), "more_than"),
    ("handler-of-the-root", lambda: drawing("").replace(b"viewBox", b"onload"), "more_than"),
    ("page-inside", lambda: drawing("<foreignObject/>"), "more_than"),
    ("foreign-element", lambda: drawing('<x xmlns="http://www.w3.org/1999/xhtml"/>'), "more_than"),
    ("link", lambda: drawing('<a xlink:href="https://x.example"/>'), "more_than"),
    ("image", lambda: drawing('<image href="https://x.example/x.png"/>'), "more_than"),
    ("use-elsewhere", lambda: drawing('<use xlink:href="https://x.example/x.svg#a"/>'), "more_than"),
    ("use-of-data", lambda: drawing('<use href="data:image/svg+xml;base64,AA=="/>'), "more_than"),
    ("animation", lambda: drawing('<set attributeName="href" to="javascript:x"/>'), "more_than"),
    ("base", lambda: drawing('<g xml:base="https://x.example"/>'), "more_than"),
    ("style-elsewhere", lambda: drawing("<style>@import 'https://x.example'</style>"), "more_than"),
    ("style-in-disguise", lambda: drawing(r"<style>@\69mport 'https://x.example'</style>"), "more_than"),
    ("fill-elsewhere", lambda: drawing('<path style="fill:url( https://x.example )"/>'), "more_than"),
    ("attribute-elsewhere", lambda: drawing("<path fill=\"url('//x.example/#a')\"/>"), "more_than"),
    ("doctype", lambda: b"<!DOCTYPE svg SYSTEM 'file:///etc/passwd'>" + drawing(PATH), "dtd"),
    ("entities", lambda: b'<!DOCTYPE svg [<!ENTITY a "x">]>' + drawing("&a;"), "dtd"),
    ("style-sheet", lambda: b"<?xml-stylesheet href='https://x.example'?>" + drawing(PATH), "instruction"),
    ("deep", lambda: drawing("<g>" * 60 + "</g>" * 60), "too_complex"),
    ("wide", lambda: drawing("<g/>" * 5000), "too_complex"),
    ("utf-16", lambda: drawing(PATH).decode().encode("utf-16"), "not_a_picture"),
]


def _png_of(side: int) -> bytes:
    """A small file that claims to be an enormous picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = side.to_bytes(4) * 2 + bytes((1, 0, 0, 0, 0))
    body = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("make", "words"), [pytest.param(*rest, id=name) for name, *rest in HOSTILE])
def test_more_than_a_picture_is_refused(make: Callable[[], bytes], words: str) -> None:
    data = make()
    begun = time.process_time()
    with pytest.raises(BadPicture, match=words):
        judged(data)
    assert time.process_time() - begun < 1


def test_a_picture_inside_an_address() -> None:
    address = "data:image/svg+xml;base64," + base64.b64encode(drawing(PATH)).decode()
    assert from_data_address(address).content == judged(drawing(PATH)).content


@pytest.mark.parametrize(
    "address", ["data:image/svg+xml,<svg/>", "data:text/html;base64,AAAA", "data:image/png;base64,å"]
)
def test_odd_addresses(address: str) -> None:
    with pytest.raises(BadPicture, match="base64"):
        from_data_address(address)
