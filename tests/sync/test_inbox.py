import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.core.clock import now, travel
from portal.core.db import writing
from portal.core.ids import new_id
from portal.people.models import Board, Case, CaseAssignment, Person, StaffMember, Unit
from portal.people.queries import Claims, find_person
from portal.people.rules import CaseState, Protection
from portal.people.service import sign_in_person
from portal.sync import inbox, registers
from portal.sync.adapters.base import Retryable
from portal.sync.adapters.fake import FaultPlan, FaultyBackOffice
from portal.sync.contract import Change, Kind, Page
from portal.sync.inbox import Applied, InboxHandlers
from portal.sync.models import ExternalLink, InboxChange, InboxCursor
from portal.sync.queries import external_id, freshness, local_id
from portal.sync.rules import Outcome
from tests.sync import records

LATER = timedelta(hours=2)


class Feed:
    """A feed of given changes, for what the store would never send."""

    def __init__(self, *changes):
        self.all = list(changes)

    def changes(self, after, limit):
        start = int(after or 0)
        items = tuple(self.all[start : start + limit])
        return Page(items, str(start + len(items)) if items else after)


@pytest.fixture
def handlers():
    made = InboxHandlers()
    registers.register_all(made)
    return made


@pytest.fixture
def received():
    return []


@pytest.fixture
def with_messages(handlers, received):
    def receive(session, change):
        received.append((change.source_id, change.version))
        return Applied(new_id())

    handlers.register(Kind.CASE_MESSAGE, receive)
    return handlers


def pull(sessions, source, handlers):
    while inbox.fetch(sessions, source, limit=3):
        pass
    inbox.apply_due(sessions, handlers)


def all_of(sessions, model):
    with sessions() as session:
        return session.scalars(select(model).order_by(model.id)).all()


def outcomes(sessions):
    with sessions() as session:
        rows = session.scalars(select(InboxChange).order_by(InboxChange.position, InboxChange.version)).all()
    return [(row.external_id, row.version, row.outcome.value, row.code) for row in rows]


def seed(store):
    store.put_board(records.BOARD)
    store.put_unit(records.UNIT)
    store.put_staff(records.STAFF)
    store.put_person(records.PERSON)
    store.put_case(records.CASE)
    store.assign(records.ASSIGNMENT)


def change(record, version=1, person=None, **payload):
    return Change(record.id, record.kind, version, {**record.to_payload(), **payload}, person=person)


BASE = (change(records.BOARD), change(records.UNIT), change(records.STAFF), change(records.PERSON, person="P1"))


def test_registers_come_in_whole(sessions, office, store, handlers):
    seed(store)
    pull(sessions, office, handlers)
    (person,), (case,), (who,) = (all_of(sessions, model) for model in (Person, Case, CaseAssignment))
    (board,), (unit,), (staff,) = (all_of(sessions, model) for model in (Board, Unit, StaffMember))
    assert (person.identity_number, person.name, person.protection) == (
        "199501182399",
        "Test Testsson",
        Protection.NONE,
    )
    assert (case.person_id, case.board_id, case.unit_id) == (person.id, board.id, unit.id)
    assert (case.title, case.state, case.opened_at) == ("Boendestödet", CaseState.OPEN, records.AT)
    assert (who.case_id, who.staff_id, who.named, who.until) == (case.id, staff.id, True, None)
    assert (staff.subject, staff.unit_id, staff.active) == ("test.handlaggare", unit.id, True)
    with sessions() as session:
        assert local_id(session, Kind.CASE, "C1") == case.id
        assert external_id(session, Kind.PERSON, person.id) == "P1"
        assert external_id(session, Kind.PERSON, new_id()) is None
        assert find_person(session, "199501182399").id == person.id
        assert freshness(session).well


def test_a_replay_of_the_feed_is_harmless(sessions, office, store, handlers):
    seed(store)
    pull(sessions, office, handlers)
    before = outcomes(sessions)
    with writing(sessions) as session:
        session.execute(update(InboxCursor).values(cursor=""))
    pull(sessions, office, handlers)
    assert outcomes(sessions) == before
    assert all(outcome == "applied" for _, _, outcome, _ in before)
    assert len(all_of(sessions, Person)) == len(all_of(sessions, Case)) == 1


