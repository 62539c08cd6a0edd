"""When a remark is to be answered, when its owner is reminded, and when the team leader is told."""

import enum
from datetime import date, datetime, timedelta

from portal.core.workdays import working_day_after


class Step(enum.StrEnum):
    """What is done about a remark that nobody has answered; once for each last day."""

    REMINDED = "reminded"  # its owner, before the last day
    ESCALATED = "escalated"  # the team leader is told, after it


def due_on(made: datetime, working_days: int) -> date:
    """Return the last day to answer a remark; ``working_days`` is the municipality's own promise."""
    return working_day_after(made, working_days)


def reminded_until(today: date, working_days: int) -> date:
    """Return the latest of the last days that owners are reminded of on a day: those so many working days away."""
    return working_day_after(today, working_days + 1) - timedelta(days=1)


def step(due: date, today: date, working_days: int) -> Step | None:
    """Return what is to be done on a day; a reminder that was missed isn't made up for after the last day."""
    if today > due:
        return Step.ESCALATED
    return Step.REMINDED if due <= reminded_until(today, working_days) else None


def needs_cover(away_until: date | None, due: date | None, today: date) -> bool:
    """Tell whether a colleague answers instead of somebody who is away: past today, or when the last day is now."""
    return away_until is not None and (away_until > today or (due is not None and due <= away_until))
