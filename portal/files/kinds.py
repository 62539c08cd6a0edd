"""What a file is by its first bytes; an allow-list, for which names and declared types count nothing."""

import enum

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
# A PDF may have something before its header (ISO 32000-1 annex H.3.4.1); what it is goes when it is written anew.
_PDF_WITHIN = 1024
HEAD = _PDF_WITHIN


class Sort(enum.StrEnum):
    """A sort of file that we know what to do with."""

    IMAGE = "image"
    PDF = "pdf"
    HEIC = "heic"  # phones' own format, which Pillow doesn't read
    OTHER = "other"


def sort_of(head: bytes) -> Sort:
    """Return what a file is that begins with these bytes (``HEAD`` of them, or all)."""
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Sort.IMAGE
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return Sort.HEIC
    return Sort.PDF if b"%PDF-" in head[:_PDF_WITHIN] else Sort.OTHER
