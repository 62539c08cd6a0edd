"""Wages on the page of the calculation: by the months with support that are known, or plainly not known."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from portal.assistance import queries
from portal.assistance.models import Application, AssistancePeriod
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.norm import UNKNOWN, Unknown
from portal.assistance.rules.states import Handling, Outcome, PeriodState
from portal.core.db import writing
from portal.core.i18n import today
from tests.assistance import world as worlds
from tests.assistance.pages import Desk
from tests.assistance.test_offering import submitted
from tests.assistance.world import ALONE, ROW, TWO, Scene
from tests.support.client import PageClient

THIS = Period.of(today())
WAGE = f"incomes:{ROW.format(1)}"
HOME = {"form": "rental", "address": "Storgatan 1", "rooms": "2", "persons": "1", "adults.none": "yes"}
UNKNOWN_WORDS = "Vi vet inte än om en del av lönen räknas bort (jobbstimulans)."


def working(whose: str = "") -> dict[str, Mapping[str, str]]:
    wage = {WAGE: "1", f"{WAGE}:kind": "salary", f"{WAGE}:amount": "5 000", f"{WAGE}:date": today().isoformat()}
    told = {**ALONE["incomes"], "incomes.none": "", **wage} | ({f"{WAGE}:whose": whose} if whose else {})
    return {**ALONE, "home": HOME, "incomes": told, "planning": {"occupation": "work_part", "worked": "yes"}}


def tell(desk: Desk, months: Mapping[int, bool | None], person_id: UUID | None = None) -> None:
    """Let the back office tell of months, by how long ago they are."""
    with writing(desk.sessions) as session:
        for ago, granted in months.items():
            session.add(
                AssistancePeriod(
                    person_id=person_id or desk.mariam.subject_id,
                    period=str(THIS.plus(-ago)),
                    state=PeriodState.APPLIED if granted is None else PeriodState.DECIDED,
                    cohabiting=False,
                    granted=granted,
                )
            )


def shown(browser: PageClient, draft: UUID) -> str:
    return browser.page(f"/ansokan/{draft}/berakning").text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        # Six months in a row: 5 000 × 25 % = 1 250 isn't counted, 5 000 − 1 250 = 3 750; 3 940 + 1 280 − 3 750 = 1 470.
        (dict.fromkeys(range(1, 7), True), ("5 000 − 1 250 = 3 750", "En fjärdedel av lönen räknas inte", "1 470 kr")),
        # Five, or six with one refused between: the whole wage; 3 940 + 1 280 − 5 000 = 220.
        (dict.fromkeys(range(1, 6), True), ("Hela lönen räknas.", "220 kr")),
        (dict.fromkeys(range(1, 8), True) | {4: False}, ("Hela lönen räknas.", "220 kr")),
        # Six, and the last isn't decided: it can't be known, and there is no sum.
        (dict.fromkeys(range(2, 7), True) | {1: None}, (UNKNOWN_WORDS, "Därför finns ingen summa")),
        # The two years began seven months ago: this month's answer is clear, whatever the last one's will be.
        (dict.fromkeys(range(2, 14), True) | {1: None}, ("5 000 − 1 250 = 3 750", "1 470 kr")),
        # Thirty months in a row: the two years are over. The whole wage.
        (dict.fromkeys(range(1, 31), True), ("Hela lönen räknas.", "220 kr")),
        # Nobody has told of any month.
        ({}, (UNKNOWN_WORDS, "Handläggaren ser efter när ansökan har kommit in.", "Därför finns ingen summa")),
    ],
)
def test_wages_are_counted_by_the_months_that_the_back_office_tells_of(
    mariam: PageClient, desk: Desk, months: Mapping[int, bool | None], expected: tuple[str, ...]
) -> None:
    tell(desk, months)
    text = shown(mariam, desk.draft(working(), kind=Kind.NEW))
    for words in expected:
        assert words in text


def test_nobody_reads_from_the_sum_how_long_a_co_applicant_has_had_support(mariam: PageClient, desk: Desk) -> None:
    tell(desk, dict.fromkeys(range(1, 7), True))
    tell(desk, dict.fromkeys(range(1, 7), True), desk.jonas.subject_id)
    together = {**working("co_applicant"), "household": TWO["household"]}
    draft = desk.draft(together, kind=Kind.NEW)
    assert UNKNOWN_WORDS in shown(mariam, draft)
    desk.answer(draft, "incomes", {f"{WAGE}:whose": "applicant"})
    assert "5 000 − 1 250 = 3 750" in shown(mariam, draft)


def decided(scene: Scene, ago: int, outcome: Outcome | None) -> Application:
    row = submitted(scene, THIS.plus(-ago))
    if outcome:
        row.handling, row.outcome = Handling.DECIDED, outcome
        scene.session.flush()
    return row


def known(scene: Scene) -> tuple[dict[int, bool | Unknown], bool]:
    found = queries.support(scene.session, scene.mariam, today=today())
    return {month.months_until(THIS): one for month, one in found.months.items()}, found.complete


def test_decided_applications_count_and_the_back_office_has_the_last_word(scene: Scene) -> None:
    outcomes = {1: None, 2: Outcome.GRANTED, 3: Outcome.PARTLY, 4: Outcome.REFUSED, 5: Outcome.DISMISSED}
    for ago, outcome in outcomes.items():
        decided(scene, ago, outcome)
    assert known(scene) == ({1: UNKNOWN, 2: True, 3: True, 4: False, 5: False}, False)
    for ago, granted in ((2, False), (3, None), (6, True)):
        scene.session.add(
            AssistancePeriod(
                person_id=scene.world.mariam,
                period=str(THIS.plus(-ago)),
                state=PeriodState.DECIDED,
                cohabiting=False,
                granted=granted,
            )
        )
    scene.session.flush()
    # What it doesn't tell of a month stands as it was decided here; its first month is the first of all.
    assert known(scene) == ({1: UNKNOWN, 2: False, 3: True, 4: False, 5: False, 6: True}, True)


def test_only_own_months_count_and_none_that_was_taken_back(scene: Scene) -> None:
    made = worlds.couple(scene, THIS.plus(-1))
    worlds.sign(scene, made, scene.jonas)
    worlds.sign(scene, made)
    row = worlds.row(scene, made)
    row.handling, row.outcome = Handling.DECIDED, Outcome.GRANTED
    back = decided(scene, 2, None)
    worlds.signing.withdraw(scene.session, scene.mariam, back.id)
    scene.session.flush()
    assert known(scene) == ({1: True}, False)
    for person, expected in ((scene.jonas, [True]), (scene.tor, [])):
        assert list(queries.support(scene.session, person, today=today()).months.values()) == expected
