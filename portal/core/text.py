"""Text from outside, cleaned at the edge: of forms, and of what a back office sends."""

import unicodedata

# Characters that turn or hide text (Trojan Source, CVE-2021-42574). Plain marks U+200E and U+200F stay: Arabic and
# Hebrew writers need them. Embeddings, overrides and isolates are removed.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff")
# Letters and symbols by their class that show nothing: fillers of Hangul, and the Braille pattern without dots.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean_text(value: str | None) -> str:
    """Return text as it is stored: NFC, Unix line ends, no control, direction-turning or invisible characters.

    Text in which nothing shows, such as a mark of direction alone, is no text.

    Source: CVE-2021-42574 (bidirectional controls); PEERS.md B2 row 9 (control characters broke back offices).
    """
    if not value:
        return ""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    # Composed only afterwards: what an invisible character kept apart comes together when it is gone.
    clean = unicodedata.normalize("NFC", "".join(char for char in lines if _may_stay(char))).strip()
    return clean if any(map(_shows, clean)) else ""


def _may_stay(char: str) -> bool:
    if char in "\n\t":
        return True
    return unicodedata.category(char) not in {"Cc", "Cs"} and char not in _BIDI_CONTROLS and char not in _INVISIBLE


def _shows(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in _BLANK
