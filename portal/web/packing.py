"""Pages packed for the wire, but only where the size of a packed page gives nothing away.

Whoever can make a browser ask for pages that hold guesses of theirs, and sees how well those pages pack, reads what
else stands in them, such as the form token. Source: BREACH (Gluck, Harris, Prado 2013).
"""

import secrets
import zlib

from flask import Response, request

# Pages are mostly markup: the first level takes a third of the time of the usual one and packs nearly as well.
LEVEL = 1
LEAST_BYTES = 1000
PADDING = 100


def pack(response: Response) -> Response:
    """Pack a page with gzip, if the browser takes it and no other site had a hand in the request."""
    if response.mimetype != "text/html" or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    response.vary.update(("Accept-Encoding", "Sec-Fetch-Site"))
    body = response.get_data()
    if len(body) >= LEAST_BYTES and request.accept_encodings.quality("gzip") > 0 and _is_our_own_doing():
        response.set_data(gzipped(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_our_own_doing() -> bool:
    """Tell whether this site or the person asked for the page, or nobody's secrets can stand in it.

    Source: Fetch Metadata; a browser that doesn't send it gets its pages unpacked.
    """
    return not request.cookies or request.headers.get("Sec-Fetch-Site") in {"same-origin", "none"}


def gzipped(body: bytes) -> bytes:
    """Return the body as gzip, of a length that differs each time by up to 99 bytes.

    They are the file name that the format has room for (RFC 1952), as in Django's answer to the same attack.
    """
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    name = b"i" * secrets.randbelow(PADDING)
    head = b"\x1f\x8b\x08\x08\0\0\0\0\x04\xff" + name + b"\0"
    tail = zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little")
    return head + packer.compress(body) + packer.flush() + tail
