"""Households worked out by hand, in worked/*.toml, against the calculation: every line, the total, the whole kronor.

``members`` is the adult or the couple, then children by age: lunch at home or at preschool below seven, on how many
days, what was earned earlier in the year. ``sum`` has a term for every line that isn't nil; ``steps`` show how terms
that are no amount of the table were reached, in brackets what the calculation doesn't tell. The arithmetic of the files
is checked by itself first.
"""

from collections import Counter

import pytest

from portal.assistance.rules.norm import LineKind, calculate, norm_tables
from tests.assistance.norm.worked import Worked, all_worked, slips, told_steps

WORKED = all_worked()


def test_there_are_enough_of_each_sort() -> None:
    assert len(WORKED) >= 60
    households = [worked.household for worked in WORKED]
    assert {household.span.first.year for household in households} == {2024, 2025, 2026}
    sizes = {len(worked.data["members"]) + worked.data["members"][0].startswith("couple") for worked in WORKED}
    assert sizes >= set(range(1, 10))
    assert sum(bool(household.others) for household in households) >= 10
    assert sum(not household.span.whole for household in households) >= 5
    children = [worked.data["members"][1:] for worked in WORKED]
    assert sum(any(" days" in told for told in each) for each in children) >= 10
    assert {told for each in children for told in each if told.endswith("pupil")} == {
        "18 pupil",
        "19 pupil",
        "20 pupil",
    }
    assert all(" = " in worked.data["sum"] for worked in WORKED)


@pytest.mark.parametrize("worked", WORKED, ids=str)
def test_nothing_slipped_by_hand(worked: Worked) -> None:
    assert list(slips(worked)) == []


@pytest.mark.parametrize("worked", WORKED, ids=str)
def test_every_line_is_as_it_was_worked_out(worked: Worked) -> None:
    found = calculate(worked.household, norm_tables(), worked.practice)
    signed = [-line.amount if line.kind is LineKind.INCOME else line.amount for line in found.lines]
    assert Counter(amount for amount in signed if amount) == worked.terms
    assert found.total == worked.total
    if "kronor" in worked.data:
        assert found.result == worked.data["kronor"]


@pytest.mark.parametrize("worked", [one for one in WORKED if "steps" in one.data], ids=str)
def test_the_steps_are_told_as_they_were_worked_out(worked: Worked) -> None:
    found = calculate(worked.household, norm_tables(), worked.practice)
    parts = [part for line in found.lines for part in line.parts]
    assert told_steps(worked) <= {part.operand for part in parts} | {part.result for part in parts}
