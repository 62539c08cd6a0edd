"""The component macros and the layouts, rendered alone: real structure, no context, nothing inline."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.resources import resource_dir
from tests.support.page_check import check_fragment, check_page, parsed

TEMPLATES = resource_dir("templates")
COMPONENTS = sorted(
    path.name
    for path in (TEMPLATES / "components").glob("*.html")
    if "{% extends" not in path.read_text(encoding="utf-8")
)
Render = Callable[..., BeautifulSoup]


class MoneyField(StringField):
    """Stands for the portal's field of sums: the macro knows it by its type's name."""


class ChecksField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Everything(Form):
    name = StringField("Namn", [InputRequired("Skriv ditt namn")], description="Som i passet.", render_kw={"size": 16})
    sum = MoneyField("Hyra", [InputRequired("Skriv beloppet")], description="I månaden.")
    day = DateField("Dag", [InputRequired("Skriv vilken dag")])
    note = TextAreaField("Vad vill du ta upp?", description="Skriv på vilket språk du vill.")
    language = SelectField("Språk", choices={"sv": "Svenska", "ar": "Arabiska"}, default="ar")
    how = RadioField("Hur?", [InputRequired("Välj hur")], choices={"phone": "Telefon", "visit": "Besök"})
    days = ChecksField("Vilka dagar?", [InputRequired("Välj en dag")], choices={"1": "Måndag", "2": "Tisdag"})
    sure = BooleanField("Jag har läst", [InputRequired("Kryssa i rutan")])
    file = FileField("Bilaga", [InputRequired("Välj en fil")])
    secret = HiddenField(default="dold")


@pytest.fixture(scope="module")
def env() -> Environment:
    # StrictUndefined: a macro that leans on context, or on something not passed, fails here.
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: text, lambda one, many, n: one if n == 1 else many, newstyle=True
    )
    made.globals.update(asset=lambda name: f"/static/{name}", csrf_token=lambda: "token")
    return made


@pytest.fixture
def render(env: Environment) -> Render:
    def run(component: str, imports: str, body: str, **context: Any) -> BeautifulSoup:
        source = f"{{% from 'components/{component}.html' import {imports} %}}{body}"
        html = env.from_string(source).render(**context)
        check_fragment(html)
        soup = parsed(html).soup
        _check_references(soup)
        return soup

    return run


def _one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    found = soup.select(selector)
    assert len(found) == 1, (selector, len(found))
    return found[0]


def _check_references(soup: BeautifulSoup) -> None:
    ids = {tag["id"] for tag in soup.find_all(id=True)}
    for attribute in ("aria-describedby", "aria-labelledby", "for"):
        for tag in soup.find_all(attrs={attribute: True}):
            assert set(str(tag[attribute]).split()) <= ids, (attribute, tag[attribute])


def _form(*, errors: bool = False) -> Everything:
    form = Everything()
    if errors:
        assert not form.validate()
    return form


# --- All of them ---


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_needs_no_context_and_says_what_it_has(env: Environment, name: str) -> None:
    source = (TEMPLATES / "components" / name).read_text(encoding="utf-8")
    header = source[: source.index("-#}")]
    public = [macro for macro in re.findall(r"macro (\w+)\(", source) if not macro.startswith("_")]
    assert public
    for macro in public:
        assert re.search(rf"^\s+{macro}\(", header, re.MULTILINE), f"{macro} is not in the header of {name}"
    assert env.get_template(f"components/{name}").module is not None


# --- Icons ---


def test_every_icon_is_drawn_and_hidden_from_screen_readers(render: Render) -> None:
    source = (TEMPLATES / "components" / "icon.html").read_text(encoding="utf-8")
    names = re.findall(r"paths\.update\(\{'([\w-]+)'", source)
    assert len(names) > 40
    soup = render("icon", "icon", "{% for name in names %}{{ icon(name) }}{% endfor %}", names=names)
    assert len(soup.select('svg.i-ic[aria-hidden="true"]')) == len(names)
    assert all(svg.find(["path", "circle"]) for svg in soup.find_all("svg"))


def test_an_icon_can_be_mirrored(render: Render) -> None:
    assert _one(render("icon", "icon", "{{ icon('exit', flip=True) }}"), "svg.i-flip")
    assert not render("icon", "icon", "{{ icon('exit') }}").select(".i-flip")


def test_a_wrong_icon_fails(render: Render) -> None:
    with pytest.raises(UndefinedError):
        render("icon", "icon", "{{ icon('finns-inte') }}")


# --- Buttons ---


def test_buttons(render: Render) -> None:
    soup = render(
        "buttons",
        "button, link_button, back, older, actions",
        """{% call actions() %}{{ button('Skicka', icon='send', name='val', value='ja') }}{% endcall %}
        {{ link_button('/x?a=1&b=2', 'Läs', variant='tertiary', more=': <Meddelande>') }}
        {{ back('/alla', 'Alla delar') }}{{ older('/fler', 'Visa äldre', {'hx-get': '/fler'}) }}""",
    )
    button = _one(soup, ".i-actions > button")
    assert (button["type"], button["name"], button["value"]) == ("submit", "val", "ja")
    assert not button.has_attr("data-variant")
    assert not button.has_attr("disabled")
    link = _one(soup, 'a[href="/x?a=1&b=2"]')
    assert link["data-variant"] == "tertiary"
    assert link.get_text() == "Läs: <Meddelande>"
    assert _one(soup, "a.i-back").get_text() == "Alla delar"
    assert _one(soup, 'a[hx-get="/fler"]')["href"] == "/fler"


# --- Status ---


def test_a_status_is_colour_icon_and_word(render: Render) -> None:
    tag = _one(render("status", "tag", "{{ tag('warning', 'clock', 'Svara i dag') }}"), "span.ds-tag")
    assert tag["data-color"] == "warning"
    assert tag.svg
    assert tag.get_text() == "Svara i dag"


@pytest.mark.parametrize(
    ("color", "role"), [("info", "note"), ("warning", "note"), ("success", "status"), ("danger", "alert")]
)
def test_a_notice_has_the_role_of_its_weight(render: Render, color: str, role: str) -> None:
    soup = render("status", "alert", "{{ alert(color, '<b>hej</b>') }}", color=color)
    assert _one(soup, ".ds-alert")["role"] == role
    assert soup.get_text() == "<b>hej</b>"
    called = render("status", "alert", "{% call alert(color) %}<p>Inuti</p>{% endcall %}", color=color)
    assert _one(called, ".ds-alert p").get_text() == "Inuti"


def test_heads_and_states(render: Render) -> None:
    soup = render(
        "status",
        "page_head, hero, fresh, missing, calm, empty, card, section, tag",
        """{% call page_head('Idag', over='Torsdag') %}{{ fresh('Uppdaterat 08.12', '/') }}{% endcall %}
        {{ hero('Ny tid', 'Passar det?', '/svara', 'Visa', tag('info', '', 'Ny'), level=3) }}
        {{ missing('Kunde inte hämtas.') }}{{ empty('Inget här.') }}
        {% call calm('Lugnt', 'Inget att göra.') %}<a href="/">Skriv</a>{% endcall %}
        {% call card('Bra att veta', 'bra') %}<p>Text</p>{% endcall %}
        {% call section('Möten', 'moten') %}<p>Text</p>{% endcall %}""",
    )
    assert _one(soup, "h1").get_text() == "Idag"
    assert _one(soup, ".i-fresh a").get_text() == "Hämta igen"
    assert _one(soup, ".i-hero h3").get_text() == "Ny tid"
    assert _one(soup, ".i-hero a.ds-button")["href"] == "/svara"
    assert _one(soup, ".i-hero .ds-tag").get_text() == "Ny"
    assert _one(soup, "section.i-calm")["aria-labelledby"] == "lugnt"
    assert _one(soup, "section.i-sec > h2#moten").get_text() == "Möten"
    assert _one(soup, ".ds-card h2#bra")
    assert _one(soup, ".i-missing p").get_text() == "Kunde inte hämtas."


# --- Lists ---


def test_rows(render: Render) -> None:
    soup = render(
        "lists",
        "list, row, row_slim, row_end, row_text, tile",
        """{% call list(label='Att göra') %}{{ row('/a', '<Titel>', 'Förklaring', 'document', new=True) }}
        {{ row('/b', 'Möte', lead=tile('24', 'nov')) }}{{ row(none, 'Ingen länk', 'Text', 'check') }}
        {{ row_end('/c', 'December', tag) }}{{ row_slim('/d', 'Boka') }}{{ row_text('Tomt.') }}{% endcall %}""",
        tag=Markup('<span class="ds-tag">Klar</span>'),
    )
    items = soup.select("ul.i-list[aria-label='Att göra'] > li")
    assert len(items) == 6
    assert [a["href"] for a in soup.select("li > a.i-row")] == ["/a", "/b", "/c", "/d"]
    assert _one(items[0], ".i-row__t").get_text() == "<Titel>"
    assert _one(items[0], "a.is-new .i-disc svg")
    assert _one(items[1], ".i-tile")["aria-hidden"] == "true"
    assert not items[2].find("a")
    assert _one(items[3], "a.i-row--end > .ds-tag").get_text() == "Klar"


def test_facts_chips_and_tabs(render: Render) -> None:
    chosen = SimpleNamespace(url="/", label="Allt", current=True, count=0)
    other = SimpleNamespace(url="/m", label="Meddelanden", current=False)
    soup = render(
        "lists",
        "facts, chips, tabs",
        "{{ facts([('Plats', 'Torget')]) }}{{ chips(items, 'Visa') }}{{ tabs(items, 'Akt') }}",
        items=[chosen, other],
    )
    assert [(dt.get_text(), dt.find_next("dd").get_text()) for dt in soup.select("dl dt")] == [("Plats", "Torget")]
    assert _one(soup, 'nav.i-chips[aria-label="Visa"] a[aria-current="true"]').get_text() == "Allt 0"
    assert not soup.select('a[href="/m"] b')
    assert _one(soup, 'nav.i-tabs[aria-label="Akt"] a[aria-current="page"]').get_text() == "Allt"


def test_what_has_happened_is_told_in_order_with_what_was_written(render: Render) -> None:
    booked = SimpleNamespace(at="I går 10.00", text=Markup("<b>Du bokade</b>"), change="", reason="")
    moved = SimpleNamespace(at="I dag 07.48", text="Petra", change="Från 10 till 11.", reason="Rätten\n<i>tyvärr</i>")
    soup = render(
        "lists",
        "facts, timeline",
        "{{ facts([('Tolk', 'العربية')], card=False, written=True) }}{{ timeline(items) }}",
        items=[moved, booked],
    )
    latest, first = soup.select("ol.i-time > li")
    assert [p.get_text() for p in latest.select("p")] == ["I dag 07.48", "Petra", "Från 10 till 11."]
    assert _one(latest, "blockquote.i-pre[dir=auto]").get_text() == "Rätten\n<i>tyvärr</i>"
    assert _one(first, "b").get_text() == "Du bokade"
    assert not first.find("blockquote")
    assert _one(soup, "dl.i-facts:not(.ds-card) dd[dir=auto]").get_text() == "العربية"


# --- Forms ---

FIELDS = ["name", "sum", "day", "note", "language", "how", "days", "sure", "file", "secret"]
ALL_FIELDS = "<form>{% for name in names %}{{ field(form[name]) }}{% endfor %}</form>"


def _all_fields(render: Render, *, errors: bool) -> BeautifulSoup:
    source = ALL_FIELDS.replace("<form>", '<form enctype="multipart/form-data">')
    return render("forms", "field", source, form=_form(errors=errors), names=FIELDS)


def test_every_field_is_labelled_and_right(render: Render) -> None:
    soup = _all_fields(render, errors=False)
    assert _one(soup, 'label[for="name"]').get_text() == "Namn"
    name = _one(soup, "input#name")
    assert (name["type"], name["size"], name["autocomplete"]) == ("text", "16", "off")
    assert name["aria-describedby"] == "name-tips"
    assert _one(soup, "#name-tips").get_text() == "Som i passet."
    assert _one(soup, "input#day")["type"] == "date"
    assert _one(soup, "textarea#note")["rows"] == "4"
    assert _one(soup, "select#language option[selected]").get_text() == "Arabiska"
    assert _one(soup, ".i-pick input#file")["type"] == "file"
    assert _one(soup, "input#secret")["value"] == "dold"
    assert not soup.select("[aria-invalid], .ds-validation-message")


def test_money_is_text_with_a_currency(render: Render) -> None:
    money = _one(_all_fields(render, errors=False), ".ds-field-affixes > input#sum")
    assert (money["type"], money["inputmode"]) == ("text", "decimal")
    affix = money.find_next_sibling()
    assert isinstance(affix, Tag)
    assert (affix.get_text(), affix["aria-hidden"]) == ("kr", "true")


def test_only_optional_fields_say_so(render: Render) -> None:
    soup = _all_fields(render, errors=False)
    told = {str(mark.parent["for"]) for mark in soup.select("label > .i-opt") if mark.parent}
    assert told == {"note", "language"}
    forced = render("forms", "field", "{{ field(form.note, optional=False, label='Annan') }}", form=_form())
    assert forced.label.get_text() == "Annan"


@pytest.mark.parametrize(("name", "kind"), [("how", "radio"), ("days", "checkbox")])
def test_choices_are_cards_in_a_named_group(render: Render, name: str, kind: str) -> None:
    soup = render(
        "forms",
        "field",
        "{{ field(form[name], icons=icons, hints={'phone': 'Vi ringer', '1': 'Förmiddag'}) }}",
        form=_form(),
        icons={"phone": "phone", "1": "calendar"},
        name=name,
    )
    group = _one(soup, "fieldset")
    assert _one(group, "legend").get_text() in {"Hur?", "Vilka dagar?"}
    inputs = group.select(f'.ds-field[data-variant="outline"] > input[type="{kind}"]')
    assert [tag["id"] for tag in inputs] == [f"{name}-0", f"{name}-1"]
    assert inputs[0]["aria-describedby"] == f"{name}-0-tips"
    assert not inputs[1].has_attr("aria-describedby")
    assert len(group.select("label svg")) == 1
    assert (group.get("role") == "radiogroup") is (kind == "radio")


def test_errors_stand_between_hint_and_field_and_are_tied(render: Render) -> None:
    soup = _all_fields(render, errors=True)
    name = _one(soup, "input#name")
    assert name["aria-invalid"] == "true"
    assert name["aria-describedby"] == "name-fel name-tips"
    before = [tag.get("id") for tag in name.find_previous_siblings("p")]
    assert before == ["name-fel", "name-tips"]
    assert _one(soup, "#name-fel").get_text() == "Fel: Skriv ditt namn"
    for control in ("sum", "day", "sure", "file"):
        tag = _one(soup, f"#{control}")
        assert tag["aria-invalid"] == "true", control
        assert f"{control}-fel" in str(tag["aria-describedby"]).split(), control
    how = _one(soup, 'fieldset[role="radiogroup"]')
    assert (how["aria-invalid"], how["aria-describedby"]) == ("true", "how-fel")
    assert [tag["aria-invalid"] for tag in soup.select('input[name="days"]')] == ["true", "true"]


def test_the_summary_lists_the_errors_in_order_and_links_to_fields(render: Render) -> None:
    form = _form(errors=True)
    form.form_errors = ["Något annat är fel"]
    source = "{{ error_summary(form, extra=[('rad-2', 'Skriv vad det gäller')]) }}" + ALL_FIELDS.replace(
        "<form>", '<form enctype="multipart/form-data"><input id="rad-2" aria-label="Rad 2">'
    )
    soup = render("forms", "error_summary, field", source, form=form, names=FIELDS)
    summary = _one(soup, '.ds-error-summary[tabindex="-1"][role="alert"]')
    links = [str(a["href"]) for a in summary.select("a")]
    assert links == ["#name", "#sum", "#day", "#how-0", "#days-0", "#sure", "#file", "#rad-2"]
    assert all(soup.find(id=link[1:]) for link in links)
    assert _one(summary, "h2").get_text() == "Rätta 9 saker för att komma vidare"
    assert summary.select("li")[0].get_text() == "Något annat är fel"


def test_no_errors_no_summary(render: Render) -> None:
    assert not render("forms", "error_summary", "{{ error_summary(form) }}", form=_form()).select(".ds-error-summary")


def test_one_error_is_one_thing(render: Render) -> None:
    form = _form()
    form.name.errors = ["Skriv ditt namn"]
    soup = render("forms", "error_summary, field", "{{ error_summary(form) }}{{ field(form.name) }}", form=form)
    assert _one(soup, "h2").get_text() == "Rätta 1 sak för att komma vidare"


def test_errors_that_are_translated_late_are_listed(render: Render) -> None:
    class Late:
        def __str__(self) -> str:
            return "Skriv ditt namn"

    form = _form()
    form.name.errors = [Late()]
    soup = render("forms", "error_summary, field", "{{ error_summary(form) }}{{ field(form.name) }}", form=form)
    assert _one(soup, ".ds-error-summary a").get_text() == "Skriv ditt namn"


def test_a_form_carries_token_key_and_hidden_fields(render: Render) -> None:
    soup = render(
        "forms",
        "form_box, steps",
        "{% call form_box('/spara', form, key='k1', csrf='t1', attrs=attrs) %}{{ steps(2, 3) }}{% endcall %}",
        form=_form(),
        attrs={"hx-post": "/spara"},
    )
    form = _one(soup, 'form.i-form[method="post"][action="/spara"][novalidate][hx-post="/spara"]')
    values = {tag["name"]: tag["value"] for tag in form.select('input[type="hidden"]')}
    assert values == {"secret": "dold", "csrf_token": "t1", "idempotency_key": "k1"}
    assert _one(soup, ".i-steps p").get_text() == "Steg 2 av 3"
    assert (len(soup.select(".i-steps i")), len(soup.select(".i-steps i.is-on"))) == (3, 2)


# --- Messages ---


class Message(Form):
    text = TextAreaField("Skriv till handläggaren", [InputRequired("Skriv något")], description="Vilket språk du vill.")
    files = FileField("Bifoga")


def test_bubbles_say_who_and_when_and_keep_what_was_typed(render: Render) -> None:
    soup = render(
        "messages",
        "thread, day, bubble",
        """{% call thread() %}{{ day('I dag') }}
        {{ bubble(true, 'Du', '09.12', 'Hej <b>du</b>\r\n\r\nRad två\nrad tre', receipt='läst av Petra') }}
        {{ bubble(false, 'Petra', '10.00', 'Svar', delivery='inte levererat', failed=true, links=links, id='m2') }}
        {% endcall %}""",
        links=[{"url": "/bilaga", "label": "Hyresavin", "icon": "clip"}],
    )
    items = soup.select("ol.i-msgs#meddelanden > li")
    assert [" ".join(item["class"]) for item in items] == ["i-day-sep", "i-msg is-me", "i-msg"]
    assert _one(items[1], ".ds-sr-only").get_text() == "Du skrev 09.12:"
    assert [p.get_text() for p in items[1].select("p.i-pre[dir=auto]")] == ["Hej <b>du</b>", "Rad två\nrad tre"]
    assert _one(items[1], ".i-msg__m").get_text() == "09.12, läst av Petra"
    assert _one(items[2], ".ds-sr-only").get_text() == "Petra skrev 10.00:"
    assert _one(items[2], ".i-failure svg")
    assert _one(items[2], ".i-attach a")["href"] == "/bilaga"
    assert items[2]["id"] == "m2"


def test_the_composer_works_without_htmx(render: Render) -> None:
    form = Message()
    source = "{{ thread() }}{{ composer(form, '/meddelanden/1', key='k', csrf='t', attach='files') }}"
    soup = render("messages", "thread, composer", source, form=form)
    composer = _one(soup, "form#skriv")
    assert (composer["method"], composer["action"]) == ("post", "/meddelanden/1")
    assert composer["hx-post"] == composer["action"]
    assert soup.select_one(str(composer["hx-target"]))
    assert composer["enctype"] == "multipart/form-data"
    assert _one(composer, "label.ds-label").get_text() == "Skriv till handläggaren"
    assert _one(composer, "button").get_text() == "Skicka"
    assert _one(composer, 'input[name="idempotency_key"]')["value"] == "k"
    assert not composer.has_attr("hx-swap-oob")


def test_the_cleared_composer_takes_the_focus_out_of_band(render: Render) -> None:
    soup = render("messages", "composer", "{{ composer(form, '/m', csrf='t', oob=True) }}", form=Message())
    assert _one(soup, "form#skriv")["hx-swap-oob"] == "true"
    assert _one(soup, "textarea").has_attr("autofocus")


# --- Queue, dialog, signed-out parts ---


def test_the_queue_is_a_real_table(render: Render) -> None:
    soup = render(
        "table",
        "queue, queue_row, queue_cells",
        """{% call(columns) queue('Att göra', ['Svara senast', 'Klient', 'Vad', 'Kom in'], '/fler', 'Visa 5 till') %}
        {{ queue_row(columns, due, '/a', 'Ada <b>', 'Meddelande', '4 nov', 'Svara', protected=true) }}
        {{ queue_cells(columns, ['Ett', 'Två', 'Tre', 'Fyra'], '/b', 'Öppna') }}{% endcall %}""",
        due=Markup('<span class="ds-tag">I dag</span>'),
    )
    assert _one(soup, "table > caption").get_text() == "Att göra"
    assert len(soup.select('thead th[scope="col"]')) == 5
    assert all(len(row.find_all(["td", "th"])) == 5 for row in soup.select("tbody tr"))
    first = soup.select("tbody tr")[0]
    assert _one(first, 'th[scope="row"] a').get_text() == "Ada <b>"
    assert "Skyddade uppgifter" in first.get_text()
    # On narrow screens a cell stands alone: it says what it is.
    assert [cell["data-label"] for cell in first.select("td[data-label]")] == ["Svara senast", "Vad", "Kom in"]
    assert _one(first, "a.ds-button").get_text() == "Svara: Meddelande, Ada <b>"


def test_the_session_dialog_is_closed_and_posts(render: Render) -> None:
    soup = render("dialog", "session_dialog", "{{ session_dialog('/fortsatt', '/logga-ut', '/', 't') }}")
    dialog = _one(soup, "dialog#session:not([open])")
    assert dialog["data-over"] == "/"
    assert _one(dialog, "form[method=post]")["action"] == "/fortsatt"
    assert [button.get("formaction") for button in dialog.select("button")] == [None, "/logga-ut"]


def test_parts_of_the_signed_out_page(render: Render) -> None:
    ways = [
        {"url": "/a", "label": "BankID", "mark": "B", "note": ""},
        {"url": "/b", "label": "Utländsk", "mark": "EU", "note": "Foreign eID"},
    ]
    soup = render(
        "start",
        "login, eids, eid_chooser, can, sos, disclosure",
        """{% call login('Logga in') %}{{ eids(ways) }}{{ eid_chooser(chosen, 't', next='/idag') }}{% endcall %}
        {{ can([('calendar', 'Boka', 'möte')]) }}{{ sos('Hjälp nu?', [('Fara för liv', '112', '112')]) }}
        {% call disclosure('Mer', 'shield') %}<p>Text</p>{% endcall %}""",
        ways=ways,
        chosen={"first": ways, "others": [], "remembered": False, "may_remember": True},
    )
    assert [a["href"] for a in soup.select("a.i-eid__a")] == ["/a", "/b"]
    assert [form["action"] for form in soup.select("form[method=post]")] == ["/a"]
    assert [button["formaction"] for button in soup.select("button.i-eid__a")] == ["/a", "/b"]
    assert not _one(soup, "input[type=checkbox][name=remember]").has_attr("checked")
    assert len(soup.select(".is-first")) == 2
    assert _one(soup, '#akut a[href="tel:112"]').get_text() == "112"
    assert _one(soup, "details > summary").get_text() == "Mer"


# --- Layouts ---


def _item(label: str, icon: str, *, current: bool = False, count: int = 0) -> dict[str, Any]:
    return {"url": "/x", "label": label, "icon": icon, "current": current, "count": count, "has_new": count > 0}


def _shell(**changes: Any) -> dict[str, Any]:
    return {
        "lang": "sv",
        "dir": "ltr",
        "side": "client",
        "nav_items": [_item("Idag", "today", current=True), _item("Meddelanden", "message", count=4)],
        "menu_items": [_item("Samtycken", "heart")],
        "languages": [("sv", "Svenska", "/sprak/sv", True), ("ar", "العربية", "/sprak/ar", False)],
        "municipality": {"name": "Ekdala kommun", "phone": "08-465 004 10", "logo": ""},
        "exit_url": "/lamna",
        "home_url": "/",
        "logout_url": "/logga-ut",
        "extend_url": "/fortsatt",
        "keep_url": "/behall",
        "sign_in_url": "/logga-in",
        "session_seconds": 900,
        "signed_in": True,
        "person_name": "Tor Lindås",
        "banner": "",
        "footer_links": [("/om", "Om Insyn")],
        **changes,
    }


def _page(env: Environment, layout: str, *, form: object = None, **changes: Any) -> BeautifulSoup:
    source = (
        f'{{% extends "layout/{layout}.html" %}}{{% block title %}}Meddelanden{{% endblock %}}'
        "{% block main %}<h1>Meddelanden</h1>{% endblock %}"
    )
    context = {"form": form} if form is not None else {}
    html = env.from_string(source).render(shell=_shell(**changes), **context)
    check_page(html)
    return parsed(html).soup


LAYOUTS = ["client", "focus", "staff", "signed_out"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_a_whole_page(env: Environment, layout: str) -> None:
    soup = _page(env, layout, banner="Endast demonstration.")
    assert _one(soup, "title").get_text() == "Meddelanden – Insyn"
    assert _one(soup, "main#innehall h1")
    assert _one(soup, '#status[role="status"]').get_text() == ""
    assert _one(soup, '#failed[role="alert"][hidden][data-offline] p').get_text()
    assert _one(soup, "aside.i-banner").get_text() == "Endast demonstration."
    assert _one(soup, "script")["src"] == "/static/insyn.js"
    assert _one(soup, "html")["data-color-scheme"] == "auto"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_title_tells_of_errors(env: Environment, layout: str) -> None:
    assert _one(_page(env, layout, form=_form(errors=True)), "title").get_text().startswith("Fel: Meddelanden")
    assert _one(_page(env, layout, form=_form()), "title").get_text() == "Meddelanden – Insyn"


def test_htmx_evaluates_nothing_and_shows_what_the_server_says(env: Environment) -> None:
    config = json.loads(str(_one(_page(env, "client"), 'meta[name="htmx-config"]')["content"]))
    assert config["allowEval"] is config["includeIndicatorStyles"] is config["allowScriptTags"] is False
    assert config["selfRequestsOnly"] is True
    assert config["historyCacheSize"] == 0

    def handling(status: str) -> dict[str, Any]:
        found: dict[str, Any] = next(rule for rule in config["responseHandling"] if re.search(rule["code"], status))
        return found

    assert handling("200")["swap"]
    assert handling("422") == {"code": "422", "swap": True}
    for status in ("403", "404", "409", "500", "503"):
        assert (handling(status)["swap"], handling(status)["error"]) == (False, True)


def test_the_client_page_has_navigation_exit_and_menu(env: Environment) -> None:
    soup = _page(env, "client")
    links = soup.select('nav.i-nav[aria-label="Huvudmeny"] a')
    assert [link.span.get_text() for link in links if link.span] == ["Idag", "Meddelanden"]
    assert [link.get("aria-current") for link in links] == ["page", None]
    assert _one(links[1], ".i-dot .ds-sr-only").get_text() == "Nytt"
    assert _one(soup, 'a.i-exit[data-exit][href="/lamna"]').get_text() == "Lämna sidan"
    assert _one(soup, "details.i-menu a").get_text() == "Samtycken"
    assert _one(soup, 'details.i-menu form[method="post"]')["action"] == "/logga-ut"
    logo = _one(soup, "footer img")
    assert (logo["src"], logo["alt"]) == ("/static/kommun-logotyp.svg", "Ekdala kommun")
    assert _one(soup, "dialog#session")
    assert _one(soup, "body")["data-session-ends"] == "900"


def test_a_municipality_may_have_its_own_logo(env: Environment) -> None:
    soup = _page(env, "client", municipality={"name": "Annan kommun", "logo": "/static/annan.svg"})
    assert _one(soup, "footer img")["src"] == "/static/annan.svg"


def test_only_what_is_listed_is_shown(env: Environment) -> None:
    soup = _page(env, "client", nav_items=[], menu_items=[], session_seconds=0, signed_in=False)
    assert not soup.select("nav, details, dialog, body[data-session-ends]")
    assert _one(soup, "a.i-exit")


def test_the_focus_page_drops_the_navigation_but_not_the_exit(env: Environment) -> None:
    soup = _page(env, "focus")
    assert not soup.select("nav, details, footer")
    assert _one(soup, "a.i-exit")
    assert _one(soup, "body.i-focus main.i-main--form")


def test_the_staff_page_has_counts_and_a_named_menu(env: Environment) -> None:
    soup = _page(env, "staff", side="staff")
    assert [b.get_text() for b in soup.select("nav.i-side b")] == ["4"]
    assert _one(soup, "details.i-menu > summary").get_text() == "Tor Lindås"
    assert _one(soup, "body.i-staff .i-shell > main")
    assert not soup.select("a.i-exit")


def test_the_signed_out_page_offers_the_languages(env: Environment) -> None:
    links = _page(env, "signed_out", signed_in=False, session_seconds=0).select("nav.i-langs a")
    assert [(a["lang"], a["hreflang"], a["dir"], a.get("aria-current")) for a in links] == [
        ("sv", "sv", "auto", "true"),
        ("ar", "ar", "auto", None),
    ]


def test_right_to_left(env: Environment) -> None:
    soup = _page(env, "client", lang="ar", dir="rtl")
    assert (_one(soup, "html")["lang"], _one(soup, "html")["dir"]) == ("ar", "rtl")
    assert _one(soup, ".i-brand span")["lang"] == "sv"


def test_no_template_of_ours_holds_style_script_or_handlers() -> None:
    for path in sorted(Path(TEMPLATES).glob("[lc]*/*.html")):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|<script(?! src)|\shx-on|\son\w+=|javascript:", source), path.name
