"""An application's answers as a household of the norm: what isn't known stays unknown, sums are those of the norm."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.assistance.rules.answers import Cell, Cells
from portal.assistance.rules.counted import household
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import NONE_OF_THEM, YES, Field, Rows
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.norm import UNKNOWN, Adult, Child, Household, IncomeKind, Missing, calculate, norm_tables
from portal.assistance.rules.norm.household import AUTHORITY_INCOMES, Asset, AssetKind, Cost, CostKind, Income, Span
from tests.assistance.rules.filling import CHILD, COUPLE, MONTHLY, PUPIL, SINGLE, cells, row

TODAY = date(2026, 11, 26)
DECEMBER = Period(2026, 12)
N, R, S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY
YOUNGER_PUPIL = "201703202380"
PAID = date(2026, 11, 25)
RENTED = {**cells(form="rental", adults__none=YES)}


def told(answers: dict[str, Cells], kind: Kind = R) -> Household:
    return household(answers, kind, DECEMBER, today=TODAY)


def test_a_single_persons_application_becomes_a_household() -> None:
    found = told({**MONTHLY, "home": RENTED})

    assert found == Household(
        span=Span.month(2026, 12),
        adults=(Adult("applicant"),),
        children=(),
        others=0,
        costs=(Cost(CostKind.RENT, Decimal(6450)),),
        incomes=(Income(IncomeKind.SALARY, Decimal("3200.50"), "applicant", received=PAID),),
        assets=(),
    )


def test_the_norm_is_counted_from_it() -> None:
    # A single person of 2026: 3 940 + 1 280 (DOMAIN.md 1.1).
    alone = calculate(replace(told({**MONTHLY, "home": RENTED}), incomes=()), norm_tables())
    assert alone.norm.total == Decimal(5220)
    # A couple with children of 5 and 9, lunch at home: 7 100 + 3 060 + 3 820 + 2 030.
    couple = {
        **cells(civil_status="cohabiting"),
        **row("children", "a", number=CHILD, school="preschool", lunch="home", lives="full"),
        **row("children", "b", number=YOUNGER_PUPIL, school="compulsory", lives="full"),
    }
    family = calculate(replace(told({**MONTHLY, "household": couple, "home": RENTED}), incomes=()), norm_tables())
    assert family.norm.total == Decimal(16010)


def test_without_answers_nothing_is_known_and_nothing_zero() -> None:
    found = told({})

    assert found == Household(
        span=Span.month(2026, 12),
        adults=UNKNOWN,
        children=UNKNOWN,
        others=UNKNOWN,
        costs=UNKNOWN,
        incomes=UNKNOWN,
        assets=UNKNOWN,
    )


def test_children_are_told_apart_by_age_school_lunch_and_days() -> None:
    found = told({"household": COUPLE})

    assert found.children == (
        Child("c1", date(2021, 5, 18), lunch_out=True, pupil=False, days=15),
        Child("c2", date(2011, 4, 29), lunch_out=True, pupil=True, days=None),
    )


@pytest.mark.parametrize(
    ("answers", "child"),
    [
        ({}, Child("c", UNKNOWN, days=UNKNOWN)),
        ({"number": "12"}, Child("c", UNKNOWN, days=UNKNOWN)),
        (
            {"number": CHILD, "school": "none", "lives": "full"},
            Child("c", date(2021, 5, 18), lunch_out=False, pupil=False),
        ),
        (
            {"number": CHILD, "school": "preschool", "lunch": "home", "lives": "part"},
            Child("c", date(2021, 5, 18), lunch_out=False, pupil=False, days=UNKNOWN),
        ),
        ({"number": CHILD, "school": "preschool", "lives": "full"}, Child("c", date(2021, 5, 18), pupil=False)),
        ({"number": PUPIL, "school": "other", "school_other": "x", "lives": "full"}, Child("c", date(2011, 4, 29))),
    ],
)
def test_what_a_childs_row_leaves_open_is_unknown(answers: dict[str, str], child: Child) -> None:
    assert told({"household": row("children", "c", **answers)}).children == (child,)


def test_rows_and_none_at_once_are_unknown() -> None:
    both = {**row("assets", "a", kind="bank", value="100"), **cells(assets__none=YES)}

    assert told({"assets": both}).assets is UNKNOWN


def test_a_child_in_two_rows_is_not_counted_twice() -> None:
    twice = {**row("children", "a", number=PUPIL), **row("children", "b", number=PUPIL)}

    assert told({"household": twice}).children is UNKNOWN


@pytest.mark.parametrize(
    ("home", "others"),
    [
        (cells(form="homeless"), 0),
        (cells(form="institution"), 0),
        (cells(form="rental"), UNKNOWN),
        ({**cells(form="parents"), **row("adults", "a", relation="parent")}, 1),
        ({**cells(form="parents"), **row("adults", "a", relation="parent"), **row("adults", "b")}, UNKNOWN),
        ({**cells(form="rental"), **row("adults", "a", relation="lodger"), **row("adults", "b", relation="other")}, 1),
        ({**cells(form="lodger"), **row("adults", "a", relation="landlord")}, 0),
    ],
)
def test_who_shares_the_home(home: Cells, others: object) -> None:
    # A following application reads the home as it was, also where it is not asked for again.
    for kind in (N, R):
        assert told({"household": SINGLE, "home": home}, kind).others == others


def test_an_amount_that_cannot_be_read_is_unknown_and_not_left_out() -> None:
    costs = {**row("costs", "a", kind="dental", amount="1.200", specification="Lagning"), **row("costs", "b")}

    assert told({"costs": costs}).costs == (
        Cost(CostKind.DENTAL, UNKNOWN, note="Lagning"),
        Cost(CostKind.OTHER, UNKNOWN),
    )


def incomes(*, household: Cells = SINGLE, authorities: str = "none", **answers: str) -> object:
    answered = {"kind": "salary", "amount": "1000", "date": "2026-11-25", **answers}
    section = {**cells(authorities=authorities, pending__none=YES), **row("incomes", "i", **answered)}
    return told({"household": household, "incomes": section}).incomes


def test_an_income_is_of_a_person() -> None:
    def of(person: str) -> tuple[Income, ...]:
        return (Income(IncomeKind.SALARY, Decimal(1000), person, received=PAID),)

    assert incomes() == of("applicant")
    assert incomes(household=COUPLE, whose="co_applicant") == of("co_applicant")
    assert incomes(household=COUPLE, whose="child", child="barn TVÅ") == of("c2")
    one_child = {**cells(civil_status="single"), **row("children", "c")}
    assert incomes(household=one_child, whose="child") == of("c")


def test_an_income_of_nobody_knows_whom_is_nobodys() -> None:
    nobodys = (Income(IncomeKind.SALARY, Decimal(1000), "", received=PAID),)
    assert incomes(household=COUPLE) == nobodys
    # Somebody alone has no co-applicant.
    assert incomes(household={**SINGLE, "children.none": Cell("")}, whose="co_applicant") == nobodys
    assert incomes(household=COUPLE, whose="child", child="Barn") == nobodys
    # Only one person alone is not asked whose it is.
    assert incomes(household=cells(civil_status="single")) == nobodys
    assert incomes(household=cells(children__none=YES)) == nobodys
    # Two children of one name, as of two who have none yet.
    twins = {**cells(civil_status="single"), **row("children", "a", name="Barn"), **row("children", "b", name="Barn")}
    assert incomes(household=twins, whose="child", child="Barn") == nobodys
    assert incomes(kind="") == (Income(IncomeKind.OTHER, UNKNOWN),)


def test_wages_of_nobody_knows_whom_are_not_counted_as_anybodys() -> None:
    for whose, missing in (("", Missing.PERSON), ("applicant", Missing.STIMULUS), ("child", Missing.PERSON)):
        section = {**cells(authorities="none"), **row("incomes", "i", kind="salary", amount="1000", whose=whose)}
        found = calculate(told({"household": COUPLE, "incomes": section}), norm_tables()).incomes
        assert [line.missing for line in found.lines if line.amount is UNKNOWN] == [missing]


def test_what_authorities_pay_is_there_and_not_known_yet() -> None:
    wage = Income(IncomeKind.SALARY, Decimal(1000), "applicant", received=PAID)
    assert incomes(authorities="fk,csn") == (wage, Income(IncomeKind.FK, UNKNOWN), Income(IncomeKind.CSN, UNKNOWN))
    assert incomes(authorities="") == (wage, Income(IncomeKind.AUTHORITIES, UNKNOWN))


def test_assets_are_shown() -> None:
    car = row("assets", "a", kind="vehicle", description="Volvo", value="12 000", bought="2009", whose="applicant")

    assert told({"household": COUPLE, "assets": car}).assets == (
        Asset(AssetKind.VEHICLE, Decimal(12000), note="Volvo", person="applicant"),
    )


def test_nobody_is_named_who_is_not_in_the_household() -> None:
    costs = row("costs", "a", kind="medicine", amount="100", whose="co_applicant")
    alone = cells(civil_status="single")

    assert told({"household": alone, "costs": costs}).costs == (Cost(CostKind.MEDICINE, Decimal(100)),)
    assert told({"household": COUPLE, "costs": costs}).costs == (
        Cost(CostKind.MEDICINE, Decimal(100), person="co_applicant"),
    )


def test_a_supplementary_application_tells_of_no_household() -> None:
    with pytest.raises(ValueError, match="not asked"):
        told({}, S)


BY_AUTHORITIES = {*AUTHORITY_INCOMES, IncomeKind.AUTHORITIES}


@pytest.mark.parametrize(
    ("section", "group", "kinds"),
    [
        ("costs", "costs", set(CostKind)),
        ("incomes", "incomes", set(IncomeKind) - BY_AUTHORITIES),
        ("assets", "assets", set(AssetKind)),
        ("incomes", "authorities", set(AUTHORITY_INCOMES)),
    ],
)
def test_the_kinds_are_the_options_of_the_form(section: str, group: str, kinds: set[str]) -> None:
    (item,) = (item for item in CURRENT.section(section).items if item.key == group)
    field = item if isinstance(item, Field) else _kind(item)

    assert field.options.keys() - {NONE_OF_THEM} == {kind.partition(".")[2] for kind in kinds}


def _kind(rows: Rows) -> Field:
    return next(each for each in rows.fields if each.key == "kind")