def test_a_newer_version_changes_and_an_older_one_is_ignored(sessions, handlers):
    newer = change(records.PERSON, 3, person="P1", surname="Nysson")
    older = change(records.PERSON, 2, person="P1", surname="Gammelsson")
    pull(sessions, Feed(change(records.PERSON, person="P1"), newer, older), handlers)
    assert all_of(sessions, Person)[0].surname == "Nysson"
    assert [outcome for *_, outcome, _ in outcomes(sessions)] == ["applied", "applied", "ignored"]


def test_what_the_client_owns_is_left_alone(sessions, store, office, handlers):
    seed(store)
    pull(sessions, office, handlers)
    with writing(sessions) as session:
        session.execute(update(Person).values(locale="ar"))
    store.put_person(dataclasses.replace(records.PERSON, surname="Nysson"))
    pull(sessions, office, handlers)
    (person,) = all_of(sessions, Person)
    assert (person.surname, person.locale) == ("Nysson", "ar")


def test_a_missing_protection_flag_is_treated_as_protected_and_warned_of(sessions, store, office, handlers):
    store.put_person(dataclasses.replace(records.PERSON, protection=None))
    pull(sessions, office, handlers)
    assert all_of(sessions, Person)[0].protection is Protection.UNKNOWN
    assert outcomes(sessions) == [("P1", 1, "warned", "protection_missing")]


def test_a_flag_that_goes_missing_does_not_leave_the_person_unprotected(sessions, store, office, handlers):
    store.put_person(records.PERSON)
    store.put_person(dataclasses.replace(records.PERSON, protection=None))
    pull(sessions, office, handlers)
    assert all_of(sessions, Person)[0].protection is Protection.UNKNOWN


def test_one_who_signed_in_before_is_the_same_person(sessions, store, office, handlers):
    with writing(sessions) as session:
        known = sign_in_person(session, Claims(identity_number="199501182399", given_name="Test", surname="T")).id
    seed(store)
    pull(sessions, office, handlers)
    (person,) = all_of(sessions, Person)
    assert (person.id, person.surname) == (known, "Testsson")


def test_two_persons_are_never_joined_by_a_changed_number(sessions, store, office, handlers):
    store.put_person(records.PERSON)
    store.put_person(records.OTHER)
    store.put_person(dataclasses.replace(records.OTHER, identity_number=records.PERSON.identity_number))
    pull(sessions, office, handlers)
    numbers = {person.identity_number for person in all_of(sessions, Person)}
    assert numbers == {"199501182399", "198511292388"}
    assert outcomes(sessions)[-1] == ("P2", 2, "failed", "error:IntegrityError")


def test_an_unknown_code_is_alarmed_and_the_others_go_on(sessions, handlers):
    feed = Feed(
        *BASE,
        change(records.CASE, person="P1", state="vilande"),
        change(records.OTHER, person="P2"),
        change(records.OTHER_CASE, person="P2"),
        change(records.ASSIGNMENT, person="P1"),
    )
    pull(sessions, feed, handlers)
    assert outcomes(sessions)[4:] == [
        ("C1", 1, "failed", "unknown_code:case.state"),
        ("P2", 1, "applied", ""),
        ("C2", 1, "applied", ""),
        ("A1", 1, "waiting", ""),
    ]
    with sessions() as session:
        state = freshness(session)
    assert (state.failed, state.waiting, state.well) == (1, 1, False)


def test_a_kind_without_handler_is_alarmed(sessions, handlers):
    pull(sessions, Feed(Change("X1", "novelty", 1, {})), handlers)
    assert outcomes(sessions) == [("X1", 1, "failed", "unknown_code:kind")]


def test_a_corrected_version_takes_the_place_of_the_failed_one_and_frees_the_rest(sessions, handlers):
    feed = Feed(
        *BASE[:3],
        change(records.PERSON, person="P1", protection="okänd"),
        change(records.CASE, person="P1"),
        change(records.ASSIGNMENT, person="P1"),
    )
    pull(sessions, feed, handlers)
    assert [outcome for *_, outcome, _ in outcomes(sessions)][3:] == ["failed", "waiting", "waiting"]
    feed.all.append(change(records.PERSON, 2, person="P1"))
    pull(sessions, feed, handlers)
    assert sorted(outcomes(sessions)[3:]) == [
        ("A1", 1, "applied", ""),
        ("C1", 1, "applied", ""),
        ("P1", 1, "superseded", ""),
        ("P1", 2, "applied", ""),
    ]
    assert len(all_of(sessions, CaseAssignment)) == 1


