"""How far a section is: nothing, something, all, or something to mend; and in which words."""

from datetime import date
from decimal import Decimal

import pytest

from portal.assistance.rules.answers import Cell, Cells
from portal.assistance.rules.completeness import (
    FaultKind,
    SectionState,
    Standing,
    all_sections,
    open_sections,
    standing,
)
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import YES
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.shown import Filled
from tests.assistance.rules.filling import CHILD, COUPLE, MONTHLY, PUPIL, SINGLE, cells, row

TODAY = date(2026, 11, 26)
N, R, S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY
NOT_STARTED, STARTED, DONE, TO_MEND = SectionState


def state(section: str, filled: Cells, kind: Kind = R, household: Cells = SINGLE) -> Standing:
    return standing(Filled(kind, {"household": household, section: filled}), CURRENT.section(section), TODAY)


def test_a_section_goes_from_nothing_to_done() -> None:
    assert state("payment", {}).state is NOT_STARTED
    assert state("payment", cells(same_account="no")).state is STARTED
    assert state("payment", cells(same_account="no", way="other", other_way="Avi")).state is DONE
    assert state("payment", cells(same_account="kanske")).state is TO_MEND


def test_an_emptied_answer_is_none() -> None:
    assert state("payment", cells(same_account="")).state is NOT_STARTED


def test_what_is_missing_is_told_beside_each_question_in_the_order_of_the_page() -> None:
    found = state("household", {})

    assert [(fault.key, fault.kind) for fault in found.faults] == [
        ("civil_status", FaultKind.MISSING),
        ("changed", FaultKind.MISSING),
        ("children.none", FaultKind.MISSING),
        ("stays", FaultKind.MISSING),
    ]
    told = found.fault("children.none")
    assert told is not None
    assert "svara att inga barn bor hos dig" in str(told.text)
    assert found.fault("changes") is None


def test_a_group_of_rows_needs_an_entry_or_none() -> None:
    assert state("assets", {}).state is NOT_STARTED
    assert state("assets", cells(assets__none=YES)).state is DONE
    assert state("assets", row("assets", "a", kind="bank", value="100")).state is DONE
    assert state("assets", cells(assets__none="no")).state is NOT_STARTED


def test_entries_and_none_contradict_each_other() -> None:
    both = state("assets", {**cells(assets__none=YES), **row("assets", "a", kind="bank", value="100")})

    assert both.state is TO_MEND
    assert [(fault.key, fault.kind) for fault in both.faults] == [("assets.none", FaultKind.CONTRADICTION)]
    assert "Ta bort det ena" in str(both.faults[0].text)


def test_a_removed_row_is_no_entry_and_its_answers_count_for_nothing() -> None:
    removed = {**row("assets", "a", kind="bank", value="1 0 0"), **cells(assets__a="", assets__none=YES)}

    found = state("assets", removed)

    assert found.state is DONE
    assert found.values == {}


def test_an_empty_row_is_begun_and_lacks_its_answers() -> None:
    found = state("assets", row("assets", "a"))

    assert found.state is STARTED
    assert [fault.key for fault in found.faults] == ["assets:a:kind", "assets:a:value"]
    assert found.rows("assets") == {"a": {}}


@pytest.mark.parametrize("amount", ["1.200", "12OO", "-5", "99999999999999", "1 2 00", "0"])
def test_an_amount_that_cannot_be_read_is_told_beside_it_and_the_rest_is_kept(amount: str) -> None:
    filled = {
        **row("incomes", "i1", kind="salary", amount=amount, date="2026-11-25"),
        **row("incomes", "i2", kind="salary", amount="1 200,50", date="2026-11-25"),
        **cells(authorities="none", pending__none=YES),
    }

    found = state("incomes", filled)

    assert found.state is TO_MEND
    assert [fault.key for fault in found.faults] == ["incomes:i1:amount"]
    assert [one.get("amount") for one in found.rows("incomes").values()] == [None, Decimal("1200.50")]


def test_hidden_answers_count_for_nothing_and_hinder_nothing() -> None:
    # The account that was typed before "the same as last time" was chosen, and can't be read.
    found = state("payment", cells(same_account=YES, way="account", clearing="abc", account="x"))

    assert found.state is DONE
    assert found.values == {"same_account": YES}


def test_a_child_stands_once_however_its_number_is_written() -> None:
    twice = {
        **cells(civil_status="single", changed="nothing", stays=YES),
        **row("children", "a", name="Ett", number=PUPIL, school="compulsory", lives="full"),
        **row("children", "b", name="Två", number=f"{PUPIL[2:8]}-{PUPIL[8:]}", school="compulsory", lives="full"),
    }

    found = state("household", twice)

    assert found.state is TO_MEND
    assert [(fault.key, fault.kind) for fault in found.faults] == [("children:b:number", FaultKind.CONTRADICTION)]


def test_more_rows_than_a_form_holds_are_told() -> None:
    many: dict[str, Cell] = {}
    for number in range(21):
        many |= row("pending", f"p{number:02}", benefit="Sjukpenning")

    found = state("incomes", {**cells(authorities="none", incomes__none=YES), **many})

    assert [fault.key for fault in found.faults] == ["pending.none"]
    assert "20" in str(found.faults[0].text)


def test_an_account_is_warned_of_and_never_blocks() -> None:
    found = state("payment", cells(same_account="no", way="account", clearing="6789", account="123 456 788"))

    assert found.state is DONE
    assert list(found.warnings) == ["account"]
    assert found.values["account"] == "123456788"
    assert "123456788" not in repr(found)


def test_what_is_read_of_rows_comes_in_their_order() -> None:
    found = state("household", COUPLE, N)

    assert found.state is DONE
    assert [(row_id, one["number"]) for row_id, one in found.rows("children").items()] == [("c1", CHILD), ("c2", PUPIL)]
    assert found.rows("children")["c1"]["days"] == 15
    assert "days" not in found.rows("children")["c2"]


def test_the_open_sections_are_those_that_are_not_done() -> None:
    assert open_sections(MONTHLY, R, today=TODAY) == ()
    without = {**MONTHLY, "costs": {}, "contact": cells(interpreter=YES)}

    found = open_sections(without, R, today=TODAY)

    assert [(section.key, standing.state) for section, standing in found] == [
        ("costs", NOT_STARTED),
        ("contact", STARTED),
    ]
    assert [section.key for section, _ in open_sections(without, R, today=TODAY, party=Party.CO_APPLICANT)] == [
        "contact"
    ]


def test_a_changed_home_opens_a_section_more() -> None:
    household = {**SINGLE, **cells(changed="something", changes="Jag har flyttat.", home_changed=YES)}

    found = all_sections({**MONTHLY, "household": household}, R, today=TODAY)

    assert [section.key for section, _ in found][:2] == ["household", "home"]


def test_a_supplementary_application_is_short() -> None:
    assert [section.key for section, _ in all_sections({}, S, today=TODAY)] == [
        "household",
        "costs",
        "payment",
        "planning",
        "contact",
    ]
