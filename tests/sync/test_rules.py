from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.retry import RetryPolicy
from portal.core.states import IllegalTransition
from portal.sync.rules import OUTBOX_POLICY, TRANSITIONS, MessageState, move


@pytest.mark.parametrize("now", MessageState)
@pytest.mark.parametrize("to", MessageState)
def test_only_the_steps_of_the_table_are_taken(now, to):
    if to in TRANSITIONS[now]:
        assert move(now, to) is to
    else:
        with pytest.raises(IllegalTransition):
            move(now, to)


def test_delivered_is_the_end_and_stuck_only_goes_back_to_pending():
    assert TRANSITIONS[MessageState.DELIVERED] == frozenset()
    assert TRANSITIONS[MessageState.STUCK] == {MessageState.PENDING}
    assert MessageState.DELIVERED not in TRANSITIONS[MessageState.PENDING]


def test_waits_double_up_to_the_longest():
    policy = RetryPolicy(first=5, factor=2, longest=60, attempts=9)
    waits = [policy.delay(attempt, 0.9999999).total_seconds() for attempt in range(1, 8)]
    assert [round(wait) for wait in waits] == [5, 10, 20, 40, 60, 60, 60]


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_jitter_picks_from_the_upper_half(attempt, jitter):
    full = min(OUTBOX_POLICY.first * 2.0 ** min(attempt - 1, 64), OUTBOX_POLICY.longest)
    wait = OUTBOX_POLICY.delay(attempt, jitter)
    assert timedelta(seconds=full / 2) <= wait <= timedelta(seconds=full)


def test_the_outbox_tries_for_a_day_before_a_person_must_look():
    total = sum(OUTBOX_POLICY.delay(n, 0.5).total_seconds() for n in range(1, OUTBOX_POLICY.attempts))
    assert 18 * 3600 < total < 30 * 3600
    assert OUTBOX_POLICY.exhausted(OUTBOX_POLICY.attempts)
    assert not OUTBOX_POLICY.exhausted(OUTBOX_POLICY.attempts - 1)
