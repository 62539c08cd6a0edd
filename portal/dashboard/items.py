"""A row of the start page, whatever feature it comes from."""

from dataclasses import dataclass

from portal.web.words import Due


@dataclass(frozen=True, slots=True)
class Item:
    """Something to do or something new; of several the one with the lowest ``rank`` comes first.

    ``until`` says in a row by when, and ``due`` is the same as a tag, for the one that stands alone.
    """

    title: str
    text: str
    url: str
    icon: str
    action: str = ""
    rank: int = 0
    until: str = ""
    due: Due | None = None
