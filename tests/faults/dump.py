"""Looking for personal data in raw bytes: every way in which a text may stand readable in a file."""

import base64
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

_CHUNK = 1 << 20
_PIECE = 4


def needles(text: str) -> set[bytes]:
    """Return the writings of a text that must stand nowhere: encodings, escapes, base64 at every offset, hex."""
    plain = {text, text.upper(), text.lower()}
    encoded = {one.encode(encoding) for one in plain for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")}
    encoded |= {one.encode("latin-1") for one in plain if _fits(one)}
    escaped = {json.dumps(text).strip('"').encode(), quote(text).encode(), quote(text, safe="").encode()}
    raw = text.encode()
    wrapped = {*_base64(raw), raw.hex().encode(), raw.hex().upper().encode(), base64.b32encode(raw).rstrip(b"=")}
    return encoded | escaped | wrapped


def number_needles(number: str) -> set[bytes]:
    """Return the writings of a 12-digit identity number: whole, with dash, without century, as a binary integer."""
    ten, shorter = number[2:], (f"{number[2:8]}{sign}{number[8:]}" for sign in "-+")
    found = {one for text in (number, f"{number[:8]}-{number[8:]}", ten, *shorter) for one in needles(text)}
    # Six bytes as in SQLite; the eight of PostgreSQL hold them too.
    return found | {int(number).to_bytes(6, order) for order in ("big", "little")}


def _fits(text: str) -> bool:
    return all(ord(letter) < 256 for letter in text)


def _base64(raw: bytes) -> Iterator[bytes]:
    # The text may begin at any of three places within a group of four; its ends depend on its neighbours.
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        kept = whole[(0, 2, 3)[before] :].rstrip(b"=")
        kept = kept[: len(kept) - (0 if (before + len(raw)) % 3 == 0 else 1)]
        yield kept
        yield kept.translate(bytes.maketrans(b"+/", b"-_"))


class Search:
    """Looks for thousands of writings at once: only those of which a part stands in some bytes are looked for whole.

    Bytes are cut into pieces of four. A writing of seven bytes or more that stands in them fills at least one of the
    pieces, with the four that begin at its first, second, third or fourth byte.
    """

    def __init__(self, wanted: Mapping[str, set[bytes]]) -> None:
        every = [(label, one) for label, writings in wanted.items() for one in writings]
        self.longest = max(len(one) for _label, one in every)
        self._short = [(label, one) for label, one in every if len(one) < 2 * _PIECE - 1]
        self._by_piece: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        for label, one in every:
            if len(one) >= 2 * _PIECE - 1:
                for start in range(_PIECE):
                    piece = int.from_bytes(one[start : start + _PIECE], sys.byteorder)
                    self._by_piece[piece].append((label, one))

    def find(self, content: bytes) -> set[str]:
        """Return the labels of what stands in some bytes; labels tell what was found without repeating it."""
        pieces = memoryview(content)[: len(content) // _PIECE * _PIECE].cast("I")
        possible = {found for piece in self._by_piece.keys() & set(pieces) for found in self._by_piece[piece]}
        return {label for label, one in possible.union(self._short) if one in content}


def find_in_files(paths: Iterable[Path], wanted: Mapping[str, set[bytes]]) -> set[tuple[str, str]]:
    """Search files, with labels and the names of the files they stand in; chunks overlap by the longest writing."""
    search = Search(wanted)
    found: set[tuple[str, str]] = set()
    for path in paths:
        kept = b""
        try:
            file = path.open("rb")
        except FileNotFoundError:  # the server takes files away while it is searched
            continue
        with file:
            while chunk := file.read(_CHUNK):
                content = kept + chunk
                found |= {(label, path.name) for label in search.find(content)}
                kept = content[-search.longest :]
    return found
