"""What a route demands of whoever asks, and the protocol of the one who checks it."""

from dataclasses import dataclass
from typing import Protocol

from portal.core.actor import Actor, Side
from portal.core.errors import DomainError
from portal.core.i18n import lazy

# The level of assurance of an ordinary sign-in (tillitsnivå 3); only more than that has to be asked for.
USUAL_LEVEL = 3


@dataclass(frozen=True)
class Public:
    """Anyone may ask. ``csrf=False`` only where another site must post (the SAML answer)."""

    side: Side | None = None
    csrf: bool = True


@dataclass(frozen=True)
class Client:
    """A signed-in client; ``level`` is the least level of assurance, ``fresh`` step-up in minutes."""

    level: int = 3
    fresh: int | None = None
    side: Side = Side.CLIENT


@dataclass(frozen=True)
class Staff:
    """A signed-in staff member with a permission; ``reads`` names what of a client the page shows.

    A route with ``reads`` must write the access log; one that doesn't is answered with an error (SoLPuL 10 §).
    """

    permission: str
    fresh: int | None = None
    reads: str | None = None
    level: int = 3
    side: Side = Side.STAFF


@dataclass(frozen=True)
class SignedIn:
    """Whoever is signed in, on either side: one's own sessions, log-out."""

    level: int = 1
    fresh: int | None = None
    side: None = None


Access = Public | Client | Staff | SignedIn


class SignInNeeded(DomainError):  # noqa: N818 - named after what it is
    """Nobody is signed in, or no longer: answered with the sign-in page."""

    message = lazy("Du behöver logga in.")


class StepUpNeeded(DomainError):  # noqa: N818 - named after what it is
    """The sign-in is too old or too weak for this page."""

    message = lazy("Du behöver legitimera dig en gång till.")


class Guard(Protocol):
    """Who is behind a request, and the record of refusals; implemented by ``identity``."""

    def actor(self) -> Actor | None:
        """Return who is signed in on this request, or None."""
        ...

    def record_denial(self, actor: Actor | None, endpoint: str, reason: str) -> None:
        """Write a refusal to the audit log, in a transaction of its own."""
        ...


class Keeper(Protocol):
    """Keeps what was typed when a session had ended, until the same person is back; implemented by ``identity``."""

    def keep(self, path: str) -> bool:
        """Keep the posted form of this request for a page of ours; tell whether it could be kept."""
        ...

    def take(self) -> dict[str, list[str]] | None:
        """Return, once, the form kept for this actor and this address."""
        ...
