"""Who may write of meetings: a client of the own ones, staff with the right to it."""

from portal.core.actor import Actor, Side
from portal.core.errors import Forbidden

WRITE = "meeting:write"


def check_write(actor: Actor) -> None:
    """See that a staff member has the right; a client needs none for the own meetings.

    :raises Forbidden: it is missing.
    """
    if actor.side is Side.STAFF and WRITE not in actor.permissions:
        raise Forbidden(reason="permission")


def check_staff(actor: Actor) -> None:
    """See that the actor is a staff member with the right.

    :raises Forbidden: it is missing, or it is a client.
    """
    if actor.side is not Side.STAFF:
        raise Forbidden(reason="permission")
    check_write(actor)
