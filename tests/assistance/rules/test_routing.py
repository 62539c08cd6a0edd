"""Which applications are offered: the rules of DOMAIN.md 2.1, each with its reason."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.routing import Facts, NotOffered, offer, offered

TODAY = date(2026, 11, 26)
NOVEMBER, DECEMBER, OCTOBER = Period(2026, 11), Period(2026, 12), Period(2026, 10)
N, R, S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY
FIRST = Facts(TODAY, case_open=False, protected=False)
# Somebody who has applied each month.
REGULAR = Facts(TODAY, case_open=True, protected=False, last=NOVEMBER, taken=frozenset({OCTOBER, NOVEMBER}))


def kinds(facts: Facts) -> list[tuple[Kind, Period]]:
    return [(found.kind, found.period) for found in offer(facts)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(FIRST, [(N, NOVEMBER), (N, DECEMBER)], id="nobody knows me"),
        pytest.param(REGULAR, [(S, NOVEMBER), (R, DECEMBER), (S, OCTOBER)], id="each month"),
        pytest.param(replace(REGULAR, household_changed=True), [(N, NOVEMBER), (N, DECEMBER)], id="another household"),
        pytest.param(replace(REGULAR, case_open=False), [(N, NOVEMBER), (N, DECEMBER)], id="the case was closed"),
        pytest.param(
            replace(REGULAR, taken=frozenset({NOVEMBER, DECEMBER})), [(S, NOVEMBER), (S, DECEMBER)], id="both applied"
        ),
        pytest.param(
            replace(REGULAR, last=Period(2026, 9), taken=frozenset()), [(R, NOVEMBER), (N, DECEMBER)], id="two months"
        ),
        pytest.param(
            replace(REGULAR, last=Period(2026, 9), taken=frozenset(), months_until_new=6),
            [(R, NOVEMBER), (R, DECEMBER)],
            id="two months where six may pass",
        ),
        pytest.param(
            replace(REGULAR, last=Period(2025, 12), taken=frozenset(), months_until_new=6),
            [(N, NOVEMBER), (N, DECEMBER)],
            id="most of a year",
        ),
    ],
)
def test_what_is_offered(facts: Facts, expected: list[tuple[Kind, Period]]) -> None:
    assert kinds(facts) == expected


def test_over_the_turn_of_the_year() -> None:
    facts = replace(REGULAR, today=date(2026, 12, 31), last=Period(2026, 11), taken=frozenset())

    assert kinds(facts) == [(R, DECEMBER), (R, Period(2027, 1))]


@given(
    facts=st.builds(
        Facts,
        st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        case_open=st.booleans(),
        protected=st.just(value=True),
        last=st.none() | st.builds(Period, st.integers(2019, 2040), st.integers(1, 12)),
        household_changed=st.booleans(),
    )
)
def test_protected_data_are_offered_nothing_and_told_nothing(facts: Facts) -> None:
    assert offer(facts) == ()
    words = set()
    for kind in Kind:
        with pytest.raises(NotOffered) as refused:
            offered(facts, kind, Period.of(facts.today))
        words.add(str(refused.value.message))
    assert words == {"Du kan inte göra den ansökan här. Ring oss, så hjälper vi dig."}


@given(
    facts=st.builds(
        Facts,
        st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        case_open=st.booleans(),
        protected=st.just(value=False),
        last=st.none() | st.builds(Period, st.integers(2019, 2040), st.integers(1, 12)),
        household_changed=st.booleans(),
        months_until_new=st.integers(1, 12),
    )
)
def test_somebody_can_always_apply_for_this_month_and_the_next(facts: Facts) -> None:
    this = Period.of(facts.today)

    assert [period for _, period in kinds(facts)][:2] == [this, this.plus(1)]
    assert all(str(found.reason) for found in offer(facts))


@pytest.mark.parametrize(
    ("kind", "period", "words"),
    [
        (R, NOVEMBER, "redan sökt"),
        (N, DECEMBER, "Ring oss"),
        (R, Period(2027, 3), "den här månaden och för nästa"),
        (R, Period(2026, 8), "den här månaden och för nästa"),
    ],
)
def test_what_is_not_offered_is_refused_with_what_to_do(kind: Kind, period: Period, words: str) -> None:
    with pytest.raises(NotOffered) as refused:
        offered(REGULAR, kind, period)

    assert words in str(refused.value.message)


def test_what_is_offered_is_found() -> None:
    assert offered(REGULAR, R, DECEMBER).period == DECEMBER
