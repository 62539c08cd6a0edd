"""The catalogues that are delivered: each language loads, counts, fills its place-holders in, and falls back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_wtf
import polib
import pytest
import wtforms
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, IntegerField, RadioField, StringField, validators

from portal.core import i18n
from portal.core.i18n import gettext, ngettext, use_locale
from portal.web import form_messages
from portal.web.forms import Form as OurForm
from tests.architecture.checks import ROOT

TRANSLATED = sorted(set(i18n.LOCALES) - {i18n.SOURCE_LOCALE})
ENTRIES = [entry for entry in polib.pofile(str(ROOT / "translations/messages.pot")) if not entry.obsolete]
COUNTS = (0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111)
HOLDER = re.compile(r"%\((\w+)\)([sd])")
# Messages of WTForms and Flask-WTF that no person is ever shown: faults of code, and forged posts (their own page).
NEVER_SHOWN = {
    "Choices cannot be None.",
    "Invalid field name '%s'.",
    "Invalid CSRF Token.",
    "CSRF token missing.",
    "CSRF failed.",
    "CSRF token expired.",
}


def compiled(source: Path, target: Path, code: str) -> None:
    """Compile a messages.po as the set-up does."""
    folder = target / code / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with source.open("rb") as po, (folder / "messages.mo").open("wb") as mo:
        write_mo(mo, read_po(po, locale=code))


@pytest.fixture(autouse=True)
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The catalogues as they stand in the checkout, whatever the set-up compiled before."""
    for code in TRANSLATED:
        compiled(ROOT / f"translations/{code}/LC_MESSAGES/messages.po", tmp_path / "translations", code)
    monkeypatch.setattr(i18n, "resource_dir", lambda _kind: tmp_path / "translations")
    i18n.catalogue.cache_clear()
    yield tmp_path / "translations"
    i18n.catalogue.cache_clear()


def values_for(entry: polib.POEntry) -> dict[str, Any]:
    """Return a value for each place-holder of the source, of the right type."""
    found = HOLDER.findall(entry.msgid + entry.msgid_plural)
    return {name: 7 if kind == "d" else f"<{name}>" for name, kind in found}


def test_each_language_speaks() -> None:
    said = {}
    for code in i18n.LOCALES:
        with use_locale(code):
            said[code] = gettext("Skicka")
    assert said == {"sv": "Skicka", "en": "Send", "ar": "إرسال"}


@pytest.mark.parametrize("code", i18n.LOCALES)
def test_every_text_can_be_shown_with_its_values(code: str) -> None:
    with use_locale(code):
        for entry in ENTRIES:
            values = values_for(entry)
            if entry.msgid_plural:
                shown = [ngettext(entry.msgid, entry.msgid_plural, n, **{**values, "num": n}) for n in COUNTS]
            else:
                # Templates format every text, so that a lone percent sign there must not break the page.
                in_template = any(path.startswith("templates/") for path, _ in entry.occurrences)
                text = gettext(entry.msgid)
                shown = [text % values if values or in_template else text]
            assert all(shown), entry.msgid
            assert not [text for text in shown if "%(" in text], entry.msgid


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_is_finished_by_half(code: str) -> None:
    for entry in polib.pofile(str(ROOT / f"translations/{code}/LC_MESSAGES/messages.po")):
        forms = list(entry.msgstr_plural.values())
        assert all(forms) or not any(forms), entry.msgid
        assert not entry.fuzzy, entry.msgid


def test_english_has_two_forms_of_number() -> None:
    with use_locale("en"):
        shown = [ngettext("%(num)s oläst meddelande", "%(num)s olästa meddelanden", n) for n in (0, 1, 2)]
    assert shown == ["0 unread messages", "1 unread message", "2 unread messages"]


def test_arabic_has_six_forms_of_number() -> None:
    with use_locale("ar"):
        shown = {n: ngettext("%(num)s dag sent", "%(num)s dagar sent", n) for n in COUNTS}
    plain = {n: re.sub(r"[\d\u2068\u2069]+", "#", text) for n, text in shown.items()}
    assert plain[0] == "دون تأخير"
    assert plain[1] == "متأخر يومًا واحدًا"
    assert plain[2] == "متأخر يومين"
    assert {plain[n] for n in (3, 10, 103)} == {"متأخر # أيام"}
    assert {plain[n] for n in (11, 99, 111)} == {"متأخر # يومًا"}
    assert {plain[n] for n in (100, 101, 102)} == {"متأخر # يوم"}


def test_what_is_filled_in_keeps_its_order_in_arabic_alone() -> None:
    with use_locale("ar"):
        assert "\u2068010-000 00 00\u2069" in gettext("Ring %(phone)s", phone="010-000 00 00")
    with use_locale("en"):
        assert gettext("Ring %(phone)s", phone="010-000 00 00") == "Phone 010-000 00 00"


