"""The only source of now."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from portal.core import clock


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_travel_by_a_duration_and_back() -> None:
    before = clock.now()
    with clock.travel(timedelta(hours=3)):
        assert clock.now() - before >= timedelta(hours=3)
    assert clock.now() - before < timedelta(hours=1)


def test_travel_to_an_instant_and_time_goes_on() -> None:
    to = datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)
    with clock.travel(to):
        first = clock.now()
        assert timedelta(0) <= first - to < timedelta(seconds=5)
        assert clock.now() >= first


def test_travel_inside_travel_ends_where_it_began() -> None:
    with clock.travel(timedelta(days=10)):
        outer = clock.now()
        with clock.travel(timedelta(days=-10)):
            assert clock.now() < outer - timedelta(days=19)
        assert clock.now() - outer < timedelta(minutes=1)


def test_travel_ends_with_an_error_too() -> None:
    with pytest.raises(KeyError), clock.travel(timedelta(days=10)):
        raise KeyError
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_travel_does_not_move_other_threads() -> None:
    seen: list[datetime] = []
    with clock.travel(timedelta(days=10)):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert abs(seen[0] - datetime.now(UTC)) < timedelta(minutes=1)
