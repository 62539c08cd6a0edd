"""Roles, what they may do, states of persons and cases, and from which age somebody acts in their own right."""

import enum
from datetime import date

from portal.people.identity_numbers import birth_date

# A child of 15 has the right to speak for itself in its own cases (SoL 3:4; in older law 11:10).
OWN_RIGHT_AGE = 15


class Role(enum.StrEnum):
    """A staff member's role in the portal."""

    CASEWORKER = "caseworker"
    TEAM_LEADER = "team_leader"
    MANAGER = "manager"


_CLIENT_WORK = frozenset(
    {
        *("queue:view", "client:view", "message:read", "message:write"),
        *("meeting:read", "meeting:write", "meeting:hours"),
        *("record:read", "record:write", "record:release", "remark:answer"),
    }
)
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.CASEWORKER: _CLIENT_WORK,
    # Told of what is late in the unit, without its content (records.queries.late).
    Role.TEAM_LEADER: _CLIENT_WORK | {"delivery:resend", "remark:late", "meeting:unit_hours"},
    # A system manager (förvaltare) sees health and settings, never a client's data.
    Role.MANAGER: frozenset({"delivery:resend", "health:view", "staff:manage", "meeting:manage", "meeting:unit_hours"}),
}


class AssignedBy(enum.StrEnum):
    """Who decided a staff member's role and unit. A later one in this list is never overwritten by an earlier one."""

    BACK_OFFICE = "back_office"
    PROVIDER = "provider"  # attributes of the staff's identity provider, where it is set up so
    ADMIN = "admin"  # a system manager, in the portal


_RANK = tuple(AssignedBy)


def may_assign(source: AssignedBy, held: AssignedBy) -> bool:
    """Tell whether a source may set the role and unit that another one has set."""
    return _RANK.index(source) >= _RANK.index(held)


class NumberSource(enum.StrEnum):
    """Who said that an identity number was replaced by another."""

    SIGN_IN = "sign_in"  # the identity provider asserted the former number: both are the same person's
    BACK_OFFICE = "back_office"  # perhaps a correction: the former number may be somebody else's


def full_name(given_name: str, surname: str) -> str:
    """Return a person's name as it is written."""
    return f"{given_name} {surname}".strip()


def age_on(born: date, day: date) -> int:
    """Return the age in whole years; who is born on 29 February turns older on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def acts_in_own_right(number: str | None, born: date | None, day: date) -> bool:
    """Tell whether somebody has certainly turned 15 on a day (Swedish time).

    ``born`` counts where there is no 12-digit number. A samordningsnummer may leave month and day open: then the year
    decides, and where it does not settle it the answer is no.
    """
    known = birth_date(number) if number else born
    if known is not None:
        return age_on(known, day) >= OWN_RIGHT_AGE
    return number is not None and day.year - int(number[:4]) > OWN_RIGHT_AGE


class Protection(enum.StrEnum):
    """Protected personal data (skyddade personuppgifter), as the population register marks it.

    UNKNOWN is what a missing flag becomes: treated as protected, for the portal fails closed (DOMAIN.md section 3).
    """

    NONE = "none"
    SECRECY = "secrecy"  # sekretessmarkering, OSL 22:1, Navet 01003
    REGISTRATION = "registration"  # skyddad folkbokföring, Navet 01020
    UNKNOWN = "unknown"


class CaseState(enum.StrEnum):
    """Whether a case is worked on."""

    OPEN = "open"
    CLOSED = "closed"


CASE_TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.OPEN}),  # a case can be taken up again (återupptas)
}
