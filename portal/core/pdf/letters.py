"""Which characters the fonts of documents can show, and what stands for the others."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from portal.core.pdf.fonts import FOLDER

# These characters show nothing of their own, but shape or turn what is around them: joiners, marks of direction and
# isolates. All others that show nothing are left out (Unicode, Default_Ignorable_Code_Point), and so are controls.
_SHAPING = frozenset("\u200c\u200d\u200e\u200f\u061c\u2066\u2067\u2068\u2069")
_IGNORABLE = re.compile(
    "[\0-\b\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u202a-\u202e\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
# What stands for a character that no font has.
MISSING = "\ufffd"
# A word without an end, such as an address, may be broken after so many characters, or it would leave the page.
_LONGEST_WORD = re.compile(r"\S{40}(?=\S)")


@cache
def coverage() -> tuple[frozenset[str], ...]:
    """Return, for each font, the characters that it has."""
    return tuple(_characters(path) for path in sorted(FOLDER.glob("*.ttf")) if "Italic" not in path.name)


def _characters(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        every = frozenset(map(chr, font.getBestCmap()))
    # A character for private use means nothing to anybody else (PDF/A-3 6.2.11.7.3).
    return frozenset(char for char in every if unicodedata.category(char) != "Co")


@cache
def _plain() -> frozenset[str]:
    """Return the characters that some font has and that stand by themselves."""
    every = frozenset().union(*coverage())
    return frozenset(char for char in every if not _clings(char) and not _IGNORABLE.match(char)) | {"\n"}


def _clings(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or char in _SHAPING


def showable(text: str) -> str:
    """Return a text as the fonts can show it: what none of them has is replaced by ``MISSING``.

    PDF/UA-1 7.21.8 and PDF/A-3 6.2.11.8 forbid a character without a picture.
    """
    return _LONGEST_WORD.sub("\\g<0>\u200b", _shown(text))


def _shown(text: str) -> str:
    if _plain().issuperset(text):
        return text
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    clean = _IGNORABLE.sub("", lines)
    return "".join(map(_fit, _clusters(clean)))


def _clusters(text: str) -> Iterator[str]:
    """Yield characters each with the marks that cling to it: they are drawn together, so by one font."""
    held = ""
    for char in text:
        if held and (held.isspace() or not _clings(char)):
            yield held
            held = ""
        held += char
    if held:
        yield held


def _fit(cluster: str) -> str:
    if cluster[0] not in _plain():
        return cluster if _SHAPING.issuperset(cluster) else MISSING
    wanted = frozenset(cluster) - _SHAPING - {"\n"}
    return cluster if any(map(wanted.issubset, coverage())) else cluster[0]
