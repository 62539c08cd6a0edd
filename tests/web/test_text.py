"""Text as it comes out of forms: clean, and as people wrote it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.text import clean_text

GONE = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00ad\u200b\u2060\ufeff"
# Plain text, mixed with much of what is dangerous or must survive.
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(f"{GONE}\r\n\t\0\x85\u200d\u200c\u0301\u0653é ا")))


@given(TEXTS)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@given(TEXTS)
def test_nothing_dangerous_survives(text: str) -> None:
    for char in clean_text(text):
        assert char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
        assert char not in GONE


@given(TEXTS)
def test_what_is_left_is_normalised_and_can_be_stored(text: str) -> None:
    found = clean_text(text)
    assert unicodedata.is_normalized("NFC", found)
    assert found == found.strip()
    found.encode()


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 familjen",
        "مَدْرَسَة",
        "می\u200cخواهم",
        "\u200fעברית\u200e abc",
        "Åsa åt räksmörgås – 100 %",
        "rad ett\n\n\trad två",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
    ],
)
def test_what_people_write_survives(text: str) -> None:
    # A mark at the very end or beginning stays too; only blanks are trimmed.
    assert clean_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (None, ""),
        ("", ""),
        ("  \r\n x \r\n y\rz  ", "x \n y\nz"),
        ("a\u202eb", "ab"),
        ("a\0b\x1bc\x7fd", "abcd"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("\u200b \u200b", ""),
        ("\u200e", ""),
        ("\u200d\u200c \u200f", ""),
        ("\u3164\n\u2800", ""),
        ("\u200f!", "\u200f!"),
    ],
)
def test_what_is_cleaned(text: str | None, clean: str) -> None:
    assert clean_text(text) == clean
