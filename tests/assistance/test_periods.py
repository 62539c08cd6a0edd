"""Months that the back office tells of: taken in once, changed, taken away, and never guessed."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from portal.assistance.models import AssistancePeriod
from portal.assistance.queries.support import support
from portal.assistance.rules.kinds import Period
from portal.assistance.rules.norm.unknown import UNKNOWN
from portal.assistance.rules.states import PeriodState
from portal.assistance.sync import receive_period
from portal.sync.contract import AssistancePeriodRecord, Change, Kind, UnknownCode
from portal.sync.inbox import Applied, LinkMissing
from portal.sync.queries import local_id
from tests.assistance.world import Scene
from tests.messages.test_sync import link

APPLIED = AssistancePeriodRecord("E1", "P-M", "2026-11", PeriodState.APPLIED, cohabiting=False, granted=None)
DECIDED = replace(APPLIED, state=PeriodState.DECIDED, granted=True)


def receive(scene: Scene, record: AssistancePeriodRecord, *, deleted: bool = False) -> Applied:
    payload = {} if deleted else record.to_payload()
    applied = receive_period(scene.session, Change(record.id, Kind.ASSISTANCE_PERIOD, 1, payload, deleted=deleted))
    if not deleted and local_id(scene.session, Kind.ASSISTANCE_PERIOD, record.id) is None:
        assert applied.local_id is not None
        link(scene.session, Kind.ASSISTANCE_PERIOD, record.id, applied.local_id)
    return applied


def rows(scene: Scene) -> list[tuple[str, PeriodState, bool | None]]:
    scene.session.flush()
    found = scene.session.scalars(select(AssistancePeriod).order_by(AssistancePeriod.period))
    return [(one.period, one.state, one.granted) for one in found.all()]


@pytest.fixture
def linked(scene: Scene) -> Scene:
    link(scene.session, Kind.PERSON, "P-M", scene.world.mariam)
    return scene


def test_a_month_is_taken_in_changed_and_taken_away(linked: Scene) -> None:
    receive(linked, APPLIED)
    assert rows(linked) == [("2026-11", PeriodState.APPLIED, None)]
    receive(linked, DECIDED)
    assert rows(linked) == [("2026-11", PeriodState.DECIDED, True)]
    receive(linked, replace(DECIDED, granted=False, period="2026-10"))
    assert rows(linked) == [("2026-10", PeriodState.DECIDED, False)]
    receive(linked, DECIDED, deleted=True)
    assert rows(linked) == []


def test_two_objects_of_a_month_stand_beside_each_other(linked: Scene) -> None:
    receive(linked, DECIDED)
    receive(linked, replace(APPLIED, id="E2"))
    assert sorted(rows(linked), key=str) == [
        ("2026-11", PeriodState.APPLIED, None),
        ("2026-11", PeriodState.DECIDED, True),
    ]
    found = support(linked.session, linked.mariam, today=date(2026, 12, 1))
    assert found.months == {Period(2026, 11): True}
    receive(linked, DECIDED, deleted=True)
    assert rows(linked) == [("2026-11", PeriodState.APPLIED, None)]


def test_several_decisions_of_a_month_are_known_when_none_of_them_is_open(linked: Scene) -> None:
    receive(linked, replace(DECIDED, granted=False))
    receive(linked, replace(APPLIED, id="E2"))
    assert support(linked.session, linked.mariam, today=date(2026, 12, 1)).months == {Period(2026, 11): UNKNOWN}
    receive(linked, replace(DECIDED, id="E2", granted=False))
    assert support(linked.session, linked.mariam, today=date(2026, 12, 1)).months == {Period(2026, 11): False}


def test_a_month_that_comes_back_goes_away_again(linked: Scene) -> None:
    for _ in range(2):
        receive(linked, APPLIED)
        receive(linked, APPLIED, deleted=True)
        assert rows(linked) == []


def test_a_month_never_becomes_somebody_elses(linked: Scene) -> None:
    link(linked.session, Kind.PERSON, "P-T", linked.world.tor)
    receive(linked, DECIDED)
    with pytest.raises(UnknownCode) as caught:
        receive(linked, replace(DECIDED, person_id="P-T"))
    assert caught.value.where == "assistance_period.person_id"
    assert support(linked.session, linked.tor, today=date(2026, 12, 1)).months == {}


def test_what_is_open_is_not_granted(linked: Scene) -> None:
    with pytest.raises(UnknownCode) as caught:
        receive(linked, replace(APPLIED, granted=False))
    assert caught.value.where == "assistance_period.granted"


def test_what_cant_be_read_or_whose_person_is_not_here_is_not_taken_in(linked: Scene) -> None:
    for wrong in ("2026-13", "november", "2026-1"):
        with pytest.raises(UnknownCode):
            receive(linked, replace(APPLIED, period=wrong))
    with pytest.raises(LinkMissing):
        receive(linked, replace(APPLIED, person_id="P-nobody"))
    assert rows(linked) == []
