"""What is asked, by kind and answers."""

import pytest

from portal.assistance.rules.answers import Cell, Cells
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import NO, YES, Definition, Field, FieldType, Rows, Section, when
from portal.assistance.rules.kinds import Kind, Party, Whose
from portal.assistance.rules.shown import Filled
from portal.core.i18n import lazy
from tests.assistance.rules.filling import COUPLE, MONTHLY, SINGLE, cells, row

N, R, S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY


def keys(section: str, filled: Cells, kind: Kind = N, others: dict[str, Cells] | None = None) -> list[str]:
    found = Filled(kind, {**(others or {}), section: filled})
    return [item.key for item in found.items(CURRENT.section(section))]


def row_keys(section: str, group: str, filled: Cells, kind: Kind = N, household: Cells = SINGLE) -> list[str]:
    found = CURRENT.section(section)
    (rows,) = (item for item in found.items if item.key == group and isinstance(item, Rows))
    whole = Filled(kind, {"household": household, section: filled})
    return [each.key for each in whole.fields(found, rows, "r1")]


def test_what_has_changed_is_asked_only_of_a_following_application() -> None:
    assert "changed" not in keys("household", SINGLE, N)
    assert keys("household", SINGLE, R) == ["civil_status", "changed", "children", "stays"]
    assert keys("household", SINGLE, S) == ["civil_status"]


def test_a_condition_brings_its_question_and_takes_it_away_again() -> None:
    assert "stay_why" in keys("household", cells(stays=NO))
    assert "stay_why" not in keys("household", cells(stays=YES))
    assert "stay_why" not in keys("household", {})


def test_a_hidden_answer_meets_no_condition() -> None:
    answers = cells(changed="nothing", home_changed=YES)

    assert Filled(R, {"household": answers}).asks(CURRENT.section("home")) is False
    assert Filled(R, {"household": cells(changed="something", home_changed=YES)}).asks(CURRENT.section("home"))


def test_a_condition_on_a_question_of_another_kind_hinders_nothing() -> None:
    # Only a following application asks whether the home has changed: a new one always asks for it.
    assert Filled(N, {}).asks(CURRENT.section("home"))
    assert not Filled(R, {}).asks(CURRENT.section("home"))
    assert not Filled(S, {"household": cells(changed="something", home_changed=YES)}).asks(CURRENT.section("home"))
    # A new application can't take the last one's account.
    assert "way" in keys("payment", {}, N)
    assert "way" not in keys("payment", cells(same_account=YES), R)
    assert "way" in keys("payment", cells(same_account=NO), R)


def test_of_several_chosen_ones_each_brings_its_questions() -> None:
    shown = keys("planning", cells(occupation="work_part,sick"), R)

    assert {"workplace", "sick_extent", "sick_until"} <= set(shown)
    assert not {"studies", "sfi_path", "other", "applied", "planned"} & set(shown)


@pytest.mark.parametrize(
    ("kind", "household", "asked"),
    [
        (N, SINGLE, False),
        (N, COUPLE, True),
        (N, cells(civil_status="single"), True),  # perhaps with children
        (R, {**SINGLE, "civil_status": Cell("cohabiting")}, True),
        # A supplementary application doesn't ask for children, and a cost may be a child's.
        (S, cells(civil_status="single"), True),
    ],
)
def test_whose_it_is_is_not_asked_of_one_person_alone(kind: Kind, household: Cells, asked: bool) -> None:
    assert ("whose" in row_keys("costs", "costs", {}, kind, household)) is asked


def test_a_rows_conditions_are_read_in_that_row() -> None:
    costs = {**row("costs", "r1", kind="medicine"), **row("costs", "r2", kind="dental")}

    assert row_keys("costs", "costs", costs) == ["kind", "amount", "high_cost", "period"]
    assert row_keys("costs", "costs", row("costs", "r1", kind="dental"))[1:3] == ["dental_kind", "specification"]


def test_two_conditions_must_both_hold() -> None:
    assert "language_other" in keys("contact", cells(interpreter=YES, language="other"))
    assert "language_other" not in keys("contact", cells(interpreter=NO, language="other"))


def test_the_co_applicant_is_asked_only_what_concerns_each() -> None:
    filled = Filled(R, MONTHLY)

    assert [section.key for section in filled.sections(Party.CO_APPLICANT)] == ["planning", "contact"]
    assert [section.key for section in filled.sections()] == list(MONTHLY)


def test_a_section_that_is_not_asked_for_meets_no_condition() -> None:
    first = Section("first", lazy("1"), "home", Whose.HOUSEHOLD, (Field("a", FieldType.YES_NO, lazy("a")),))
    hidden = Section(
        "hidden",
        lazy("2"),
        "home",
        Whose.HOUSEHOLD,
        (Field("b", FieldType.YES_NO, lazy("b")),),
        when=(when("first/a", YES),),
    )
    after = Field("c", FieldType.LINE, lazy("c"), when=(when("hidden/b", YES),))
    last = Section("last", lazy("3"), "home", Whose.HOUSEHOLD, (after,))
    form = Definition(1, (first, hidden, last), {})

    for answer, shown in ((YES, (after,)), (NO, ())):
        answers = {"first": cells(a=answer), "hidden": cells(b=YES)}
        assert Filled(N, answers, form).items(last) == shown


def test_a_condition_on_a_question_that_is_not_there_is_an_error_of_ours() -> None:
    field = Field("a", FieldType.LINE, lazy("a"), when=(when("b", YES),))
    section = Section("s", lazy("s"), "home", Whose.HOUSEHOLD, (field,))

    with pytest.raises(KeyError):
        Filled(N, {}, Definition(1, (section,), {})).items(section)