def test_a_text_without_translation_is_shown_in_swedish(catalogues: Path, tmp_path: Path) -> None:
    half = polib.POFile()
    half.metadata = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": "nplurals=2; plural=n != 1;"}
    half.append(polib.POEntry(msgid="Skicka", msgstr=""))
    half.append(polib.POEntry(msgid="%(num)s sak", msgid_plural="%(num)s saker", msgstr_plural={0: "", 1: ""}))
    half.save(str(tmp_path / "half.po"))
    (catalogues / "ar/LC_MESSAGES/messages.mo").unlink()
    (catalogues / "ar/LC_MESSAGES").rmdir()
    (catalogues / "ar").rmdir()
    compiled(tmp_path / "half.po", catalogues, "ar")
    with use_locale("ar"):
        assert gettext("Skicka") == "Skicka"
        assert gettext("Finns inte i någon katalog") == "Finns inte i någon katalog"
        counted = [ngettext("%(num)s sak", "%(num)s saker", n) for n in (1, 2)]
    assert [re.sub("[\u2068\u2069]", "", text) for text in counted] == ["1 sak", "2 saker"]


def test_a_language_without_a_catalogue_is_shown_in_swedish(catalogues: Path) -> None:
    (catalogues / "ar/LC_MESSAGES/messages.mo").unlink()
    with use_locale("ar"):
        assert gettext("Skicka") == "Skicka"


def library_messages() -> Iterator[tuple[str, ...]]:
    """Yield what WTForms and Flask-WTF have translated: a message, or its two forms of number."""
    for package in (wtforms, flask_wtf):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and name in {"gettext", "ngettext"}:
                    found = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                    if found:
                        yield tuple(str(text) for text in found[: 2 if name == "ngettext" else 1])


def our_words(texts: tuple[str, ...]) -> str:
    """Return what a person reads instead of a message of the library."""
    if len(texts) == 1:
        return form_messages.words(texts[0])
    return form_messages.counted_words(texts[0], texts[1], 3)


def test_every_message_of_the_form_library_has_words_of_ours() -> None:
    found = set(library_messages())
    assert ("This field is required.",) in found
    unknown = [texts for texts in found if texts[0] not in NEVER_SHOWN and our_words(texts) == texts[-1]]
    assert unknown == []


def test_our_words_have_the_place_holders_of_the_library() -> None:
    for message in form_messages.WORDS:
        known = set(HOLDER.findall(message)) | {("extensions", "s")}
        assert set(HOLDER.findall(form_messages.words(message))) <= known, message


class Everything(OurForm):
    """One field of each kind that answers with words of the library."""

    class Meta(OurForm.Meta):
        """No request, hence no token."""

        csrf = False

    empty = StringField(validators=[validators.DataRequired()])
    short = StringField(validators=[validators.Length(min=3)])
    long = StringField(validators=[validators.Length(max=2)])
    between = StringField(validators=[validators.Length(min=5, max=9)])
    number = IntegerField()
    range = IntegerField(validators=[validators.NumberRange(2, 4)])
    day = DateField()
    choice = RadioField(choices=["a"])  # type: ignore[list-item]  # wtforms' stubs know no bare values


POSTED = {"short": "a", "long": "abc", "between": "a", "number": "x", "range": "5", "day": "x", "choice": "b"}
SAID = {
    "sv": {
        "empty": "Du behöver svara här.",
        "short": "Skriv minst 3 tecken.",
        "long": "Skriv högst 2 tecken.",
        "between": "Skriv mellan 5 och 9 tecken.",
        "number": "Skriv ett helt tal med siffror, till exempel 12.",
        "range": "Skriv ett tal från 2 till 4.",
        "day": "Skriv dagen så här: 2026-11-25.",
        "choice": "Välj något av det som finns i listan.",
    },
    "en": {
        "empty": "You need to answer here.",
        "short": "Write at least 3 characters.",
        "long": "Write at most 2 characters.",
        "between": "Write between 5 and 9 characters.",
        "number": "Write a whole number in digits, for example 12.",
        "range": "Write a number from 2 to 4.",
        "day": "Write the day like this: 2026-11-25.",
        "choice": "Choose something from the list.",
    },
}


@pytest.mark.parametrize("code", i18n.LOCALES)
def test_a_field_refuses_in_the_readers_language(code: str) -> None:
    with Flask(__name__).test_request_context(), use_locale(code):
        form: Form = Everything(formdata=MultiDict(POSTED))
        assert not form.validate()
        said = {name: str(field.errors[0]) for name, field in form._fields.items() if field.errors}
    assert said.keys() == SAID["sv"].keys()
    if code in SAID:
        assert said == SAID[code]
    else:
        assert not [text for text in said.values() if re.search("[A-Za-zÅÄÖåäö]", text)]
