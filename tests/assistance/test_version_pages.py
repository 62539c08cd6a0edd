"""A second version of the form comes while pages are open: they show it, and nothing typed on them is lost unseen."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from portal.assistance.rules.definition import Versions, using
from portal.assistance.rules.kinds import Kind, Period
from portal.core.clock import now
from portal.core.db import writing
from portal.core.i18n import today
from portal.identity.models import KeptForm, SignedInSession
from tests.assistance.pages import Desk, go_on, part, typed
from tests.assistance.second_form import BOTH, step, upgraded
from tests.assistance.test_versions import CONTACT, PLANNING, filled
from tests.assistance.world import ALONE, put_file, sign
from tests.support.client import Page, PageClient, form_values
from tests.support.pdf import text_of


def test_the_pages_of_a_draft_show_it_in_the_second_version(mariam: PageClient, desk: Desk) -> None:
    with writing(desk.sessions) as session:
        draft = filled(desk.scene(session), period=Period.of(today()))
        put_file(desk.scene(session), draft, paper="gone")
    with upgraded():
        page = mariam.page(f"/ansokan/{draft}")
        assert "Dina planer" in page.text
        assert "Annat papper" in mariam.page(f"/ansokan/{draft}/bilagor").text
        review = mariam.page(f"/ansokan/{draft}/granska")
        assert "Något mer vi ska veta är inte klart" in review.text
        assert review.link("Något mer vi ska veta är inte klart") == part(draft, "contact")
        assert "Kock" in review.text
        assert mariam.page(f"/ansokan/{draft}/berakning").heading == "Preliminär beräkning"
        contact = mariam.page(part(draft, "contact"))
        assert contact.one("#a-telephone")["value"] == CONTACT["phone"]
        go_on(mariam, contact, {"best_time": "Efter tio"})
        plans = mariam.page(part(draft, "plans"))
        assert "Kock" in str(plans.soup)


def test_signing_what_is_not_ready_in_the_second_version_tells_what_is_left(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft(ALONE)
    page = mariam.page(f"/ansokan/{draft}/granska")
    with upgraded():
        refused = mariam.submit(page, "form:has([name=attest])", {"attest": "y"}, status=409)
        assert refused.link("Något mer vi ska veta är inte klart") == part(draft, "contact")


def test_a_handed_in_application_of_the_first_version_is_shown_and_saved(mariam: PageClient, desk: Desk) -> None:
    with writing(desk.sessions) as session:
        scene = desk.scene(session)
        draft = filled(scene, Kind.MONTHLY)
        sign(scene, draft)
    with upgraded():
        assert mariam.page(f"/ansokan/{draft}").heading == "Ansökan är skickad"
        saved = mariam.get(f"/ansokan/{draft}/kopia")
        told = " ".join(text_of(saved.data).split())
        assert "E-postadress m@example.se" in told
        assert "Telefonnummer" in told
        assert "Dina planer" not in told
        for address in ("/ansokan", "/idag", f"/ansokan/{draft}/komplettera", f"/ansokan/{draft}/ta-tillbaka"):
            mariam.page(address)


def test_a_page_that_was_open_when_the_second_version_came_is_saved_where_its_questions_are_now(
    mariam: PageClient, desk: Desk
) -> None:
    draft = desk.draft({"planning": PLANNING | {"worked": ""}}, kind=Kind.NEW)
    contact, planning = mariam.page(part(draft, "contact")), mariam.page(part(draft, "planning"))
    with upgraded():
        after = go_on(mariam, contact, CONTACT, status=422)
        assert after.errors() == ["Fel: Skriv när vi kan ringa."]
        assert desk.texts(draft, "contact")["telephone"] == CONTACT["phone"]
        assert desk.texts(draft, "contact")["message"] == CONTACT["message"]
        desk.answer(draft, "planning", {"worked": "yes"})
        # Another device has changed an answer meanwhile: it is told beside it, and the rest is kept in the new part.
        told = go_on(mariam, planning, {"worked": "no", "planned": "Läsa en kurs."}, status=409)
        assert len(told.errors()) == 1
        assert desk.texts(draft, "plans") == {"planned": "Läsa en kurs."}


TYPED, THERE = "Läsa en kurs.", "Bli frisk."


def test_an_answer_that_another_device_changed_where_its_question_is_now_is_shown_with_both_texts(
    mariam: PageClient, desk: Desk
) -> None:
    draft = desk.draft({"planning": PLANNING}, kind=Kind.NEW)
    page = mariam.page(part(draft, "planning"))
    with upgraded():
        desk.answer(draft, "plans", {"planned": THERE})
        for button in ("Fortsätt", "Spara och stäng"):
            told = mariam.submit(page, "#del", typed({"planned": TYPED}), button=button, status=409)
            shown = told.one("#annanstans")
            assert [each.text for each in shown.select("dd")] == [TYPED, THERE]
            assert told.link("Öppna Dina planer") == part(draft, "plans")
            assert desk.texts(draft, "plans") == {"planned": THERE}


def test_a_form_that_stays_open_is_told_too_and_says_that_not_all_is_saved(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft({"planning": PLANNING}, kind=Kind.NEW)
    page = mariam.page(part(draft, "planning"))
    fields = {name: values[-1] for name, values in form_values(page.form("#del")).items()}
    with upgraded():
        desk.answer(draft, "plans", {"planned": THERE})
        answer = mariam.post(
            part(draft, "planning"),
            data=fields | typed({"planned": TYPED}) | {"turn": "1"},
            headers={"HX-Request": "true"},
        )
        for words in (TYPED, THERE, "Inte allt är sparat.", 'id="annanstans" hx-swap-oob="true"'):
            assert words in answer.text


def test_what_is_typed_for_a_part_that_is_gone_and_stands_otherwise_elsewhere_is_shown(
    mariam: PageClient, desk: Desk
) -> None:
    with upgraded():
        draft = desk.draft(kind=Kind.NEW)
        page = mariam.page(part(draft, "plans"))
    with using(without_plans()):
        desk.answer(draft, "planning", {"planned": THERE})
        told = mariam.submit(page, "#del", typed({"planned": TYPED}), button="Spara och stäng", status=409)
        assert told.heading == "Arbete, studier och hälsa"
        assert [each.text for each in told.soup.select("#annanstans dd")] == [TYPED, THERE]


def without_plans() -> Versions:
    """Return a third version, in which the part of the second is gone again."""
    gone = replace(BOTH.forms[1], version=3)
    back = {1: step, 2: lambda cells: {("planning" if key == "plans" else key): one for key, one in cells.items()}}
    return Versions({**BOTH.forms, 3: gone}, back)


def test_a_page_of_a_part_that_is_gone_is_saved_and_leads_to_the_list(mariam: PageClient, desk: Desk) -> None:
    with upgraded():
        draft = desk.draft(kind=Kind.NEW)
        page = mariam.page(part(draft, "plans"))
    with using(without_plans()):
        after = mariam.submit(page, "#del", typed({"planned": "Läsa en kurs."}), button="Spara och stäng")
        assert "Det du skrev är sparat." in after.text
        assert desk.texts(draft, "planning") == {"planned": "Läsa en kurs."}


def test_a_page_kept_over_a_sign_in_comes_back_in_the_second_version(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    keep(mariam, desk, mariam.page(part(draft, "contact")), CONTACT)
    with upgraded():
        come_back(mariam, desk)
        back = mariam.page(part(draft, "contact"))
        assert back.one("#a-telephone")["value"] == CONTACT["phone"]
        assert not back.soup.select("#annanstans .ds-alert")


def test_a_page_kept_over_a_sign_in_shows_what_was_typed_where_its_question_is_no_more(
    mariam: PageClient, desk: Desk
) -> None:
    draft = desk.draft({"planning": PLANNING}, kind=Kind.NEW)
    page = mariam.page(part(draft, "planning"))
    keep(mariam, desk, page, {"planned": TYPED})
    with upgraded():
        come_back(mariam, desk)
        back = mariam.page(part(draft, "planning"))
        assert [each.text for each in back.soup.select("#annanstans dd")] == [TYPED, "Inget"]


def test_a_page_of_a_part_that_is_gone_and_was_kept_over_a_sign_in_is_shown_where_its_questions_are(
    mariam: PageClient, desk: Desk
) -> None:
    with upgraded():
        draft = desk.draft({"planning": PLANNING}, kind=Kind.NEW)
        keep(mariam, desk, mariam.page(part(draft, "plans")), {"planned": TYPED})
    with using(without_plans()):
        come_back(mariam, desk)
        back = mariam.page(part(draft, "plans"))
        assert back.heading == "Arbete, studier och hälsa"
        assert [each.text for each in back.soup.select("#annanstans dd")] == [TYPED, "Inget"]
        mariam.page(part(draft, "plans"), status=404)  # nothing is kept any more


def keep(mariam: PageClient, desk: Desk, page: Page, answers: dict[str, str]) -> None:
    """Post a page when the session is over."""
    fields = {name: values[-1] for name, values in form_values(page.form("#del")).items()} | typed(answers)
    with writing(desk.sessions) as session:
        session.execute(update(SignedInSession).values(last_seen_at=now() - timedelta(hours=2)))
    assert mariam.post(page.address, data=fields).status_code == 303


def come_back(mariam: PageClient, desk: Desk) -> None:
    """Sign in again, as a sign-in looks for what was kept."""
    desk.sign_in(mariam, desk.mariam)
    with writing(desk.sessions) as session:
        session.execute(update(SignedInSession).values(kept_form_id=session.scalars(select(KeptForm.id)).one()))
