"""Every line has words, and its arithmetic in figures."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.assistance.rules.norm import (
    UNKNOWN,
    Adult,
    AssetKind,
    Child,
    Cost,
    CostKind,
    DayRate,
    Household,
    Income,
    IncomeKind,
    Label,
    Line,
    LineKind,
    Missing,
    Practice,
    Span,
    calculate,
    norm_tables,
)
from portal.assistance.rules.norm.lines import Trail, Why
from portal.assistance.rules.norm.words import LABELS, MISSING, arithmetic, explanations, line_name
from portal.core.i18n import use_locale
from tests.assistance.norm.worked import Worked, all_worked

FAMILY = Household(
    Span.month(2026, 10),
    (Adult("adult", stimulus=True), Adult("other", stimulus=False)),
    (Child("young", date(2021, 5, 1), lunch_out=True), Child("old", date(2017, 3, 1), days=10)),
    costs=(Cost(CostKind.RENT, Decimal(9450)),),
    incomes=(Income(IncomeKind.SALARY, Decimal(12480), "adult"),),
)


def lines(household: Household, practice: Practice | None = None) -> tuple[Line, ...]:
    return calculate(household, norm_tables(), practice).lines


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


def test_every_kind_has_a_name() -> None:
    named = {Label.CHILD, Label.SHARED, Label.SHARED_PART_TIME}
    assert set(LABELS) == ({*Label} | {*CostKind} | {*IncomeKind} | {*AssetKind}) - named
    assert set(MISSING) == {*Missing}


@pytest.mark.parametrize("locale", ["sv", "en", "ar"])
@pytest.mark.parametrize("worked", all_worked()[::7], ids=str)
def test_every_line_is_shown_in_words(worked: Worked, locale: str) -> None:
    with use_locale(locale):
        for line in lines(worked.household, worked.practice):
            assert str(line_name(line))
            assert "%(" not in f"{line_name(line)}{explanations(line)}"


def test_a_family_in_words() -> None:
    told = [
        (plain(line_name(line)), plain(arithmetic(line)), tuple(map(plain, explanations(line))))
        for line in lines(FAMILY)
        if not line.nil
    ]
    assert told == [
        ("Två vuxna som bor ihop", "", ()),
        ("Barn, 5 år", "", ("Beloppet är lägre, för barnet äter inte lunch hemma fem dagar i veckan.",)),
        (
            "Barn, 9 år",
            "3 820 × 12 / 365 × 10 = 1 255,90",
            ("Det är 125,59 kr om dagen.", "Vi räknar med 10 dagar."),
        ),
        ("Gemensamma kostnader, 3 personer", "", ()),
        (
            "Gemensamma kostnader för barnet, 10 dagar",
            "240 × 12 / 365 × 10 = 78,90",
            (
                "Så mycket mer kostar hushållet i månaden när ni är 4 personer.",
                "Det är 7,89 kr om dagen.",
                "Vi räknar med 10 dagar.",
            ),
        ),
        ("Hyra eller boendekostnad", "", ()),
        (
            "Lön efter skatt",
            "12 480 − 3 120 = 9 360",
            ("En fjärdedel av lönen räknas inte. Det heter jobbstimulans.",),
        ),
    ]


def test_a_shared_home_in_words() -> None:
    household = replace(FAMILY, children=(), others=7)
    shared = next(line for line in lines(household) if line.kind is LineKind.SHARED)
    assert plain(line_name(shared)) == "Gemensamma kostnader, 9 personer"
    assert plain(arithmetic(shared)) == "3 210 × 2 / 9 = 713,33"
    assert explanations(shared) == (
        "Tabellen går till sju personer. För var och en till läggs lika mycket på.",
        "Kostnaden delas av 9 personer i bostaden. I din ansökan är ni 2.",
    )


def test_what_would_be_more_than_the_month_is_told_in_words() -> None:
    alone = replace(FAMILY, adults=(Adult("adult"),), children=(), costs=(), incomes=())
    part = replace(alone, span=Span(date(2026, 10, 1), date(2026, 10, 30)))
    shared = next(line for line in lines(part, Practice(DayRate.THIRTY)) if line.kind is LineKind.SHARED)
    assert shared.amount == 1280  # 42.67 * 30 would be 1280.10
    assert plain(arithmetic(shared)).startswith("1 280 / 30 × 30 = 1 280")
    assert "Det blir aldrig mer än för hela månaden." in explanations(shared)


def test_a_childs_wages_and_another_share_in_words() -> None:
    youth = Child("youth", date(2009, 1, 1), earned_before=Decimal(55000))
    household = replace(FAMILY, children=(youth,), incomes=(Income(IncomeKind.SALARY, Decimal(8000), "youth"),))
    wage = next(line for line in lines(household) if line.label is IncomeKind.SALARY)
    assert "59 200 kr på ett år" in plain(explanations(wage)[0])
    trail = Trail.start(Why.STATED, Decimal(1000)).minus(Why.STIMULUS, Decimal(500), percent=50)
    assert explanations(replace(wage, parts=trail.parts))[0].startswith("50 procent av lönen")


def test_what_authorities_pay_is_fetched_and_not_asked_for() -> None:
    told = replace(FAMILY, incomes=(Income(IncomeKind.FK, UNKNOWN), Income(IncomeKind.DEPOSIT, UNKNOWN)))
    explained = {line.label: explanations(line) for line in lines(told)}
    assert explained[IncomeKind.FK] == ("Vi hämtar beloppet. Vi vet inte än hur stort det är.",)
    assert explained[IncomeKind.DEPOSIT] == ("Beloppet saknas än.",)


def test_what_is_missing_is_asked_for() -> None:
    unknown = replace(FAMILY, adults=UNKNOWN, costs=UNKNOWN, children=UNKNOWN, incomes=UNKNOWN)
    told = [(str(line_name(line)), explanations(line)[0]) for line in lines(unknown)]
    assert told == [
        ("Vuxna", "Svara först på om du söker ensam eller tillsammans med någon."),
        ("Barn", "Svara först på frågan om barn."),
        ("Gemensamma kostnader", "Svara först på om du söker ensam eller tillsammans med någon."),
        ("Utgifter", "Frågan är inte besvarad än."),
        ("Inkomster", "Frågan är inte besvarad än."),
    ]
