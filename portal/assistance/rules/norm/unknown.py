"""What isn't known yet: a state of its own, which arithmetic refuses, so that it never becomes zero; pure."""

import enum
from collections.abc import Iterable
from decimal import Decimal
from typing import Final


class Unknown(enum.Enum):
    """The type of ``UNKNOWN``."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("what isn't known is neither true nor false")


UNKNOWN: Final = Unknown.UNKNOWN

Amount = Decimal | Unknown


def total(amounts: Iterable[Amount]) -> Amount:
    """Return the sum, or ``UNKNOWN`` if any of it is unknown."""
    result = Decimal(0)
    for amount in amounts:
        if amount is UNKNOWN:
            return UNKNOWN
        result += amount
    return result
