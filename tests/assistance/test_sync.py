"""Applications to and from the back office: every version is sent whole, and what is said of one is never guessed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance import after_words, queries
from portal.assistance.events import ApplicationNews
from portal.assistance.models import Application
from portal.assistance.rules import attestation
from portal.assistance.rules.states import EventKind, Handling, Outcome
from portal.assistance.service import resending, signing, supplements
from portal.assistance.sync import receive_status
from portal.core import events
from portal.core.clock import now
from portal.core.db import writing
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.ids import new_id
from portal.identity.signing.models import DocumentVersion
from portal.people.models import StaffMember
from portal.people.rules import Role
from portal.sync.contract import (
    ApplicationRecord,
    Change,
    Delivered,
    Kind,
    Stuck,
    SupplementRecord,
    UnknownCode,
)
from portal.sync.inbox import Applied, LinkMissing
from portal.sync.models import OutboxMessage
from portal.sync.rules import Delivery, MessageState
from tests.assistance.office import decided, know, receive, status
from tests.assistance.pages import Desk
from tests.assistance.world import (
    ALONE,
    MONTH,
    Scene,
    couple,
    fill,
    happened,
    put_file,
    row,
    sent,
    sign,
    start,
)
from tests.messages.world import sign_in
from tests.support.client import PageClient


@pytest.fixture
def scene(scene: Scene) -> Scene:
    know(scene)
    return scene


def handed_in(scene: Scene) -> UUID:
    draft = start(scene)
    fill(scene, draft, ALONE)
    put_file(scene, draft)
    sign(scene, draft)
    return draft


def publish(scene: Scene, message: OutboxMessage, *, stuck: bool = False) -> None:
    """Let the back office acknowledge a message, or the outbox give it up."""
    told = (message.id, message.kind, message.lane_id)
    event: Delivered | Stuck = Stuck(*told, "refused", now()) if stuck else Delivered(*told, "D1", now())
    events.publish(scene.session, event)


def kinds(scene: Scene, application_id: UUID) -> list[EventKind]:
    return [one.kind for one in happened(scene, application_id)]


# --- to the back office


def test_it_is_under_way_until_the_back_office_says_that_it_has_it(scene: Scene) -> None:
    draft = handed_in(scene)
    (message,) = sent(scene)
    assert row(scene, draft).delivery is Delivery.PENDING
    assert EventKind.DELIVERED not in kinds(scene, draft)
    publish(scene, message)
    publish(scene, message)
    found = row(scene, draft)
    assert (found.delivery, found.delivered_at is not None) == (Delivery.DELIVERED, True)
    assert kinds(scene, draft).count(EventKind.DELIVERED) == 1


def test_stuck_stays_handed_in_and_late_acknowledgement_still_counts(scene: Scene) -> None:
    draft = handed_in(scene)
    (message,) = sent(scene)
    publish(scene, message, stuck=True)
    assert row(scene, draft).delivery is Delivery.STUCK
    publish(scene, message)
    assert row(scene, draft).delivery is Delivery.DELIVERED
    publish(scene, message, stuck=True)
    assert row(scene, draft).delivery is Delivery.DELIVERED


def test_the_message_names_every_file_and_the_words_that_were_vouched_for(scene: Scene) -> None:
    draft = handed_in(scene)
    (message,) = sent(scene)
    record = ApplicationRecord.from_payload(message.payload)
    assert message.files == [paper.file.checksum for paper in record.papers]
    assert len(record.papers) == 1
    assert (record.id, record.person_id, record.attestation) == (str(draft), "P-M", 1)
    assert record.digest == scene.session.scalars(select(DocumentVersion.digest)).one().hex()
    assert {answer.section for answer in record.answers} <= set(ALONE)


def test_taken_back_it_says_what_was_signed_then_and_not_what_would_be_signed_now(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = handed_in(scene)
    monkeypatch.setattr(attestation, "CURRENT", 2)
    signing.withdraw(scene.session, scene.mariam, draft)
    first, second = (ApplicationRecord.from_payload(one.payload) for one in sent(scene))
    assert second.attestation == 1
    unchanged = replace(second, state=first.state, changed_at=first.changed_at)
    assert unchanged == first


def test_only_the_acknowledgement_of_the_withdrawal_says_that_it_is_known(scene: Scene) -> None:
    draft = handed_in(scene)
    signing.withdraw(scene.session, scene.mariam, draft)
    first, second = sent(scene)
    publish(scene, first)
    view = queries.application(scene.session, scene.mariam, draft)
    assert view.delivery is Delivery.PENDING
    assert "på väg" in after_words.taken_back(view)
    publish(scene, second)
    view = queries.application(scene.session, scene.mariam, draft)
    assert "vet att den är tillbakatagen" in after_words.taken_back(view)
    told = after_words.timeline(view, happened(scene, draft))
    assert told[0].text == "Handläggarna fick veta att ansökan är tillbakatagen"


def test_a_supplement_has_a_delivery_of_its_own(scene: Scene) -> None:
    draft = handed_in(scene)
    (first,) = sent(scene)
    publish(scene, first)
    added = supplements.supplement(scene.session, scene.mariam, draft)
    supplements.send(scene.session, scene.mariam, draft, added.id, "Här är hyresavin.")
    _first, message = sent(scene)
    record = SupplementRecord.from_payload(message.payload)
    assert (record.application_id, record.receipt_no) == (str(draft), added.receipt_no)
    publish(scene, message, stuck=True)
    assert [one.delivery for one in queries.added(scene.session, scene.mariam, draft)] == [Delivery.STUCK]
    assert row(scene, draft).delivery is Delivery.DELIVERED
    publish(scene, message)
    assert [one.delivery for one in queries.added(scene.session, scene.mariam, draft)] == [Delivery.DELIVERED]


def test_somebody_elses_acknowledgement_changes_nothing(scene: Scene) -> None:
    draft = handed_in(scene)
    (message,) = sent(scene)
    for kind, message_id in ((Kind.APPLICATION, new_id()), (Kind.CASE_MESSAGE, message.id)):
        event = Delivered(message_id, kind, message.lane_id, "D1", now())
        events.publish(scene.session, event)
    assert row(scene, draft).delivery is Delivery.PENDING


# --- from the back office


def test_each_step_is_told_in_its_own_time_with_its_words(scene: Scene) -> None:
    draft = handed_in(scene)
    earlier = now() - timedelta(hours=3)
    for record in (
        status(draft, Handling.RECEIVED, at=earlier),
        status(draft, at=earlier + timedelta(hours=1)),
        status(draft, Handling.COMPLETION_ASKED, text="Skicka hyresavin.\x00"),
        decided(draft),
    ):
        assert receive(scene, record).warning == ""
    found = row(scene, draft)
    assert (found.handling, found.outcome, found.handling_text) == (
        Handling.DECIDED,
        Outcome.GRANTED,
        "Du får 5 220 kr.",
    )
    told = happened(scene, draft)
    assert [one.text for one in told if one.kind is EventKind.COMPLETION_ASKED] == ["Skicka hyresavin."]
    (received,) = [one for one in told if one.kind is EventKind.RECEIVED]
    assert received.at == earlier


def test_both_parties_are_told_and_that_it_was_received_tells_nobody(scene: Scene) -> None:
    draft = couple(scene)
    sign(scene, draft)
    sign(scene, draft, scene.jonas)
    told: list[UUID] = []
    scene.session.info["event_bus"].subscribe(ApplicationNews, lambda _session, event: told.append(event.person_id))
    receive(scene, status(draft, Handling.RECEIVED))
    assert told == []
    receive(scene, decided(draft))
    assert set(told) == {scene.world.mariam, scene.jonas.subject_id}
    assert queries.application(scene.session, scene.jonas, draft).outcome is Outcome.GRANTED


def test_said_twice_it_has_happened_once(scene: Scene) -> None:
    draft = handed_in(scene)
    for _ in range(2):
        assert receive(scene, decided(draft)) == Applied(draft)
    assert kinds(scene, draft).count(EventKind.DECIDED) == 1


def test_backwards_is_a_warning_and_changes_nothing(scene: Scene) -> None:
    draft = handed_in(scene)
    receive(scene, decided(draft))
    assert receive(scene, status(draft, Handling.RECEIVED, text="Mottagen")).warning == "status_backwards"
    assert row(scene, draft).handling_text == "Du får 5 220 kr."
    assert kinds(scene, draft)[-1] is EventKind.DECIDED


def test_a_decision_may_be_taken_up_again_and_changed(scene: Scene) -> None:
    draft = handed_in(scene)
    receive(scene, decided(draft, outcome=Outcome.REFUSED))
    receive(scene, status(draft))
    assert (row(scene, draft).handling, row(scene, draft).outcome) == (Handling.UNDER_REVIEW, None)
    receive(scene, decided(draft, outcome=Outcome.PARTLY))
    assert row(scene, draft).outcome is Outcome.PARTLY
    assert kinds(scene, draft).count(EventKind.DECIDED) == 2


def test_a_tombstone_changes_nothing_and_is_told(scene: Scene) -> None:
    draft = handed_in(scene)
    receive(scene, decided(draft))
    gone = receive_status(scene.session, Change("S-1", Kind.APPLICATION_STATUS, 2, {}, deleted=True))
    assert gone == Applied(draft, "status_deleted")
    assert row(scene, draft).handling is Handling.DECIDED


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({"handling": "archived"}, "application_status.handling"),
        ({"handling": "none"}, "application_status.handling"),
        ({"handling": "decided"}, "application_status.outcome"),
        ({"outcome": "granted"}, "application_status.outcome"),
        ({"outcome": "maybe", "handling": "decided"}, "application_status.outcome"),
        ({"application_id": "A-1"}, "application_status.application_id"),
        ({"application_id": "01939000-0000-7000-8000-000000000009"}, "application_status.application_id"),
        ({"person_id": "P-T"}, "application_status.person_id"),
        ({"person_id": "P-nobody"}, "application_status.person_id"),
        ({"case_id": "A-T"}, "application_status.case_id"),
        ({"at": "2026-11-02T09:30:00"}, "application_status.at"),
        ({"extra": 1}, "application_status.?"),
    ],
)
def test_what_breaks_the_contract_is_an_alarm_and_nothing_is_guessed(
    scene: Scene, payload: Mapping[str, Any], where: str
) -> None:
    draft = handed_in(scene)
    with pytest.raises(UnknownCode) as caught:
        receive(scene, status(draft), **payload)
    assert caught.value.where == where
    found = row(scene, draft)
    assert (found.handling, found.case_id) == (Handling.NONE, None)


def test_a_draft_is_nothing_that_the_back_office_can_know_of(scene: Scene) -> None:
    draft = start(scene)
    with pytest.raises(UnknownCode):
        receive(scene, status(draft))


def test_one_object_never_moves_to_another_application(scene: Scene) -> None:
    draft = handed_in(scene)
    receive(scene, status(draft))
    other = start(scene, period=MONTH.plus(1))
    fill(scene, other, ALONE)
    sign(scene, other)
    with pytest.raises(UnknownCode):
        receive(scene, decided(other))
    assert row(scene, other).handling is Handling.NONE


def test_its_case_is_taken_from_there_and_waited_for(scene: Scene) -> None:
    draft = handed_in(scene)
    with pytest.raises(LinkMissing):
        receive(scene, status(draft, case_id="A-9"))
    receive(scene, status(draft, case_id="A-M"))
    assert row(scene, draft).case_id == scene.world.money


def test_taken_back_here_and_decided_there_is_shown_to_a_person_and_not_lost(scene: Scene) -> None:
    draft = handed_in(scene)
    signing.withdraw(scene.session, scene.mariam, draft)
    assert receive(scene, status(draft, Handling.RECEIVED)).warning == ""
    assert receive(scene, decided(draft)).warning == "status_withdrawn"
    found = row(scene, draft)
    assert (found.state.value, found.handling, found.outcome) == ("withdrawn", Handling.DECIDED, Outcome.GRANTED)
    assert receive(scene, decided(draft)).warning == "status_withdrawn"
    assert kinds(scene, draft).count(EventKind.DECIDED) == 1


# --- stuck, and helped along


@pytest.mark.parametrize("who", ["petra", "leader"])
def test_what_is_stuck_is_sent_again_by_whoever_works_on_it_or_leads(scene: Scene, who: str) -> None:
    draft = handed_in(scene)
    added = supplements.supplement(scene.session, scene.mariam, draft)
    supplements.send(scene.session, scene.mariam, draft, added.id, "Här är hyresavin.")
    for message in sent(scene):
        message.state = MessageState.STUCK
        publish(scene, message, stuck=True)
    helper = scene.world.staff(getattr(scene.world, who))
    found = queries.stuck(scene.session, helper)
    assert [one.receipt_no for one in found] == [row(scene, draft).receipt_no, added.receipt_no]
    for one in found:
        assert resending.resend(scene.session, helper, outbox_id=one.id) == one.receipt_no
        with pytest.raises(Conflict):
            resending.resend(scene.session, helper, outbox_id=one.id)
    assert queries.stuck(scene.session, helper) == []
    assert {one.state for one in sent(scene)} == {MessageState.PENDING}
    assert (row(scene, draft).delivery, added.delivery) == (Delivery.PENDING, Delivery.PENDING)


def test_nobody_elses_is_seen_or_sent_again(scene: Scene) -> None:
    draft = handed_in(scene)
    (message,) = sent(scene)
    message.state = MessageState.STUCK
    publish(scene, message, stuck=True)
    henrik = scene.world.staff(scene.world.henrik)
    assert queries.stuck(scene.session, henrik) == queries.stuck(scene.session, scene.mariam) == []
    with pytest.raises(NotFound):
        resending.resend(scene.session, henrik, outbox_id=message.id)
    with pytest.raises(Forbidden):
        resending.resend(scene.session, scene.mariam, outbox_id=message.id)
    receive(scene, status(draft, case_id="A-M"))
    assert queries.stuck(scene.session, henrik) == []
    assert len(queries.stuck(scene.session, scene.world.staff(scene.world.petra))) == 1


@pytest.mark.parametrize(("who", "address"), [("petra", "/arbetsko"), ("manager", "/drift")])
def test_it_stands_on_the_page_of_whoever_can_help(
    desk: Desk, staff_client: PageClient, sessions: sessionmaker[Session], who: str, address: str
) -> None:
    draft = desk.submitted(MONTH, ALONE)
    with writing(sessions) as session:
        found = session.get_one(Application, draft)
        found.delivery = Delivery.STUCK
        session.get_one(OutboxMessage, found.outbox_id).state = MessageState.STUCK
        number = found.receipt_no
        if who == "manager":
            session.get_one(StaffMember, desk.world.leader).role = Role.MANAGER
            desk.world.roles[desk.world.leader] = Role.MANAGER
    helper = desk.world.petra if who == "petra" else desk.world.leader
    sign_in(sessions, staff_client, desk.world.staff(helper))
    page = staff_client.page(address)
    assert "1 ansökan eller komplettering har inte kommit fram." in page.text
    assert "Mariam" not in page.one(".ds-alert[data-color=danger]").get_text()
    page = staff_client.submit(page, "main .ds-alert form")
    assert f"Skickas igen. Kvittens {number}" in page.text
    assert "har inte kommit fram" not in page.text