def test_a_newer_version_of_what_only_waits_goes_on_waiting_in_its_place(sessions, handlers):
    feed = Feed(
        *BASE[:3],
        change(records.PERSON, person="P1", protection="okänd"),
        change(records.CASE, person="P1"),
        change(records.ASSIGNMENT, person="P1"),
        change(records.CASE, 2, person="P1", title="Nytt namn"),
    )
    pull(sessions, feed, handlers)
    feed.all.append(change(records.PERSON, 2, person="P1"))
    pull(sessions, feed, handlers)
    assert all_of(sessions, Case)[0].title == "Nytt namn"
    assert {outcome for *_, outcome, _ in outcomes(sessions)} == {"applied", "superseded"}


def test_a_change_that_refers_to_what_has_not_come_is_tried_again(sessions, handlers):
    feed = Feed(change(records.PERSON, person="P1"), change(records.CASE, person="P1"))
    pull(sessions, feed, handlers)
    assert outcomes(sessions)[1] == ("C1", 1, "failed", "link_missing")
    feed.all += [change(records.BOARD), change(records.UNIT)]
    pull(sessions, feed, handlers)
    assert all_of(sessions, Case) == []
    with travel(LATER):
        pull(sessions, feed, handlers)
    assert len(all_of(sessions, Case)) == 1
    assert {outcome for *_, outcome, _ in outcomes(sessions)} == {"applied"}


def test_what_waited_goes_before_what_came_later(sessions, with_messages, received):
    broken = [True]

    def fragile(session, change):
        if change.source_id == "m1" and broken[0]:
            raise RuntimeError
        received.append((change.source_id, change.version))
        return Applied(new_id())

    handlers = InboxHandlers()
    handlers.register(Kind.CASE_MESSAGE, fragile)
    feed = Feed(*(change(records.message(n), person="P1") for n in (1, 2, 3)), change(records.message(9), person="P2"))
    pull(sessions, feed, handlers)
    assert received == [("m9", 1)]
    feed.all.append(change(records.message(4), person="P1"))
    broken[0] = False
    with travel(LATER):
        pull(sessions, feed, handlers)
    assert received == [("m9", 1), ("m1", 1), ("m2", 1), ("m3", 1), ("m4", 1)]


def test_what_a_failed_handler_wrote_is_taken_back(sessions, handlers):
    def half(session, change):
        session.add(Board(code="halv", name="Halv"))
        session.flush()
        raise RuntimeError("199501182399")

    handlers.register(Kind.CASE_MESSAGE, half)
    pull(sessions, Feed(change(records.message(), person="P1"), change(records.BOARD)), handlers)
    assert [board.code for board in all_of(sessions, Board)] == ["IFN"]
    assert outcomes(sessions)[0] == ("m1", 1, "failed", "error:RuntimeError")


def test_messages_reach_their_own_feature_once(sessions, store, office, with_messages, received):
    seed(store)
    store.put_case_message(records.message(1))
    pull(sessions, office, with_messages)
    pull(sessions, office, with_messages)
    assert received == [("m1", 1)]


def test_tombstones_close_and_warn_and_never_delete(sessions, store, office, handlers):
    seed(store)
    pull(sessions, office, handlers)
    for record in (
        records.ASSIGNMENT,
        records.CASE,
        records.STAFF,
        records.PERSON,
        records.UNIT,
        records.BOARD,
    ):
        store.remove(record)
    pull(sessions, office, handlers)
    for model in (Person, Case, CaseAssignment, StaffMember, Unit, Board):
        assert len(all_of(sessions, model)) == 1
    assert all_of(sessions, CaseAssignment)[0].until <= now()
    assert all_of(sessions, Case)[0].state is CaseState.CLOSED
    assert all_of(sessions, StaffMember)[0].active is False
    assert outcomes(sessions)[6:] == [
        ("A1", 2, "applied", ""),
        ("C1", 2, "warned", "disappeared"),
        ("S1", 2, "applied", ""),
        ("P1", 2, "warned", "disappeared"),
        ("U1", 2, "warned", "disappeared"),
        ("B1", 2, "warned", "disappeared"),
    ]


