"""States, lengths and days to answer."""

from datetime import UTC, date, datetime

import pytest

from portal.core.errors import InvalidInput
from portal.core.states import IllegalTransition
from portal.messages import rules
from portal.sync.rules import Delivery

ALLOWED = {
    (Delivery.PENDING, Delivery.DELIVERED),
    (Delivery.PENDING, Delivery.STUCK),
    (Delivery.STUCK, Delivery.PENDING),
    (Delivery.STUCK, Delivery.DELIVERED),
}


@pytest.mark.parametrize("start", Delivery)
@pytest.mark.parametrize("to", Delivery)
def test_only_the_steps_of_the_table_are_taken(start: Delivery, to: Delivery) -> None:
    if (start, to) in ALLOWED:
        assert rules.move(start, to) is to
    else:
        with pytest.raises(IllegalTransition):
            rules.move(start, to)


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        (datetime(2026, 11, 17, 8, 0, tzinfo=UTC), 2, date(2026, 11, 19)),
        (datetime(2026, 11, 20, 8, 0, tzinfo=UTC), 2, date(2026, 11, 24)),  # over a week-end
        (datetime(2026, 11, 21, 8, 0, tzinfo=UTC), 1, date(2026, 11, 23)),  # written on a Saturday
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), 2, date(2026, 11, 24)),  # written on a Sunday
        (datetime(2026, 11, 17, 23, 30, tzinfo=UTC), 1, date(2026, 11, 19)),  # the 18th already in Sweden
        (datetime(2026, 11, 17, 8, 0, tzinfo=UTC), 30, date(2027, 1, 4)),  # over Christmas
    ],
)
def test_an_answer_is_due_after_working_days(asked: datetime, days: int, due: date) -> None:
    assert rules.answer_due(asked, days) == due


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "a" * 10_001])
def test_empty_and_too_long_texts_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_text(text)


def test_the_longest_text_is_taken() -> None:
    assert rules.check_text("å" * 10_000)


@pytest.mark.parametrize("number", ["", "x" * 65, "å"])
def test_a_foreign_submission_number_is_refused(number: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_submission(number)
