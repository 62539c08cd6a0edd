"""A second version of the form comes: drafts are carried over, and what was signed in the first goes on as it was."""

from uuid import UUID

import pytest

from portal.assistance import queries
from portal.assistance.models import SectionAnswers
from portal.assistance.rules.answers import Edit, base_of, to_json
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.states import ApplicationState, EventKind
from portal.assistance.service import drafts, frozen, signing, starting
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.sync.contract import ApplicationRecord
from tests.assistance import world as worlds
from tests.assistance.second_form import upgraded
from tests.assistance.world import (
    ALONE,
    MONTH,
    ROW,
    Scene,
    answer,
    couple,
    fill,
    invite,
    kinds_of,
    obstacles,
    put_file,
    put_signature,
    row,
    sent,
    sign,
    start,
)

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