def test_a_tombstone_of_what_never_came_is_a_warning(sessions, handlers):
    kinds = [Kind.PERSON, Kind.STAFF, Kind.BOARD, Kind.UNIT, Kind.CASE, Kind.CASE_ASSIGNMENT]
    pull(sessions, Feed(*(Change("X", kind, 1, {}, deleted=True) for kind in kinds)), handlers)
    assert {(outcome, code) for *_, outcome, code in outcomes(sessions)} == {("warned", "disappeared_unknown")}
    assert all_of(sessions, ExternalLink) == []


def test_a_case_never_changes_its_person(sessions, store, office, handlers):
    seed(store)
    store.put_person(records.OTHER)
    store.put_case(dataclasses.replace(records.CASE, person_id="P2"))
    pull(sessions, office, handlers)
    assert outcomes(sessions)[-1] == ("C1", 2, "failed", "unknown_code:case.person_id")
    with sessions() as session:
        assert all_of(sessions, Case)[0].person_id == local_id(session, Kind.PERSON, "P1")


def test_assigned_again_is_the_same_row_and_an_old_spell_does_not_end_it(sessions, store, office, handlers):
    seed(store)
    store.assign(dataclasses.replace(records.ASSIGNMENT, until=records.AT + timedelta(days=1)))
    again = dataclasses.replace(records.ASSIGNMENT, id="A2", since=records.AT + timedelta(days=5))
    store.assign(again)
    store.remove(records.ASSIGNMENT)
    pull(sessions, office, handlers)
    (row,) = all_of(sessions, CaseAssignment)
    assert (row.since, row.until) == (again.since, None)
    assert outcomes(sessions)[-1] == ("A1", 3, "warned", "disappeared")


def test_identity_numbers_that_are_none_are_refused(sessions, handlers):
    pull(sessions, Feed(change(records.PERSON, person="P1", identity_number="19880209T050")), handlers)
    assert outcomes(sessions) == [("P1", 1, "failed", "unknown_code:person.identity_number")]


def test_a_payload_about_another_object_is_refused(sessions, handlers):
    pull(sessions, Feed(Change("P9", "person", 1, records.PERSON.to_payload(), person="P9")), handlers)
    assert outcomes(sessions) == [("P9", 1, "failed", "unknown_code:person.id")]


def test_raw_payloads_and_foreign_ids_stand_encrypted(sessions, store, office, handlers, own_engine):
    store.put_person(dataclasses.replace(records.PERSON, id="19880209T050"))
    pull(sessions, office, handlers)
    with own_engine.connect() as connection:
        for table in ("inbox_change", "external_link"):
            row = connection.exec_driver_sql(f"SELECT * FROM {table}").one()  # noqa: S608 - two fixed names
            raw = b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
            assert b"19880209T050" not in raw
            assert b"199501182399" not in raw
            assert b"Testsson" not in raw


def test_a_source_that_is_down_shows_and_heals(sessions, store, office, handlers):
    seed(store)
    with pytest.raises(Retryable):
        inbox.fetch(sessions, FaultyBackOffice(office, FaultPlan(down=1)))
    with sessions() as session:
        state = freshness(session)
    assert (state.last_ok_at, state.last_error, state.well) == (None, "down", False)
    pull(sessions, office, handlers)
    with sessions() as session:
        assert freshness(session).well


def test_two_who_fetch_the_same_page_store_it_once(sessions, store, office, handlers):
    """Between one worker's question and its storing, another stores the same page."""
    seed(store)

    class Overtaken:
        def changes(self, after, limit):
            inbox.fetch(sessions, office, limit=limit)
            return office.changes(after, limit)

    assert inbox.fetch(sessions, Overtaken(), limit=4) == 0
    assert len(outcomes(sessions)) == 4
    pull(sessions, office, handlers)
    assert [row[0] for row in outcomes(sessions)] == ["B1", "U1", "S1", "P1", "C1", "A1"]


def test_a_kind_has_one_handler(handlers):
    with pytest.raises(ValueError, match="two handlers"):
        handlers.register(Kind.PERSON, registers.person)


def test_outcome_names_of_the_partial_index_are_the_enums(sessions):
    from portal.sync.models import UNSETTLED

    unsettled = {Outcome.PENDING, Outcome.FAILED, Outcome.WAITING}
    assert all((f"'{outcome}'" in str(UNSETTLED)) == (outcome in unsettled) for outcome in Outcome)
