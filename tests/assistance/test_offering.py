"""What somebody is offered: by what is handed in here, what the back office knows, and what they say themselves."""

import pytest

from portal.assistance import queries
from portal.assistance.models import Application, AssistancePeriod
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.routing import NotOffered, offer
from portal.assistance.rules.states import PeriodState
from portal.assistance.service import starting
from portal.assistance.service.holding import NotHere
from portal.core.i18n import today
from portal.people.models import Case
from portal.people.rules import CaseState, Protection
from tests.assistance.world import ALONE, OWN, TWO, Scene, fill, invite, protect, sign, start

THIS = Period.of(today())


def offers(scene: Scene, *, changed: bool = False) -> dict[Period, Kind]:
    facts = queries.facts(scene.session, scene.mariam, today=today(), months_until_new=2, household_changed=changed)
    return {one.period: one.kind for one in offer(facts)}


def submitted(scene: Scene, period: Period = THIS, *, two: bool = False) -> Application:
    made = start(scene, period=period)
    fill(scene, made, TWO if two else ALONE)
    if two:
        invite(scene, made)
        fill(scene, made, OWN, scene.jonas)
        sign(scene, made, scene.jonas)
    sign(scene, made)
    return scene.session.get_one(Application, made, populate_existing=True)


def known(scene: Scene, period: Period, *, cohabiting: bool) -> None:
    scene.session.add(
        AssistancePeriod(
            person_id=scene.world.mariam, period=str(period), state=PeriodState.DECIDED, cohabiting=cohabiting
        )
    )
    scene.session.flush()


def test_somebody_unknown_makes_a_new_application(scene: Scene) -> None:
    assert offers(scene) == {THIS: Kind.NEW, THIS.plus(1): Kind.NEW}


def test_a_month_that_is_applied_for_or_decided_takes_only_a_supplement(scene: Scene) -> None:
    known(scene, THIS, cohabiting=False)
    assert offers(scene) == {THIS: Kind.SUPPLEMENTARY, THIS.plus(1): Kind.MONTHLY}
    with pytest.raises(NotOffered):
        starting.begin(scene.session, scene.mariam, kind=Kind.MONTHLY, period=THIS, months_until_new=2)


def test_the_municipality_says_how_long_ago_is_long_ago(scene: Scene) -> None:
    submitted(scene, THIS.plus(-3))
    assert offers(scene)[THIS] is Kind.NEW
    facts = queries.facts(scene.session, scene.mariam, today=today(), months_until_new=3)
    assert offer(facts)[0].kind is Kind.MONTHLY


def test_a_case_that_is_closed_means_a_new_application(scene: Scene) -> None:
    made = submitted(scene)
    assert offers(scene)[THIS.plus(1)] is Kind.MONTHLY
    made.case_id = scene.world.money
    scene.session.get_one(Case, scene.world.money).state = CaseState.CLOSED
    scene.session.flush()
    assert offers(scene)[THIS.plus(1)] is Kind.NEW


def test_another_household_means_a_new_application_that_begins_empty(scene: Scene) -> None:
    submitted(scene, two=True)
    assert offers(scene)[THIS.plus(1)] is Kind.MONTHLY
    assert offers(scene, changed=True)[THIS.plus(1)] is Kind.NEW
    known(scene, THIS, cohabiting=False)
    assert offers(scene)[THIS.plus(1)] is Kind.NEW
    made = starting.begin(
        scene.session,
        scene.mariam,
        kind=Kind.NEW,
        period=THIS.plus(1),
        months_until_new=2,
        household_changed=True,
    )
    assert queries.draft(scene.session, scene.mariam, made).answers == {}


def test_the_last_application_fills_in_the_next_and_is_named_as_the_origin(scene: Scene) -> None:
    submitted(scene)
    made = starting.begin(scene.session, scene.mariam, kind=Kind.MONTHLY, period=THIS.plus(1), months_until_new=2)
    answers = queries.draft(scene.session, scene.mariam, made).answers
    assert answers[Party.APPLICANT, "household"]["civil_status"].raw == "single"
    assert "stays" not in answers[Party.APPLICANT, "household"]
    assert {cell.origin for cells in answers.values() for cell in cells.values()} == {"last"}


def test_whoever_becomes_protected_is_offered_nothing_and_the_other_one_learns_nothing(scene: Scene) -> None:
    submitted(scene, two=True)
    known(scene, THIS, cohabiting=True)
    before = offers(scene)
    assert before[THIS.plus(1)] is Kind.MONTHLY
    protect(scene, scene.jonas, Protection.SECRECY)
    assert offers(scene) == before
    protect(scene, scene.mariam, Protection.SECRECY)
    assert offers(scene) == {}
    with pytest.raises(NotHere):
        starting.begin(scene.session, scene.mariam, kind=Kind.NEW, period=THIS.plus(1), months_until_new=2)
