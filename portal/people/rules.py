"""Roles, what they may do, and states of persons and cases."""

import enum


class Role(enum.StrEnum):
    """A staff member's role in the portal."""

    CASEWORKER = "caseworker"
    TEAM_LEADER = "team_leader"
    MANAGER = "manager"


PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.CASEWORKER: frozenset({"queue:view", "client:view", "message:read", "message:write"}),
    Role.TEAM_LEADER: frozenset({"queue:view", "client:view", "message:read", "message:write", "delivery:resend"}),
    # A system manager (förvaltare) sees health and settings, never a client's data.
    Role.MANAGER: frozenset({"delivery:resend", "health:view"}),
}


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
