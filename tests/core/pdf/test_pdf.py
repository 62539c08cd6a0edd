"""Documents as PDF: accessible, right in every direction of writing, and deaf to what stands in them."""

import unicodedata
from datetime import date
from io import BytesIO

import pikepdf
import pymupdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.core.errors import Unavailable
from portal.core.pdf import Document, Facts, Heading, Inline, Items, Note, Paragraph, Span, Table, render
from portal.core.pdf.letters import MISSING, coverage, showable
from tests.support.pdf import faults_of, made_here, tags_of, text_of

_EVERY = frozenset().union(*coverage())
_MARKS = sorted(char for char in _EVERY if unicodedata.category(char)[0] == "M") + list(
    "\u200c\u200d\u200f\u2068\u2069"
)
_LETTERS = sorted(char for char in _EVERY if unicodedata.category(char)[0] in "LNPS")
DAY = date(2026, 11, 26)
ARABIC = 'هذا غير صحيح. كتبوا "Jonas arbetar heltid" وهذا خطأ.'
HOSTILE = (
    '#panic("ut")',
    '#read("/etc/passwd")',
    '#import "@preview/x:0.1.0"',
    "$ x^2 $ *fet* _lutad_ `rå` <märke> @hänvisning // gömt",
    '"] #text(fill: red)[x',
    "\\u{202e} \\",
    "= rubrik\n- punkt\n/ ord: sak",
    '{"kind": "heading"}',
    "</script><script>alert(1)</script>",
)


def document(*texts: Inline, heading: Inline = "Telefonsamtal") -> Document:
    return Document(heading, [Paragraph(text) for text in texts], DAY, footer="Kommunen")


def every_block() -> Document:
    said = Span(ARABIC, auto=True)
    return Document(
        Span("Telefonsamtal", lang="sv"),
        [
            Paragraph(("Skrivet av ", Span("Petra Lindqvist", auto=True)), muted=True),
            Facts([("Ärende", Span("Ekonomiskt bistånd", lang="sv")), ("Telefon", Span("010-000 00 00", auto=True))]),
            Heading("Texten"),
            Paragraph(Span("Hyran höjs.\nNy rad.", lang="sv", auto=True)),
            Note([Heading("Fel", 2), Paragraph(said), Items(["Ett", said])]),
            Items(["Första", "Andra"], numbered=True),
            Table(["Vad", "Kronor"], [["Hyra", "8 200,50"], [said, "300"]], numbers=frozenset({1})),
        ],
        DAY,
        footer="Kommunen",
        author="Kommunen",
    )


@pytest.mark.parametrize("lang", ["sv", "en", "ar"])
def test_a_validator_that_no_one_here_wrote_finds_nothing(lang: str) -> None:
    made = render(every_block(), title="Journal", lang=lang)

    assert faults_of(made) == ""


def test_the_validator_finds_what_is_wrong() -> None:
    with pikepdf.open(BytesIO(render(every_block(), title="Journal", lang="sv"))) as broken:
        del broken.Root["/Lang"]
        held = BytesIO()
        broken.save(held)

    assert faults_of(held.getvalue()).startswith("error ")


@pytest.mark.parametrize(("lang", "way"), [("sv", "/L2R"), ("ar", "/R2L")])
def test_the_file_tells_what_it_is(lang: str, way: str) -> None:
    with pikepdf.open(BytesIO(render(every_block(), title="Journal", lang=lang))) as made:
        with made.open_metadata() as told:
            assert (told["pdfuaid:part"], told["pdfaid:part"], told["pdfaid:conformance"]) == ("1", "3", "A")
            assert (told["dc:title"], told["dc:creator"]) == ("Journal", ["Kommunen"])
            assert told["xmp:CreateDate"].startswith("2026-11-26")
        assert str(made.Root.Lang) == lang
        assert bool(made.Root.MarkInfo.Marked)
        assert bool(made.Root.ViewerPreferences.DisplayDocTitle)
        assert str(made.Root.ViewerPreferences.get("/Direction", "/L2R")) == way
        fonts = [font for page in made.pages for font in page.Resources.Font.values()]
        assert fonts
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)


def test_each_block_has_the_tag_of_what_it_is() -> None:
    tags = [tag for tag, _lang in tags_of(render(every_block(), title="Journal", lang="sv"))]

    shape = [tag for tag in tags if tag not in {"P", "LI", "Lbl", "LBody", "Strong", "TR", "Div"}]
    assert shape == (
        ["Document", "Title", "L", "H1", "H2", "L", "L", "Table", "THead", "TH", "TH", "TBody"] + ["TD"] * 4
    )
    assert tags.count("LI") == 6


