"""The municipality's own practice, where neither law nor regulation says how to count; pure.

None of the three was found in a text that binds (DOMAIN.md 1.3: day rate B, the others not verified), so each is a
setting of the portal (``INSYN_NORM_...``), to be set as the municipality's own guidelines have it.
"""

import enum
from dataclasses import dataclass

from portal.settings import Settings


class DayRate(enum.StrEnum):
    """How a day's part of a monthly amount is reached."""

    YEAR = "year"  # × 12 / 365, also in leap years
    THIRTY = "thirty"  # / 30


class AgeOn(enum.StrEnum):
    """Which day of the month fixes a child's age."""

    FIRST = "first"
    LAST = "last"


class PartTimeShared(enum.StrEnum):
    """How much of the shared costs a child brings who isn't at home all days."""

    DAYS = "days"  # what the child's being there adds to them, by the day
    WHOLE = "whole"  # a member of the household like others


@dataclass(frozen=True, slots=True)
class Practice:
    """How this municipality counts."""

    day_rate: DayRate = DayRate.YEAR
    age_on: AgeOn = AgeOn.FIRST
    part_time_shared: PartTimeShared = PartTimeShared.DAYS


def practice_of(settings: Settings) -> Practice:
    """Return how the municipality counts by the portal's settings."""
    return Practice(
        DayRate(settings.norm_day_rate),
        AgeOn(settings.norm_age_on),
        PartTimeShared(settings.norm_part_time_shared),
    )
