"""When a remark is to be answered, when its owner is reminded, and when the team leader is told."""

from datetime import date, datetime

from portal.core.workdays import working_day_after, working_days_between

# The owner is reminded this many working days before the last day.
REMIND_BEFORE = 2


def due_on(made: datetime, working_days: int) -> date:
    """Return the last day to answer a remark; ``working_days`` is the municipality's own promise."""
    return working_day_after(made, working_days)


def remind(due: date, today: date) -> bool:
    """Tell whether the owner is to be reminded: from some days before the last day on."""
    return working_days_between(today, due) <= REMIND_BEFORE


def escalate(due: date, today: date) -> bool:
    """Tell whether the team leader is to be told: the last day has passed."""
    return today > due
