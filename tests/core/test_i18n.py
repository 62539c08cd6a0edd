"""Words and Swedish time in three languages."""

import threading
from datetime import UTC, date, datetime

import pytest

from portal.core import clock, i18n
from portal.core.i18n import (
    LOCALES,
    LazyText,
    current_locale,
    format_date,
    format_day,
    format_moment,
    format_time,
    gettext,
    lazy,
    ngettext,
    same_day,
    set_locale,
    today,
    use_locale,
)

NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def test_a_day_has_its_weekday_in_three_languages() -> None:
    with clock.travel(NOON):
        days = {}
        for code in i18n.LOCALES:
            with use_locale(code):
                days[code] = format_day(date(2026, 11, 25))
    assert days["sv"] == "onsdag 25 november"
    assert days["en"] == "Wednesday 25 November"
    assert "نوفمبر" in days["ar"]
    assert "الأربعاء" in days["ar"]


def test_the_year_is_told_where_it_is_not_this_year() -> None:
    with clock.travel(NOON):
        assert format_day(date(2027, 1, 4)) == "måndag 4 januari 2027"
        assert format_date(date(2026, 11, 22)) == "22 november 2026"


def test_this_year_is_the_swedish_one() -> None:
    with clock.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):  # 00.30 on New Year's Day
        assert today() == date(2027, 1, 1)
        assert format_day(date(2027, 1, 1)) == "fredag 1 januari"
        assert format_day(date(2026, 12, 31)) == "torsdag 31 december 2026"


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), ("söndag 22 november", "23.59")),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), ("måndag 23 november", "00.00")),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), ("söndag 29 mars", "01.59")),  # the hour before summer time
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), ("söndag 29 mars", "03.00")),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ("söndag 25 oktober", "02.30")),  # the hour that comes twice
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), ("söndag 25 oktober", "02.30")),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), ("onsdag 1 juli", "00.00")),
    ],
)
def test_instants_are_shown_in_swedish_time(instant: datetime, shown: tuple[str, str]) -> None:
    with clock.travel(NOON):
        assert (format_day(instant), format_time(instant)) == shown


def test_a_time_has_a_full_stop_only_in_swedish() -> None:
    with use_locale("en"):
        assert format_time(NOON) == "12:00"


@pytest.mark.parametrize(
    ("at", "instant", "shown"),
    [
        (NOON, datetime(2026, 11, 22, 7, 31, tzinfo=UTC), "i dag 08.31"),
        (NOON, datetime(2026, 11, 21, 15, 2, tzinfo=UTC), "i går 16.02"),
        (NOON, datetime(2026, 11, 20, 8, 15, tzinfo=UTC), "fredag 20 november 09.15"),
        (NOON, datetime(2026, 11, 23, 8, 15, tzinfo=UTC), "måndag 23 november 09.15"),
        # Twenty minutes past a Swedish midnight, thirty minutes before it is yesterday.
        (datetime(2026, 11, 21, 23, 20, tzinfo=UTC), datetime(2026, 11, 21, 22, 50, tzinfo=UTC), "i går 23.50"),
        # The nights of the changes of time are 23 and 25 hours after.
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "i dag 00.00"),
        (datetime(2026, 3, 29, 22, 1, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "i går 00.00"),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "i dag 00.00"),
    ],
)
def test_a_moment_is_told_as_a_person_says_it(at: datetime, instant: datetime, shown: str) -> None:
    with clock.travel(at):
        assert format_moment(instant) == shown


def test_the_same_day_is_a_swedish_day() -> None:
    evening = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert same_day(NOON, evening)
    assert not same_day(evening, datetime(2026, 11, 22, 23, 30, tzinfo=UTC))


def test_lazy_words_are_translated_where_they_are_shown() -> None:
    words = lazy("Du behöver logga in.")
    assert str(words) == "Du behöver logga in."
    assert words == "Du behöver logga in."
    assert words.__html__() == "Du behöver logga in."


def test_lazy_words_are_escaped_in_pages() -> None:
    assert lazy("%(x)s & <b>", x="<i>").__html__() == "&lt;i&gt; &amp; &lt;b&gt;"


def test_no_words_are_nothing_in_every_language() -> None:
    nothing = LazyText("", {})

    for code in LOCALES:
        with use_locale(code):
            assert str(nothing) == ""
    assert not nothing
    assert lazy("a")


def test_lazy_words_can_be_compared_and_kept_in_sets() -> None:
    assert lazy("a") == lazy("a")
    assert hash(lazy("a")) == hash(lazy("a"))
    assert lazy("%(x)s", x="1") != lazy("%(x)s", x="2")


def test_a_percent_sign_without_variables_stays() -> None:
    assert gettext("100 % rätt") == "100 % rätt"
    assert ngettext("%(num)s sak", "%(num)s saker", 1) == "1 sak"
    assert ngettext("%(num)s sak", "%(num)s saker", 2) == "2 saker"


def test_an_unknown_language_is_swedish() -> None:
    with use_locale("xx"):
        assert current_locale() == "sv"


def test_a_language_ends_with_its_block() -> None:
    with use_locale("en"):
        with use_locale("ar"):
            assert (current_locale(), i18n.direction()) == ("ar", "rtl")
        assert (current_locale(), i18n.direction()) == ("en", "ltr")
    assert current_locale() == "sv"


def test_a_language_does_not_leak_into_other_threads() -> None:
    seen: list[str] = []
    ready, go = threading.Event(), threading.Event()

    def other() -> None:
        set_locale("ar")
        ready.set()
        go.wait()
        seen.append(current_locale())

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait()
    assert current_locale() == "sv"
    with use_locale("en"):
        go.set()
        thread.join()
    assert seen == ["ar"]
