"""Which meetings and proposals a reader may know of: the same for both.

What is hidden from guardians (SoL 20:7) isn't there for whoever acts for a client.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from portal.core.actor import Actor, Side
from portal.meetings.models import Meeting, Proposal
from portal.people import queries as people
from portal.people.models import Case


class Reader(NamedTuple):
    """What of an actor a statement depends on; everything else is a parameter of it (``people.scope``)."""

    side: Side
    by_guardian: bool


def reader_of(actor: Actor) -> Reader:
    """Return as whom an actor reads."""
    return Reader(actor.side, actor.acting_for is not None)


def reached(table: type[Meeting] | type[Proposal], reader: Reader) -> ColumnElement[bool]:
    """Return the condition on a table that holds for what a reader may know of; its parameters: ``people.scope``.

    A client: the own ones. Staff: those they hold or are to answer, and those of the cases they work on.
    """
    if reader.side is Side.CLIENT:
        mine = table.person_id == bindparam("reader_id")
        return and_(mine, table.hidden_from_guardians.is_(False)) if reader.by_guardian else mine
    theirs = select(Case.id).where(people.reachable(Side.STAFF))
    return or_(table.staff_id == bindparam("reader_id"), table.case_id.in_(theirs))
