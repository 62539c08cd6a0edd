"""The tool of the translators: stable template, nothing translated is lost, and each fault of a catalogue is found."""

import gettext
import re
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from tests.architecture.checks import ROOT

TEMPLATE = """{# Translators: a button #}{{ _('Skicka') }}
{% trans name=name %}
    Hej <b>%(name)s</b>
{% endtrans %}"""
CODE = """from portal.core.i18n import _, lazy, ngettext, pgettext
# Translators: after sending
A = lazy("Skickat till %(name)s")
B = ngettext("%(num)s möte", "%(num)s möten", 2)
C = pgettext("month", "maj")
"""
ENGLISH = {
    "Skicka": "Send",
    "Hej <b>%(name)s</b>": "Hello <b>%(name)s</b>",
    "Skickat till %(name)s": "Sent to %(name)s",
    "maj": "May",
}


def run(folder: Path, command: str) -> "subprocess.CompletedProcess[str]":
    script = folder / ".ci/messages.py"
    return subprocess.run([sys.executable, str(script), command], capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in {
        ".ci/messages.py": (ROOT / ".ci/messages.py").read_text(),
        "templates/site/a.html": TEMPLATE,
        "portal/a.py": CODE,
        "tests/a.py": '_("Inte en text för någon")',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "translations").mkdir()
    assert run(tmp_path, "update").returncode == 0
    return tmp_path


def catalogue(checkout: Path, name: str = "en") -> polib.POFile:
    return polib.pofile(str(checkout / f"translations/{name}/LC_MESSAGES/messages.po"))


def translate(checkout: Path, changes: dict[str, str] | None = None) -> None:
    po = catalogue(checkout)
    for entry in po:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: "%(num)s meeting", 1: "%(num)s meetings"}
        else:
            entry.msgstr = {**ENGLISH, **(changes or {})}[entry.msgid]
    po.save()


def test_every_marked_text_is_collected_with_what_the_translator_needs(checkout: Path) -> None:
    pot = (checkout / "translations/messages.pot").read_text()
    assert {entry.msgid for entry in polib.pofile(pot)} == {*ENGLISH, "%(num)s möte"}
    assert "#. a button" in pot
    assert "#. after sending" in pot
    assert 'msgctxt "month"' in pot
    assert "Date" not in pot
    assert "portal/a.py:" not in pot


def test_a_whole_catalogue_passes_and_updating_again_changes_nothing(checkout: Path) -> None:
    translate(checkout)
    done = run(checkout, "check")
    assert done.returncode == 0, done.stdout + done.stderr
    before = {path: path.read_bytes() for path in (checkout / "translations").rglob("*.po*")}
    assert run(checkout, "update").returncode == 0
    assert before == {path: path.read_bytes() for path in (checkout / "translations").rglob("*.po*")}


def test_arabic_has_its_six_forms_of_number(checkout: Path) -> None:
    plural = next(entry for entry in catalogue(checkout, "ar") if entry.msgid_plural)
    assert len(plural.msgstr_plural) == 6


def test_a_text_that_is_gone_is_kept_as_obsolete_and_comes_back(checkout: Path) -> None:
    translate(checkout)
    (checkout / "portal/a.py").write_text("")
    run(checkout, "update")
    assert "maj" in {entry.msgid for entry in catalogue(checkout).obsolete_entries()}
    (checkout / "portal/a.py").write_text(CODE)
    run(checkout, "update")
    assert run(checkout, "check").returncode == 0


@pytest.mark.parametrize(
    ("source", "text", "fault"),
    [
        ("Skickat till %(name)s", "Sent to %(namn)s", "other place-holders"),
        ("Skickat till %(name)s", "Sent", "other place-holders"),
        ("Hej <b>%(name)s</b>", "Hello %(name)s", "other tags"),
        ("Hej <b>%(name)s</b>", "Hello <i>%(name)s</i>", "other tags"),
        ("Skicka", "", "not translated"),
    ],
)
def test_each_fault_of_a_translation_is_found(checkout: Path, source: str, text: str, fault: str) -> None:
    translate(checkout, {source: text})
    done = run(checkout, "check")
    assert done.returncode == 1
    assert f"en: {fault}" in done.stdout


def test_a_new_text_makes_the_template_stale(checkout: Path) -> None:
    translate(checkout)
    (checkout / "portal/b.py").write_text('_("Ny text")')
    done = run(checkout, "check")
    assert done.returncode == 1
    assert "messages.pot is stale" in done.stdout


ARABIC_DAYS = ["اليوم نفسه", "يوم واحد", "يومان", "%(num)s أيام", "%(num)s يومًا", "%(num)s يوم"]


@pytest.mark.parametrize(("form", "found"), [(None, False), (3, True), (4, True), (5, True)])
def test_only_a_form_for_one_number_may_leave_the_number_out(checkout: Path, form: int | None, found: bool) -> None:
    translate(checkout)
    po = catalogue(checkout, "ar")
    days = list(ARABIC_DAYS)
    if form is not None:
        days[form] = "أيام"
    next(entry for entry in po if entry.msgid_plural).msgstr_plural = dict(enumerate(days))
    po.save()
    done = run(checkout, "check")
    assert ("ar: other place-holders" in done.stdout) is found
    assert done.returncode == int(found)


def test_the_rule_of_arabic_is_the_one_that_translators_know(checkout: Path) -> None:
    choose = gettext.c2py(catalogue(checkout, "ar").metadata["Plural-Forms"].partition("plural=")[2].rstrip(";"))
    assert [choose(n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103)] == [0, 1, 2, 3, 3, 4, 4, 5, 5, 3]


JINJA = re.compile(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SEEN = r"[^<>\"]*[A-Za-zÅÄÖåäö]{2,}[^<>\"]*"
WORDS = re.compile(rf">({SEEN})<|(?:aria-label|alt|title|placeholder)=\"({SEEN})\"")
# The name of the portal; and the name of the choice of language, in every language at once.
UNMARKED = {"Insyn", "– Insyn", "Språk, Language, اللغة"}


def unmarked(template: str) -> set[str]:
    """Return the texts of a template that a person sees and no translator does."""
    return {(text or name).strip() for text, name in WORDS.findall(JINJA.sub("", template))} - UNMARKED


def test_every_text_of_a_template_is_marked_for_translation() -> None:
    found = {
        (path.name, text) for path in (ROOT / "templates").rglob("*.html") for text in unmarked(path.read_text("utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    "template", ["<p>Skicka nu</p>", '<p aria-label="Skicka nu">x</p>', "<p>{{ name }} Skicka nu {# x #}</p>"]
)
def test_an_unmarked_text_is_found(template: str) -> None:
    assert unmarked(template) == {"Skicka nu"}


@pytest.mark.parametrize("template", ["<p>{{ _('Skicka nu') }}</p>", "<p>{% trans %}Skicka nu{% endtrans %}</p>"])
def test_a_marked_text_is_let_through(template: str) -> None:
    assert unmarked(template) == set()