def test_swedish_keeps_its_language_in_an_arabic_document() -> None:
    made = render(Document(Span("Telefonsamtal", lang="sv"), [Paragraph(ARABIC)], DAY), title="x", lang="ar")

    assert ("Title", "sv") in tags_of(made)


def test_pages_are_numbered_and_have_their_foot() -> None:
    text = text_of(render(document(*["Rad på rad. " * 60] * 12), title="Journal", lang="sv"))

    count = text.count("Kommunen")
    assert count > 1
    assert f"Sida 1 av {count}" in text
    assert f"Sida {count} av {count}" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_written_is_shown_and_never_run(text: str) -> None:
    said = Span(text, auto=True)
    blocks = [Heading(said), Facts([(said, said)]), Note([Items([said])]), Table([said], [[said]])]
    made = render(Document(said, blocks, DAY, footer=text, author=text), title=text, lang="sv")

    shown, wanted = "".join(text_of(made).split()), "".join(text.split())
    assert shown.count(wanted) == 8  # each once, and the table's head


def test_code_in_a_language_or_a_date_is_no_code() -> None:
    with pytest.raises(ValueError, match="expected only letters"):
        render(document(Span("x", lang='sv") #panic("')), title="x", lang="sv")


def make(text: str) -> bytes:
    return made_here(document(Span(text, auto=True), "x"))


@given(st.text(max_size=60))
@example("\0")
@example("\ufffe\ufeff")
@example("\ue000\U000fe4ea")  # for private use
@example("\u0301a \u0651\n\u08f1\u200d\u0301")  # marks without a letter
@example("ሀ\u0301")  # whose font has no such mark
@example("1\ufe0f\u20e3")
@example("\u2067a\u202e")
@settings(max_examples=300, deadline=None)
def test_any_text_makes_a_document(text: str) -> None:
    assert make(text).startswith(b"%PDF-1.7")


@given(st.text(st.sampled_from([*_LETTERS, *_MARKS]), min_size=1, max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_letters_and_marks_together_break_it(text: str) -> None:
    assert make(text).startswith(b"%PDF-1.7")


def test_every_font_was_read_before_the_process_was_locked() -> None:
    own = [sorted(each.intersection(_LETTERS))[-20:] for each in coverage()]
    text = text_of(render(document(*map(" ".join, own)), title="Journal", lang="sv"))

    assert MISSING not in text
    assert "Några tecken" not in text


def test_a_long_word_stays_on_the_page() -> None:
    made = render(document("https://exempel.se/" + "abcdefghij" * 100), title="Journal", lang="sv")

    with pymupdf.open(stream=made, filetype="pdf") as read:
        assert all(float(word[2]) < read[0].rect.width - 50 for word in read[0].get_text("words"))


def test_what_would_cost_too_much_is_refused_in_words() -> None:
    with pytest.raises(Unavailable) as refused:
        render(document("a\n" * 3_000_000), title="Journal", lang="sv")

    assert "på sidan" in str(refused.value.message)


@pytest.mark.parametrize(
    "text", ["Åäö", "Українська", "سلام", "ትግርኛ", "ქართული", "Việt", "😊", "👨\u200d👩\u200d👧", "می\u200cشود", "İş"]
)
def test_the_languages_of_clients_are_whole(text: str) -> None:
    assert showable(text) == text
    assert MISSING not in text_of(render(document(text), title="Journal", lang="sv"))


def test_what_no_font_has_is_told() -> None:
    text = text_of(render(document("中文 och svenska"), title="Journal", lang="sv"))

    assert "och svenska" in text
    assert "Några tecken gick inte att visa här" in text
    assert "Några tecken" not in text_of(render(document("svenska"), title="Journal", lang="sv"))


def test_a_keycap_falls_back_to_its_digit() -> None:
    assert showable("1\ufe0f\u20e3") in {"1", "1\u20e3"}


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render(every_block(), title="Journal", lang="ar") == render(every_block(), title="Journal", lang="ar")


def test_an_untitled_document_and_a_crooked_table_are_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        render(document("x"), title=" ", lang="sv")
    with pytest.raises(ValueError, match="cells"):
        render(Document("x", [Table(["a", "b"], [["1"]])], DAY), title="x", lang="sv")


def test_amounts_are_not_turned_in_arabic() -> None:
    made = render(Document("x", [Table(["ا", "ب"], [["ا", "8 200,50"]], frozenset({1}))], DAY), title="x", lang="ar")

    with pymupdf.open(stream=made, filetype="pdf") as read:
        places = {str(word[4]): float(word[0]) for word in read[0].get_text("words")}
    assert places["8"] < places["200,50"]
