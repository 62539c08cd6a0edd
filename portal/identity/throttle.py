"""Brute force and odd patterns at sign-in are slowed down, per address, with no lock-out of a person by others.

Three counts: requests of an address; refused answers of an address with one provider; and refused answers of a provider
from everywhere, which only raises an alarm: closing a provider on it would let anybody shut everybody out.
"""

import ipaddress

import structlog
from flask import Flask, Response, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError

from portal.core.clock import now
from portal.identity.attempts import DatabaseStorage
from portal.web.errors import error_page, new_reference
from portal.web.page import settings

log = structlog.get_logger("portal.identity")

REFUSED_WINDOW_MINUTES = 10
# Answers that a provider has signed, and people who are known but not let in: no sign of guessing.
_HONEST = frozenset({"unknown_staff", "no_role", "under_15", "number_conflict", "no_birth_date", "other_signer"})


class Throttle:
    """The counters of one application; where the database fails each process counts on its own, and says so."""

    def __init__(self, shared: Storage) -> None:
        self._shared = FixedWindowRateLimiter(shared)
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def hit(self, item: RateLimitItem, *names: str) -> bool:
        """Count one; tell whether it is within the limit."""
        try:
            return self._shared.hit(item, *names)
        except SQLAlchemyError as error:
            self._tell(error)
            return self._own.hit(item, *names)

    def within(self, item: RateLimitItem, *names: str) -> bool:
        """Tell whether one more would be within the limit, without counting."""
        try:
            return self._shared.test(item, *names)
        except SQLAlchemyError as error:
            self._tell(error)
            return self._own.test(item, *names)

    def wait_seconds(self, item: RateLimitItem, *names: str) -> int:
        """Return how long until the window ends (s), at least one."""
        try:
            ends = self._shared.get_window_stats(item, *names).reset_time
        except SQLAlchemyError:
            return item.get_expiry()
        return max(1, min(item.get_expiry(), int(ends - now().timestamp()) + 1))

    @staticmethod
    def _tell(error: SQLAlchemyError) -> None:
        log.error("attempts are counted by this process alone", kind=type(error).__name__)


def _throttle() -> Throttle:
    found: Throttle = current_app.extensions["insyn.throttle"]
    return found


def network_of(address: str | None) -> str:
    """Return what an address is counted as: itself, or for IPv6 its /64, which one household has whole."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _is_counted() -> bool:
    path = request.path
    return path in {"/saml/acs", "/saml/slo"} or (path.startswith("/logga-in/") and request.method == "POST")


def _per_address() -> RateLimitItem:
    return RateLimitItemPerMinute(settings().sign_in_attempts_per_minute)


def _refused_here() -> RateLimitItem:
    return RateLimitItemPerMinute(settings().refused_answers_per_address, REFUSED_WINDOW_MINUTES)


def _refused_everywhere() -> RateLimitItem:
    return RateLimitItemPerMinute(settings().refused_answers_alarm, REFUSED_WINDOW_MINUTES)


def slow_down() -> Response | None:
    """Count this request where it belongs to sign-in; answer it with a plain page when there are too many.

    Runs before the form token is looked at, so that the count has its own short transaction and nothing is held.
    """
    if not _is_counted():
        return None
    item, address = _per_address(), network_of(request.remote_addr)
    if _throttle().hit(item, "address", address):
        return None
    return too_many(item, "address", address)


def refuse_provider(provider: str) -> Response | None:
    """Return the plain page when this address has had too many answers of a provider refused, else None."""
    item, names = _refused_here(), ("refused", network_of(request.remote_addr), provider)
    return None if _throttle().within(item, *names) else too_many(item, *names)


def count_refused(provider: str, reason: str) -> None:
    """Count an answer that was refused; the caller has let go of the request's transaction."""
    if reason in _HONEST or reason.startswith("status_"):
        return
    _throttle().hit(_refused_here(), "refused", network_of(request.remote_addr), provider)
    if not _throttle().hit(_refused_everywhere(), "provider", provider):
        log.warning("many refused answers", provider=provider, minutes=REFUSED_WINDOW_MINUTES)


def too_many(item: RateLimitItem, *names: str) -> Response:
    """Return the plain page with when to try again; the log has the kind of count, never the address."""
    reference = new_reference()
    log.warning("too many attempts", reference=reference, count=names[0])
    response = error_page(429, reference=reference)
    response.headers["Retry-After"] = str(_throttle().wait_seconds(item, *names))
    return response


def init_app(app: Flask) -> None:
    """Count for an application; call it before anything that opens the request's transaction."""
    app.extensions["insyn.throttle"] = Throttle(DatabaseStorage(app.extensions["insyn.sessions"]))
    app.before_request(slow_down)
