"""Until when an application is to be sent, and when it is time to be reminded of one."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.sending import NEAR, SendBy, is_near, send_by

periods = st.builds(Period, st.integers(2020, 2040), st.integers(1, 12))
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(kind=st.sampled_from([Kind.MONTHLY, Kind.NEW]), period=periods, number=st.integers(1, 28), today=days)
def test_the_day_lies_in_the_month_before(kind: Kind, period: Period, number: int, today: date) -> None:
    found = send_by(kind, period, number, today=today)
    assert found is not None
    assert found.day.day == number
    assert Period.of(found.day) == period.plus(-1)
    assert found.is_over is (today > found.day)


@given(kind=st.sampled_from(Kind), period=periods, number=st.integers(0, 28), today=days)
def test_none_is_promised_without_a_setting_or_of_a_supplement(
    kind: Kind, period: Period, number: int, today: date
) -> None:
    found = send_by(kind, period, number, today=today)
    assert (found is None) is (number == 0 or kind is Kind.SUPPLEMENTARY)


def test_whoever_applies_anew_after_the_day_was_never_told_it() -> None:
    period, today, day = Period(2026, 12), date(2026, 12, 2), date(2026, 11, 25)
    assert send_by(Kind.NEW, period, 25, today=today, begun=day) == SendBy(day, is_over=True)
    assert send_by(Kind.NEW, period, 25, today=today, begun=day + timedelta(days=1)) is None
    assert send_by(Kind.MONTHLY, period, 25, today=today, begun=today) == SendBy(day, is_over=True)


@given(day=days, away=st.integers(-60, 60))
def test_it_is_time_on_both_sides_of_the_day(day: date, away: int) -> None:
    found = SendBy(day, is_over=away > 0)
    assert is_near(found, day + timedelta(days=away)) is (abs(away) <= NEAR.days)
