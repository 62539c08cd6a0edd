"""A second version of the form comes: drafts are carried over, and what was signed in the first goes on as it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from portal.assistance import queries
from portal.assistance.models import SectionAnswers
from portal.assistance.rules.answers import Edit, base_of, to_json
from portal.assistance.rules.definition import Versions, using
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.states import ApplicationState, EventKind
from portal.assistance.service import drafts, frozen, signing, starting
from portal.core.clock import now
from portal.core.db import writing
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.identity.models import KeptForm, SignedInSession
from portal.sync.contract import ApplicationRecord
from tests.assistance import world as worlds
from tests.assistance.pages import Desk, go_on, part, typed
from tests.assistance.second_form import BOTH, step, upgraded
from tests.assistance.test_signing import couple, kinds_of, obstacles, sent
from tests.assistance.world import (
    ALONE,
    MONTH,
    ROW,
    Scene,
    answer,
    fill,
    invite,
    put_file,
    put_signature,
    row,
    sign,
    start,
)
from tests.support.client import Page, PageClient, form_values
from tests.support.pdf import text_of

JOB = f"applied:{ROW.format(1)}"
CONTACT = {"interpreter": "no", "phone": "070-174 06 05", "email": "m@example.se", "message": "Ring på dagen."}
PLANNING = {**ALONE["planning"], "occupation": "jobseeking,sick"}
PLANS = {"planned": "Läsa en kurs.", JOB: "1", f"{JOB}:title": "Kock"}


def filled(scene: Scene, kind: Kind = Kind.NEW, period: Period = MONTH) -> UUID:
    draft = start(scene, kind=kind, period=period)
    fill(scene, draft, ALONE | {"contact": CONTACT, "planning": {**PLANNING, **PLANS}})
    return draft


def texts(scene: Scene, draft: UUID, section: str, party: Party = Party.APPLICANT) -> dict[str, str]:
    found = queries.draft(scene.session, scene.mariam, draft).answers
    return {key: cell.raw for key, cell in found.get((party, section), {}).items()}


@pytest.fixture
def second() -> Iterator[None]:
    with upgraded():
        yield


def test_a_draft_is_carried_over_with_every_answer(scene: Scene) -> None:
    draft = filled(scene)
    with upgraded():
        assert texts(scene, draft, "plans") == PLANS
        assert row(scene, draft).definition == 1  # reading writes nothing
        answer(scene, draft, "contact", {"best_time": "Efter tio"})
        assert row(scene, draft).definition == 2
        # The one that is asked no more stays, and counts for nothing.
        phone = CONTACT["phone"]
        kept = {key: raw for key, raw in CONTACT.items() if key != "phone"} | {"telephone": phone}
        assert texts(scene, draft, "contact") == kept | {"best_time": "Efter tio"}
        assert texts(scene, draft, "planning") == PLANNING
        assert texts(scene, draft, "plans") == PLANS
        said = frozen.document(frozen.whole(scene.session, row(scene, draft)), today()).content["answers"]["applicant"]
        assert set(said["contact"]) == {"interpreter", "telephone", "message", "best_time"}
        assert said["plans"]["planned"] == "Läsa en kurs."


def test_what_a_co_applicant_answered_is_carried_over_too(scene: Scene) -> None:
    draft = couple(scene)
    answer(scene, draft, "contact", {"phone": "070-174 06 05"}, scene.jonas)
    with upgraded():
        answer(scene, draft, "contact", {"best_time": "Efter tio"})
        assert texts(scene, draft, "contact", Party.CO_APPLICANT)["telephone"] == "070-174 06 05"
        with pytest.raises(drafts.InvalidInput):
            answer(scene, draft, "contact", {"phone": "1"}, scene.jonas)


def test_what_is_left_is_that_of_the_newest_form_and_it_can_be_signed(scene: Scene) -> None:
    draft = filled(scene, Kind.MONTHLY)
    assert obstacles(scene, draft) == []
    with upgraded():
        whole = frozen.whole(scene.session, row(scene, draft), brought_up=True)
        assert signing.obstacles(scene.session, whole, today()) == ["section:applicant:contact"]
        with pytest.raises(signing.NotReady):
            signing.prepare(scene.session, scene.mariam, draft)
        answer(scene, draft, "contact", {"best_time": "Efter tio"})
        sign(scene, draft)
        record = ApplicationRecord.from_payload(sent(scene)[0].payload)
        assert record.definition == 2
        told = {(one.section, one.key): one.value for one in record.answers}
        assert told["contact", "telephone"]
        assert ("contact", "email") not in told


def test_a_signature_of_the_first_version_that_arrives_late_still_counts(scene: Scene) -> None:
    draft = filled(scene, Kind.MONTHLY)
    _document, party = signing.prepare(scene.session, scene.mariam, draft)
    with upgraded():
        put_signature(scene, draft, scene.mariam, party)
        assert row(scene, draft).state is ApplicationState.SUBMITTED
        record = ApplicationRecord.from_payload(sent(scene)[0].payload)
        assert (record.definition, row(scene, draft).definition) == (1, 1)


def test_whoever_signs_after_the_other_did_in_the_first_version_voids_that_and_both_are_told(scene: Scene) -> None:
    draft = couple(scene)
    sign(scene, draft)
    with upgraded():
        with pytest.raises(signing.NotReady):
            signing.prepare(scene.session, scene.jonas, draft)
        assert kinds_of(scene, draft)[-1] is EventKind.CHANGED
        for who in (scene.mariam, scene.jonas):
            answer(scene, draft, "contact", {"best_time": "Efter tio"}, who)
        sign(scene, draft, scene.jonas)
        sign(scene, draft)
        assert row(scene, draft).state is ApplicationState.SUBMITTED


def test_what_is_handed_in_goes_on_in_its_version(scene: Scene) -> None:
    draft = filled(scene, Kind.MONTHLY)
    file = put_file(scene, draft)
    sign(scene, draft)
    before = sent(scene)[0].payload
    with upgraded():
        assert texts(scene, draft, "contact")["phone"] == CONTACT["phone"]
        signing.withdraw(scene.session, scene.mariam, draft)
        after = sent(scene)[1].payload
        told = {key for key in before if before[key] != after[key]}
        assert told == {"state", "changed_at"}
        assert after["papers"][0]["file"]["checksum"] == file.checksum


def test_the_last_application_of_the_first_version_fills_in_one_of_the_second(scene: Scene) -> None:
    this = Period.of(today())
    sign(scene, filled(scene, Kind.MONTHLY, this))
    with upgraded():
        made = starting.begin(scene.session, scene.mariam, kind=Kind.MONTHLY, period=this.plus(1), months_until_new=2)
        assert row(scene, made).definition == 2
        contact = queries.draft(scene.session, scene.mariam, made).answers[Party.APPLICANT, "contact"]
        assert (contact["telephone"].raw, contact["telephone"].origin) == (CONTACT["phone"], "last")
        assert "email" not in contact


def test_somebody_joins_a_draft_of_the_first_version_with_what_they_told_before(scene: Scene) -> None:
    first = couple(scene)
    answer(scene, first, "contact", {"phone": "070-174 06 05"}, scene.jonas)
    sign(scene, first)
    sign(scene, first, scene.jonas)
    second = start(scene, period=MONTH.plus(1))
    invite(scene, second, join=False)
    with upgraded():
        worlds.parties.join(scene.session, scene.jonas, second)
        assert row(scene, second).definition == 2
        assert texts(scene, second, "contact", Party.CO_APPLICANT)["telephone"] == "070-174 06 05"


# --- pages


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


def test_what_stands_in_a_part_that_was_split_keeps_its_versions(scene: Scene) -> None:
    """A device that still holds an answer of before merges it as before."""
    draft = filled(scene)
    cells = queries.draft(scene.session, scene.mariam, draft).answers[Party.APPLICANT, "planning"]
    old = base_of(cells["planned"])
    stored = scene.session.get_one(SectionAnswers, (draft, Party.APPLICANT, "planning"))
    assert stored.cells == to_json(cells)
    with upgraded():
        edits = {"planned": Edit("Bli frisk.", old)}
        saved = drafts.save(scene.session, scene.mariam, draft, "plans", edits, form=new_id().hex, turn=0)
        assert not saved.conflicts
        assert texts(scene, draft, "plans")["planned"] == "Bli frisk."
