"""A part of an application as a page: kept as typed, refused beside the field, rows, two devices."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.kinds import Kind, Period
from portal.core.clock import now
from portal.core.db import writing
from portal.core.i18n import today
from portal.identity.models import KeptForm, SignedInSession
from tests.assistance.pages import GO_ON, LATER, Desk, go_on, part, typed
from tests.assistance.world import ALONE, ROW, invite
from tests.support.client import Page, PageClient, form_values

ROW_1 = ROW.format(1)
HTMX = {"HX-Request": "true"}


def form_of(page: Page) -> dict[str, str]:
    return {name: values[-1] for name, values in form_values(page.form("#del")).items()}


def test_what_is_typed_is_kept_and_the_next_part_opens(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    page = mariam.page(part(draft, "household"))
    assert page.heading == "Du och din familj"
    assert "Del 1 av 7" in page.text
    after = go_on(
        mariam,
        page,
        {"civil_status": "single", "changed": "nothing", "children.none": "yes", "stays": "yes"},
    )
    assert after.heading == "Utgifter"
    assert desk.texts(draft, "household") == dict(ALONE["household"])


def test_faults_stand_beside_their_fields_and_the_rest_is_saved(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft({"costs": {f"costs:{ROW_1}": "1"}})
    page = mariam.page(part(draft, "costs"))
    after = go_on(
        mariam,
        page,
        {f"costs:{ROW_1}:kind": "rent", f"costs:{ROW_1}:amount": "12OO", f"costs:{ROW_1}:whose": "applicant"},
        status=422,
    )
    assert after.soup.title is not None
    assert after.soup.title.text.startswith("Fel:")
    (error,) = after.errors()
    assert "belopp" in error.lower()
    assert after.one(f"#a-costs-{ROW_1}-amount")["value"] == "12OO"
    assert desk.texts(draft, "costs")[f"costs:{ROW_1}:kind"] == "rent"
    assert after.one(".ds-error-summary a")["href"] == f"#a-costs-{ROW_1}-amount"


def test_saving_for_later_refuses_nothing(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    page = mariam.page(part(draft, "contact"))
    after = mariam.submit(page, "#del", typed({"phone": "vet inte"}), button=LATER)
    assert after.heading.startswith("Ansökan för")
    assert "Rätta" in after.text
    assert desk.texts(draft, "contact")["phone"] == "vet inte"


def test_questions_that_an_answer_brings_up_come_without_a_script(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    page = mariam.page(part(draft, "contact"))
    assert not page.soup.select("#a-language")
    after = go_on(mariam, page, {"interpreter": "yes"}, status=422)
    assert "Välj språk." in after.errors()[0]
    done = go_on(mariam, after, {"language": "ar"})
    assert done.heading != "Något mer vi ska veta"
    assert desk.texts(draft, "contact") == {"interpreter": "yes", "language": "ar"}


def test_rows_are_added_removed_and_brought_back_by_buttons_alone(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft({"costs": {"costs.none": "yes"}})
    page = mariam.submit(mariam.page(part(draft, "costs")), "#del", button="Lägg till en utgift")
    (row,) = desk.rows(draft, "costs", "costs")
    assert desk.texts(draft, "costs")["costs.none"] == ""
    fields = typed({f"costs:{row}:kind": "medicine", f"costs:{row}:amount": "300"})
    gone = mariam.submit(page, "#del", fields, button="Ta bort")
    assert desk.rows(draft, "costs", "costs") == []
    assert "Borttaget" in gone.text
    back = mariam.submit(gone, "#del", button="Ångra")
    assert desk.rows(draft, "costs", "costs") == [row]
    assert back.one(f"#a-costs-{row}-amount")["value"] == "300"  # what was typed when it was removed is kept


def test_two_devices_see_both_texts_and_saving_again_is_a_choice(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft({"contact": {"interpreter": "no", "message": "Först"}})
    page = mariam.page(part(draft, "contact"))
    desk.answer(draft, "contact", {"message": "Från datorn"})
    after = go_on(mariam, page, {"message": "Från telefonen", "phone": "070-174 06 05"}, status=409)
    assert "Från datorn" in after.errors()[0]
    assert after.one("#a-message").get_text().strip() == "Från telefonen"
    assert desk.texts(draft, "contact")["message"] == "Från datorn"
    assert desk.texts(draft, "contact")["phone"] == "070-174 06 05"
    go_on(mariam, after, {})
    assert desk.texts(draft, "contact")["message"] == "Från telefonen"


def test_a_form_that_stays_open_is_saved_and_draws_anew_only_what_is_asked_anew(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    page = mariam.page(part(draft, "contact"))
    fields = form_of(page) | {"a:phone": "070-174 06 05", "turn": "1"}
    answer = mariam.post(part(draft, "contact"), data=fields, headers=HTMX)
    assert answer.status_code == 200
    assert "Sparat" in answer.text
    assert 'id="fragor"' not in answer.text
    answer = mariam.post(part(draft, "contact"), data=fields | {"a:interpreter": "yes", "turn": "2"}, headers=HTMX)
    assert 'id="fragor"' in answer.text
    assert 'id="a-language"' in answer.text
    assert desk.texts(draft, "contact") == {"phone": "070-174 06 05", "interpreter": "yes"}


def test_a_late_request_of_the_same_form_changes_nothing(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    fields = form_of(mariam.page(part(draft, "contact")))
    mariam.post(part(draft, "contact"), data=fields | {"a:message": "Ny", "turn": "2"}, headers=HTMX)
    mariam.post(part(draft, "contact"), data=fields | {"a:message": "Gammal", "turn": "1"}, headers=HTMX)
    assert desk.texts(draft, "contact")["message"] == "Ny"


@pytest.mark.parametrize("wrong", ["1.200", "12OO", "-5", "9" * 20, "", "tusen"])
def test_wrong_amounts_are_refused_beside_the_field(mariam: PageClient, desk: Desk, wrong: str) -> None:
    kept = {f"costs:{ROW_1}": "1", f"costs:{ROW_1}:kind": "rent", f"costs:{ROW_1}:whose": "applicant"}
    draft = desk.draft({"costs": kept})
    after = go_on(mariam, mariam.page(part(draft, "costs")), {f"costs:{ROW_1}:amount": wrong}, status=422)
    assert len(after.errors()) == 1


@pytest.mark.parametrize("name", ["amount", "days"])
def test_numbers_run_from_left_to_right_in_every_language(mariam: PageClient, desk: Desk, name: str) -> None:
    section, group = {"amount": ("costs", "costs"), "days": ("household", "children")}[name]
    answers = {"amount": {"kind": "rent", "amount": "12 480,50"}, "days": {"lives": "part", "days": "15"}}[name]
    row = {f"{group}:{ROW.format(1)}": "1"} | {f"{group}:{ROW.format(1)}:{key}": raw for key, raw in answers.items()}
    draft = desk.draft({section: row})
    mariam.set_cookie("insyn-sprak", "ar")
    field = mariam.page(part(draft, section)).one(f"input.ds-input[name$=':{name}']")
    assert field["dir"] == "ltr"


def test_the_co_applicant_answers_only_for_themselves(client: PageClient, desk: Desk) -> None:
    draft = desk.draft({"household": {"civil_status": "cohabiting"}})
    with writing(desk.sessions) as session:
        invite(desk.scene(session), draft)
    desk.sign_in(client, desk.jonas)
    assert client.page(part(draft, "planning")).heading == "Arbete, studier och hälsa"
    client.page(part(draft, "costs"), status=404)
    go_on(client, client.page(part(draft, "contact")), {"interpreter": "no"})
    assert desk.cells(draft, "contact") == {}
    assert desk.cells(draft, "contact", desk.jonas)["interpreter"].raw == "no"


def test_foreign_and_unknown_parts_are_not_there(client: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    desk.sign_in(client, desk.tor)
    client.page(part(draft, "costs"), status=404)
    client.page(f"/ansokan/{draft}", status=404)
    client.page(f"/ansokan/{draft}/bilagor", status=404)
    client.page(f"/ansokan/{draft}/berakning", status=404)
    desk.sign_in(client, desk.mariam)
    client.page(part(draft, "nothing"), status=404)
    client.page(part(draft, "home"), status=404)  # not asked while the home has not changed


def test_what_the_last_application_said_is_shown_as_such(mariam: PageClient, desk: Desk) -> None:
    this = Period.of(today())
    desk.submitted(this, ALONE | {"contact": {"interpreter": "no", "phone": "070-174 06 05"}})
    page = mariam.page("/ansokan")
    assert "Vi fyller i det du skrev förra gången" in page.text
    opened = mariam.submit(page, f'form:has(input[value="{this.plus(1)}"])')
    assert "Vi har fyllt i det du skrev förra gången" in opened.text
    contact = mariam.page(opened.link("Något mer vi ska veta"))
    assert contact.one("#a-phone")["value"] == "070-174 06 05"
    assert "Från förra ansökan" in contact.text


def test_all_kinds_of_questions_of_a_new_application_can_be_shown(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft(kind=Kind.NEW)
    for key in ("household", "home", "costs", "incomes", "assets", "payment", "planning", "contact"):
        page = mariam.page(part(draft, key))
        go_on(mariam, page, {}, status=422)


def test_what_is_fetched_by_law_is_told_and_each_why_is_answered(mariam: PageClient, desk: Desk) -> None:
    page = mariam.page(part(desk.draft(kind=Kind.NEW), "incomes"))
    assert "Det får vi göra enligt socialtjänstlagen 15 kap. 10–12 §§." in page.one(".ds-alert").get_text()
    assert "samtyck" not in page.text.lower()
    asked = [tag.get_text(" ", strip=True) for tag in page.soup.select("#fragor details")]
    whys = [item.why for item in CURRENT.section("incomes").items if item.why]
    assert len(whys) == 2
    assert asked == [f"Varför frågar vi? {why}" for why in whys]


def test_what_was_typed_before_the_session_ended_is_there_after_a_new_sign_in(client: PageClient, desk: Desk) -> None:
    draft = desk.draft({"contact": {"interpreter": "no"}})
    desk.sign_in(client, desk.mariam)
    page = client.page(part(draft, "contact"))
    fields = form_of(page) | typed({"message": "Det här vill jag inte skriva igen", "interpreter": "yes"})
    with writing(desk.sessions) as session:
        session.execute(update(SignedInSession).values(last_seen_at=now() - timedelta(hours=2)))
    answer = client.post(part(draft, "contact"), data=fields)
    assert answer.status_code == 303
    assert desk.texts(draft, "contact") == {"interpreter": "no"}
    desk.sign_in(client, desk.mariam)
    with writing(desk.sessions) as session:  # as a sign-in looks for it
        kept = session.scalars(select(KeptForm.id)).one()
        session.execute(update(SignedInSession).values(kept_form_id=kept))
    back = client.page(part(draft, "contact"))
    assert "Det du skrev finns kvar" in back.text
    assert back.one("#a-message").get_text().strip() == "Det här vill jag inte skriva igen"
    client.submit(back, "#del", button=LATER)
    assert desk.texts(draft, "contact")["message"] == "Det här vill jag inte skriva igen"


BAD = [
    ("household", Kind.NEW, {"stays": "no", "stay_why": "x" * 1001}, "för lång"),
    ("planning", Kind.NEW, {"occupation": "sick", "sick_extent": "50", "sick_until": "2026-02-31"}, "finns inte"),
    ("contact", Kind.NEW, {"interpreter": "no", "email": "a@"}, "e-post"),
    ("contact", Kind.NEW, {"interpreter": "no", "phone": "12"}, "telefonnumret"),
]


@pytest.mark.parametrize(("key", "kind", "answers", "said"), BAD)
def test_what_cannot_be_read_is_refused_in_words_and_kept(
    mariam: PageClient, desk: Desk, key: str, kind: Kind, answers: dict[str, str], said: str
) -> None:
    draft = desk.draft({key: answers}, kind=kind)
    page = go_on(mariam, mariam.page(part(draft, key)), {}, status=422)
    assert any(said in error for error in page.errors()), page.errors()
    assert desk.texts(draft, key) == answers


def test_a_childs_number_of_ten_digits_is_taken_and_a_number_twice_is_not(mariam: PageClient, desk: Desk) -> None:
    rows = {f"children:{ROW.format(n)}": "1" for n in (1, 2)}
    numbers = {f"children:{ROW.format(1)}:number": "110429-2394", f"children:{ROW.format(2)}:number": "201104292394"}
    draft = desk.draft({"household": rows | numbers}, kind=Kind.NEW)
    page = go_on(mariam, mariam.page(part(draft, "household")), {}, status=422)
    ids = {error["href"] for error in page.soup.select(".ds-error-summary a")}
    assert f"#a-children-{ROW.format(1)}-number" not in ids
    assert f"#a-children-{ROW.format(2)}-number" in ids


def test_an_account_that_cannot_be_checked_is_warned_of_and_never_refused(mariam: PageClient, desk: Desk) -> None:
    account = {"same_account": "no", "way": "account", "clearing": "8327-9", "account": "1234567890"}
    draft = desk.draft({"payment": account})
    page = mariam.page(part(draft, "payment"))
    after = mariam.submit(page, "#del", button=GO_ON)
    assert after.heading != "Konto för utbetalning"
    again = mariam.page(part(draft, "payment"))
    assert again.soup.select(".ds-alert[data-color=warning]")


def test_a_text_longer_than_anything_is_refused_and_the_rest_saved(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    page = mariam.page(part(draft, "contact"))
    after = go_on(mariam, page, {"message": "x" * 10_001, "phone": "070-174 06 05"}, status=422)
    assert any("för lång" in error for error in after.errors())
    assert desk.texts(draft, "contact") == {"phone": "070-174 06 05"}


def test_a_script_that_sends_what_the_form_has_not_got_is_refused(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    fields = form_of(mariam.page(part(draft, "costs")))
    for wrong in ("b:nothing", "b:costs:1:amount"):
        assert mariam.post(part(draft, "costs"), data=fields | {wrong: "0."}).status_code == 422
    assert desk.texts(draft, "costs") == {}


def test_an_answer_that_got_lost_on_the_way_does_not_hide_that_the_text_was_taken_back(
    mariam: PageClient, desk: Desk
) -> None:
    draft = desk.draft({"contact": {"message": "Först"}})
    fields = form_of(mariam.page(part(draft, "contact")))
    mariam.post(part(draft, "contact"), data=fields | {"a:message": "Fel", "turn": "1"}, headers=HTMX)
    mariam.post(part(draft, "contact"), data=fields | {"a:message": "Först", "turn": "2"}, headers=HTMX)
    assert desk.texts(draft, "contact")["message"] == "Först"
