"""How names are sorted and identity numbers are written for staff, and when the back office is silent; pure."""

from datetime import datetime, timedelta

from portal.people.identity_numbers import hyphenated

# Staff can do something about it: they are told sooner than clients.
SILENCE = timedelta(minutes=15)

# In Swedish å, ä and ö come last, in this order; code points have them otherwise. W is a letter of its own since 2006.
_ORDER = str.maketrans({"å": "{a", "ä": "{b", "ö": "{c", "æ": "{b", "ø": "{c", "é": "e", "ü": "y"})


def name_key(name: str) -> str:
    """Return what Swedish names are sorted by."""
    return name.casefold().translate(_ORDER)


def written_number(identity_number: str | None) -> str:
    """Return a 12-digit identity number as it is written, 19851129-2388, or nothing where there is none."""
    return hyphenated(identity_number) if identity_number else ""


def is_silent(last_answer: datetime | None, now: datetime) -> bool:
    """Tell whether the back office has not answered for so long that staff should know."""
    return last_answer is None or now - last_answer > SILENCE
