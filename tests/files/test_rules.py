"""Names from outside, states, and limits."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.states import IllegalTransition
from portal.files import rules
from portal.files.rules import FileKind, FileState, Limits, Refusal, clean_name, fit_ending, move


@pytest.mark.parametrize(
    ("given_", "clean"),
    [
        ("hyresavi.pdf", "hyresavi.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mariam\\Bilder\\lön.jpg", "lön.jpg"),
        ("hyres\u00adavi\u200b.pdf", "hyresavi.pdf"),
        ("faktura\u202egpj.exe", "fakturagpj.exe"),
        ("a\u200eb\u2066c\u061c.pdf", "a bc.pdf"),
        ("rad\r\nbrytning\t\x00\x1b.pdf", "rad brytning.pdf"),
        ("  .hemlig..  ", "hemlig"),
        ('vad<är>"det"|här?*.pdf', "vad är det här.pdf"),
        ("a\u030a.pdf", "å.pdf"),
        ("con.pdf", "_con.pdf"),
        ("", "fil"),
        (None, "fil"),
        ("/", "fil"),
        ("....", "fil"),
        ("إيجار.pdf", "إيجار.pdf"),
    ],
)
def test_a_name_from_outside_is_cleaned(given_: str | None, clean: str) -> None:
    assert clean_name(given_) == clean


@given(st.text(max_size=400))
def test_every_name_becomes_a_harmless_one_and_stays_it(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= rules.MAX_NAME
    assert not set(clean) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(char)[0] == "C" for char in clean)
    assert clean.strip(". ") == clean
    assert clean_name(clean) == clean


def test_a_long_name_keeps_its_ending() -> None:
    clean = clean_name("å" * 300 + ".pdf")
    assert (len(clean), clean[-5:]) == (100, "å.pdf")


@pytest.mark.parametrize(
    ("name", "kind", "fitting"),
    [
        ("bild.jpeg", FileKind.JPEG, "bild.jpeg"),
        ("bild.JPG", FileKind.JPEG, "bild.JPG"),
        ("bild.pdf", FileKind.JPEG, "bild.jpg"),
        ("faktura.exe", FileKind.PDF, "faktura.pdf"),
        ("sida.html", FileKind.PNG, "sida.png"),
        ("hyra 2026.11", FileKind.PDF, "hyra 2026.11.pdf"),
        ("skanning", FileKind.PDF, "skanning.pdf"),
        ("foto.webp", FileKind.PNG, "foto.png"),
    ],
)
def test_the_ending_tells_what_the_file_is(name: str, kind: FileKind, fitting: str) -> None:
    assert fit_ending(name, kind) == fitting


@given(st.text(max_size=200), st.sampled_from(FileKind))
def test_a_fitted_name_is_clean_and_short(name: str, kind: FileKind) -> None:
    fitted = fit_ending(clean_name(name), kind)
    assert len(fitted) <= rules.MAX_NAME
    assert fit_ending(fitted, kind) == fitted


def test_nothing_leaves_a_final_state() -> None:
    assert move(FileState.CHECKING, FileState.READY) is FileState.READY
    for state in FileState:
        with pytest.raises(IllegalTransition):
            move(FileState.REMOVED, state)
    with pytest.raises(IllegalTransition):
        move(FileState.REFUSED, FileState.READY)


def test_limits_tell_which_one_was_met() -> None:
    limits = Limits(file_bytes=10, object_files=2, object_bytes=15)
    assert limits.refusal(10, 0, 0) is None
    assert limits.refusal(11, 0, 0) is Refusal.TOO_LARGE
    assert limits.refusal(1, 2, 2) is Refusal.TOO_MANY
    assert limits.refusal(6, 1, 10) is Refusal.TOO_MUCH
    assert limits.refusal(5, 1, 10) is None


def test_every_refusal_has_words() -> None:
    assert set(rules.REFUSAL_WORDS) == set(Refusal)


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ("image/jpeg", "image/jpeg"),
        ("text/html; charset=x", "text/html"),
        ("<script>", ""),
        (None, ""),
        ("a/" + "b" * 90, ""),
    ],
)
def test_a_declared_type_is_kept_only_if_it_is_one(declared: str | None, kept: str) -> None:
    assert rules.clean_type(declared) == kept
