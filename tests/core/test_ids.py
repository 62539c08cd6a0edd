"""Ids and receipt numbers: sorted, unique, telling nothing."""

import re
import threading
import uuid
from datetime import UTC, datetime, timedelta

from portal.core import clock
from portal.core.ids import made_at, new_id, new_receipt_no


def test_an_id_is_a_version_7_uuid_with_the_time() -> None:
    with clock.travel(datetime(2100, 1, 2, 3, 4, 5, tzinfo=UTC)):
        found = new_id()
    assert (found.version, found.variant) == (7, uuid.RFC_4122)
    assert timedelta() <= made_at(found) - datetime(2100, 1, 2, 3, 4, 5, tzinfo=UTC) < timedelta(seconds=1)


def test_ids_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert [str(found) for found in made] == sorted(str(found) for found in made)


def test_a_clock_that_was_far_ahead_and_is_set_right_is_believed() -> None:
    with clock.travel(timedelta(days=400)):
        ahead = new_id()
    right = new_id()
    assert right < ahead
    assert right < new_id()


def test_ids_go_on_upwards_when_the_clock_goes_back() -> None:
    before = new_id()
    with clock.travel(timedelta(seconds=-9)):
        after = [new_id() for _ in range(10_000)]  # more than the counter of one millisecond holds
    assert before < after[0]
    assert after == sorted(set(after))
    assert {found.version for found in after} == {7}


def test_ids_are_unique_over_threads() -> None:
    made: list[uuid.UUID] = []

    def work() -> None:
        made.extend([new_id() for _ in range(2_000)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


def test_a_receipt_number_can_be_read_out() -> None:
    found = [new_receipt_no() for _ in range(500)]
    assert all(re.fullmatch(r"\d{6}-[0-9A-HJKMNP-TV-Z]{8}", number) for number in found)
    assert len(set(found)) == 500


def test_a_receipt_number_bears_the_swedish_day() -> None:
    # Half an hour past midnight in Sweden it is still the day before in UTC.
    with clock.travel(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)):
        assert new_receipt_no().startswith("260702-")
    with clock.travel(datetime(2026, 12, 31, 22, 30, tzinfo=UTC)):
        assert new_receipt_no().startswith("261231-")
