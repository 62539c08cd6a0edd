"""When a client is told that what is shown may be old; pure."""

from datetime import datetime, timedelta

# Shorter breaks heal by themselves and would only worry people.
LONG_SILENCE = timedelta(hours=1)


def is_silent(last_answer: datetime | None, now: datetime) -> bool:
    """Tell whether the back office has not answered for so long that the client should know."""
    return last_answer is None or now - last_answer > LONG_SILENCE
