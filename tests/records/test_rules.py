"""States, masks, delays, guardians and days."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import InvalidInput
from portal.core.states import IllegalTransition, move
from portal.core.workdays import is_working_day, working_days_between
from portal.people.rules import Protection
from portal.records.rules import deadlines, secrecy, states
from portal.records.rules.deadlines import Step
from portal.records.rules.passages import Passage
from portal.records.rules.states import Ground, NoteType, RemarkKind, RemarkState, VersionState

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def texts(shown: list[secrecy.Shown]) -> list[str]:
    return [passage.text or "-" for passage in shown]


@pytest.mark.parametrize(
    ("table", "allowed"),
    [
        (
            states.VERSION_TRANSITIONS,
            {"working": "locked", "locked": "released", "released": "withdrawn", "withdrawn": "released"},
        ),
        (
            states.REMARK_TRANSITIONS,
            {"agreed": "withdrawn", "open": "answered withdrawn", "answered": "open answered withdrawn"},
        ),
    ],
)
def test_only_the_steps_of_the_table_are_taken(table: Mapping[Any, frozenset[Any]], allowed: dict[str, str]) -> None:
    assert {now: to for now, to in table.items() if to} == {now: frozenset(to.split()) for now, to in allowed.items()}
    for now in table:
        for to in table:
            if to in allowed.get(now, "").split():
                assert move(table, now, to) is to
            else:
                with pytest.raises(IllegalTransition):
                    move(table, now, to)


def test_only_what_is_right_needs_no_answer() -> None:
    agreed = {kind for kind in RemarkKind if states.first_state(kind) is RemarkState.AGREED}
    assert agreed == {RemarkKind.RIGHT}
    assert VersionState.RELEASED not in states.VERSION_TRANSITIONS[VersionState.WORKING]


@pytest.mark.parametrize("kind", [kind for kind in RemarkKind if kind is not RemarkKind.MISSING])
def test_a_mark_alone_is_a_remark(kind: RemarkKind) -> None:
    assert states.check_remark(kind, "") == ""


def test_what_is_missing_must_be_told_and_nothing_may_be_endless() -> None:
    with pytest.raises(InvalidInput):
        states.check_remark(RemarkKind.MISSING, " ")
    for check in (lambda text: states.check_remark(RemarkKind.WRONG, text), states.check_turn):
        with pytest.raises(InvalidInput):
            check("å" * 1_000_000)
    with pytest.raises(InvalidInput):
        states.check_turn("\n")
    for submission in ("", "x" * 65, "å"):
        with pytest.raises(InvalidInput):
            states.check_submission(submission)


def test_masked_passages_lose_their_text_and_keep_the_ground() -> None:
    passages = [Passage(A, "ett"), Passage(B, "två")]
    shown = secrecy.show(passages, {B: Ground.REPORTER}, newest={A, B}, newest_masks={B: Ground.REPORTER})
    assert texts(shown) == ["ett", "-"]
    assert [passage.hidden for passage in shown] == [None, Ground.REPORTER]
    assert "ett" not in repr(shown)


def test_the_latest_check_counts_for_older_versions() -> None:
    older = [Passage(A, "ett"), Passage(B, "två")]
    shown = secrecy.show(older, {}, newest={A, B}, newest_masks={B: Ground.OTHER_PERSON})
    assert texts(shown) == ["ett", "-"]


def test_what_may_have_moved_to_a_masked_passage_is_hidden_in_older_versions() -> None:
    older = [Passage(A, "ett"), Passage(B, "grannen är sjuk")]
    shown = secrecy.show(older, {}, newest={A, C}, newest_masks={C: Ground.OTHER_PERSON})
    assert texts(shown) == ["ett", "-"]


def test_an_older_check_counts_although_the_latest_was_milder() -> None:
    older = [Passage(A, "ett")]
    assert texts(secrecy.show(older, {A: Ground.REPORTER}, newest={A}, newest_masks={})) == ["-"]


@given(
    masks=st.dictionaries(st.sampled_from([A, B, C, D]), st.sampled_from(Ground)),
    newest_masks=st.dictionaries(st.sampled_from([A, B, C, D]), st.sampled_from(Ground)),
)
def test_nothing_masked_is_ever_shown(masks: dict[UUID, Ground], newest_masks: dict[UUID, Ground]) -> None:
    passages = [Passage(id_, str(id_)) for id_ in (A, B, C)]
    shown = secrecy.show(passages, masks, newest={B, C, D}, newest_masks=newest_masks)
    assert [passage.id for passage in shown] == [A, B, C]
    for passage in shown:
        assert (passage.text == "") is (passage.hidden is not None)
        if passage.id in masks or passage.id in newest_masks or (passage.id == A and D in newest_masks):
            assert passage.text == ""


def test_masks_go_on_with_their_passages_or_a_person_checks_anew() -> None:
    masks = {A: Ground.REPORTER}
    assert secrecy.masks_go_on(masks, {A, B}, {A, C}) == masks
    assert secrecy.masks_go_on(masks, {A, B}, {B}) == {}
    assert secrecy.masks_go_on(masks, {A, B}, {B, C}) is None  # what was masked may stand in C


def test_grounds_are_dated() -> None:
    assert set(secrecy.grounds_on(date(2026, 11, 26))) == set(Ground)
    assert not secrecy.grounds_on(date(2009, 6, 29))


LOCKED = datetime(2026, 12, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("protection", [Protection.SECRECY, Protection.REGISTRATION, Protection.UNKNOWN])
@pytest.mark.parametrize("kind", NoteType)
def test_nothing_of_the_protected_is_released_by_default(kind: NoteType, protection: Protection) -> None:
    assert secrecy.default_release(kind, LOCKED, protection=protection, child_sensitive=False) is None


@pytest.mark.parametrize("kind", NoteType)
def test_nothing_of_a_childs_talk_is_released_by_default(kind: NoteType) -> None:
    assert secrecy.default_release(kind, LOCKED, protection=Protection.NONE, child_sensitive=True) is None


@pytest.mark.parametrize(
    ("kind", "day", "hour"),
    [
        (NoteType.DECISION, date(2026, 12, 23), 12),
        (NoteType.NOTE, date(2026, 12, 28), 7),  # the next working day at 8 in Sweden
        (NoteType.INQUIRY, date(2026, 12, 29), 7),
    ],
)
def test_a_release_by_rule_waits_for_a_working_day(kind: NoteType, day: date, hour: int) -> None:
    at = secrecy.default_release(kind, LOCKED, protection=Protection.NONE, child_sensitive=False)
    assert at is not None
    assert (at.astimezone(UTC).date(), at.astimezone(UTC).hour) == (day, hour)


@pytest.mark.parametrize(
    ("born", "first"),
    [
        (None, None),
        (date(2011, 11, 27), date.min),  # 15 tomorrow
        (date(2011, 11, 26), date(2026, 11, 26)),
        (date(2008, 2, 29), date(2023, 3, 1)),
    ],
)
def test_what_was_decided_for_guardians_counts_until_the_child_speaks_for_itself(
    born: date | None, first: date | None
) -> None:
    assert secrecy.guardians_from(born, date(2026, 11, 26)) == first


@given(made=st.dates(date(2024, 1, 1), date(2034, 1, 1)), days=st.integers(1, 30))
def test_a_remark_is_reminded_of_before_it_is_late(made: date, days: int) -> None:
    due = deadlines.due_on(datetime.combine(made, time(12), UTC), days)
    assert is_working_day(due)
    assert deadlines.step(due, due, 0) is Step.REMINDED
    assert deadlines.step(due, due + timedelta(days=1), 0) is Step.ESCALATED
    assert deadlines.step(due, due - timedelta(days=60), 2) is None


@given(
    today=st.dates(date(2024, 1, 1), date(2034, 1, 1)),
    ahead=st.integers(0, 60),
    days=st.integers(0, 30),
)
def test_the_reminder_comes_so_many_working_days_before_the_last_day(today: date, ahead: int, days: int) -> None:
    due = today + timedelta(days=ahead)
    assert (deadlines.step(due, today, days) is Step.REMINDED) is (working_days_between(today, due) <= days)
    assert (due <= deadlines.reminded_until(today, days)) is (working_days_between(today, due) <= days)
