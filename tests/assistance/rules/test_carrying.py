"""Answers of an older version and of the last application come along, and none is lost on the way."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistance.rules.answers import Cell, Cells
from portal.assistance.rules.carrying import UnknownVersion, carry, prefill
from portal.assistance.rules.completeness import SectionState, all_sections
from portal.assistance.rules.definition import CURRENT, VERSIONS
from portal.assistance.rules.definition.base import NO, YES
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.shown import BySection
from tests.assistance.rules.filling import COUPLE, MONTHLY, SINGLE, cells, row, texts

TODAY = date(2026, 11, 26)
N, R, S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY


# A version before the first, only to prove the chain: the family's part had another name, and a child's days too.
def _family_is_called_household(by_section: BySection) -> dict[str, Cells]:
    moved = {key: found for key, found in by_section.items() if key != "family"}
    return {**moved, "household": {**by_section.get("family", {}), **by_section.get("household", {})}}


def _nights_are_called_days(by_section: BySection) -> dict[str, Cells]:
    household = by_section.get("household", {})
    return {**by_section, "household": {key.replace(":nights", ":days"): cell for key, cell in household.items()}}


OLD = {-1: _family_is_called_household, 0: _nights_are_called_days}


def test_a_draft_of_the_newest_version_stays_as_it_is() -> None:
    assert carry(MONTHLY, CURRENT.version) == MONTHLY
    assert set(VERSIONS.steps) == set(range(1, CURRENT.version))
    assert set(VERSIONS.forms) == set(range(1, CURRENT.version + 1))


def test_a_draft_is_carried_step_by_step() -> None:
    old = {"family": {**cells(stays=YES), **row("children", "c", nights="15")}, "assets": cells(assets__none=YES)}

    carried = carry(old, -1, steps=OLD, to_version=1)

    assert texts(carried["household"]) == {"stays": YES, "children:c": "c", "children:c:days": "15"}
    assert carried["assets"] == old["assets"]


KEYS = st.from_regex(r"[a-z]{1,5}(:[a-z0-9]{2}(:(nights|amount))?)?", fullmatch=True)
CELLS = st.builds(Cell, st.text(max_size=5), st.integers(1, 99), st.text(max_size=3))


@given(old=st.dictionaries(st.sampled_from(["family", "assets", "gone"]), st.dictionaries(KEYS, CELLS, max_size=8)))
def test_no_answer_is_lost_and_none_changes_its_version(old: dict[str, Cells]) -> None:
    def all_of(by_section: BySection) -> "Counter[Cell]":
        return Counter(cell for found in by_section.values() for cell in found.values())

    assert all_of(carry(old, -1, steps=OLD, to_version=1)) == all_of(old)


@pytest.mark.parametrize("version", [CURRENT.version + 1, -5])
def test_a_version_that_nobody_knows_is_refused(version: int) -> None:
    with pytest.raises(UnknownVersion):
        carry(MONTHLY, version)


def test_the_next_application_begins_with_what_lasts_and_says_where_it_is_from() -> None:
    begun = prefill(MONTHLY, R)

    # What is asked anew each month is not there: changes, stay, incomes, what is waited for.
    assert texts(begun["household"]) == {"civil_status": "single", "children.none": YES}
    assert texts(begun["incomes"]) == {"authorities": "none"}
    assert texts(begun["payment"]) == {"same_account": YES}
    assert {cell.origin for found in begun.values() for cell in found.values()} == {"last"}


def test_the_task_list_of_a_prefilled_application_shows_what_is_left() -> None:
    begun = prefill(MONTHLY, R)

    states = {section.key: standing.state for section, standing in all_sections(begun, R, today=TODAY)}

    assert states == {
        "household": SectionState.STARTED,
        "costs": SectionState.DONE,
        "incomes": SectionState.STARTED,
        "assets": SectionState.DONE,
        "payment": SectionState.DONE,
        "planning": SectionState.DONE,
        "contact": SectionState.DONE,
    }


def test_lasting_costs_come_along_and_a_receipt_does_not() -> None:
    costs = {
        **row("costs", "a", kind="rent", amount="6450", period="november"),
        **row("costs", "b", kind="medicine", amount="300"),
        **row("costs", "c", kind="union", amount="200"),
        "costs:c": Cell(""),
    }

    assert texts(prefill({"costs": costs}, R)["costs"]) == {
        "costs:a": "a",
        "costs:a:kind": "rent",
        "costs:a:amount": "6450",
    }


def test_a_supplementary_application_begins_without_the_last_ones_costs() -> None:
    begun = prefill({**MONTHLY, "household": COUPLE}, S)

    assert set(begun) == {"household", "payment", "planning", "contact"}
    assert texts(begun["household"]) == {"civil_status": "cohabiting"}
    assert texts(begun["planning"]) == {"worked": YES}


def test_children_come_along() -> None:
    begun = texts(prefill({"household": COUPLE}, R)["household"])

    assert {key: text for key, text in begun.items() if key.startswith("children:")} == {
        key: text for key, text in texts(COUPLE).items() if key.startswith("children:")
    }


def test_an_account_is_never_copied_but_said_to_be_the_same() -> None:
    typed = cells(same_account=NO, way="account", clearing="6789", account="123456789")

    assert texts(prefill({"payment": typed}, R)["payment"]) == {"same_account": YES}
    # A new application asks for the account anew.
    assert "payment" not in prefill({"payment": typed}, N)


def test_each_adults_answers_come_along_alike() -> None:
    own = {"planning": cells(occupation="sfi", sfi_path="2", sfi_course="C", worked=NO), "contact": SINGLE}

    begun = prefill(own, R)

    assert texts(begun["planning"]) == texts(own["planning"])
    states = {s.key: found.state for s, found in all_sections(begun, R, today=TODAY, party=Party.CO_APPLICANT)}
    assert states == {"planning": SectionState.DONE, "contact": SectionState.NOT_STARTED}


def test_the_home_comes_along_though_it_is_asked_for_only_when_it_has_changed() -> None:
    begun = prefill({"home": cells(form="rental", rooms="2")}, R)

    assert texts(begun["home"]) == {"form": "rental", "rooms": "2"}
