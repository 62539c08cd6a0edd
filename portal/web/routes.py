"""Routes that can't be written without saying who may use them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Forbidden
from portal.core.i18n import LazyText
from portal.settings import Settings
from portal.web.access import Access, Guard, Keeper, Public, SignInNeeded, Staff, StepUpNeeded

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# How many bytes the body of an upload may have.
BodyLimit = Callable[[Settings], int]

# How much is new behind an entry of the menu, for whoever looks.
Count = Callable[[Session, Actor], int]

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class NavItem:
    """An entry of the main menu (or, with ``menu``, of the second one); ``new`` counts what is unseen."""

    endpoint: str
    label: LazyText
    icon: str
    side: Side | None
    order: int
    menu: bool = False
    new: Count | None = None


@dataclass(frozen=True)
class Route:
    """A route as declared."""

    rule: str
    endpoint: str
    view: Callable[..., Any]
    methods: tuple[str, ...]
    access: Access
    writes: bool
    body: BodyLimit | None = None


@dataclass
class Feature:
    """The routes and menu entries of one feature package.

    Only routes of the sides an application serves are registered in it: a client process has no staff route at all.
    """

    name: str
    nav: tuple[NavItem, ...] = ()
    routes: list[Route] = field(default_factory=list)

    def route(
        self,
        rule: str,
        *,
        access: Access,
        methods: Iterable[str] = ("GET",),
        writes: bool = False,
        body: BodyLimit | None = None,
    ) -> Callable[[View], View]:
        """Declare a view; ``access`` has no default on purpose. ``writes`` marks a GET that stores something.

        ``body`` lets an upload be larger than other requests. Such a view holds no write lock while the body comes: it
        writes in ``web.db.lasting``.
        """
        posts = body is None and not SAFE_METHODS.issuperset(methods)
        writes = writes or posts or bool(isinstance(access, Staff) and access.reads)

        def declare(view: View) -> View:
            endpoint = f"{self.name}.{view.__name__}"
            self.routes.append(Route(rule, endpoint, view, tuple(methods), access, writes, body))
            return view

        return declare

    def register(self, app: Flask, sides: frozenset[Side]) -> None:
        """Add the routes of the given sides to an application."""
        kit = web_kit(app)
        for route in self.routes:
            if route.access.side is not None and route.access.side not in sides:
                continue
            app.add_url_rule(route.rule, route.endpoint, route.view, methods=list(route.methods))
            kit.access[route.endpoint] = route.access
            if route.writes:
                kit.writing.add(route.endpoint)
            if route.body is not None:
                kit.bodies[route.endpoint] = route.body
        kit.nav.extend(item for item in self.nav if item.side is None or item.side in sides)
        kit.nav.sort(key=lambda item: item.order)


@dataclass
class WebKit:
    """What the web layer keeps for one application."""

    sides: frozenset[Side]
    guard: Guard
    keeper: Keeper
    access: dict[str, Access] = field(default_factory=dict)
    nav: list[NavItem] = field(default_factory=list)
    writing: set[str] = field(default_factory=set)
    bodies: dict[str, BodyLimit] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)


def web_kit(app: Flask | None = None) -> WebKit:
    """Return the web kit of an application, by default the current one."""
    kit: WebKit = (app or current_app).extensions["insyn.web"]
    return kit


def actor() -> Actor:
    """Return the signed-in actor of this request.

    :raises SignInNeeded: on a public page where nobody is signed in.
    """
    found = actor_or_none()
    if found is None:
        raise SignInNeeded
    return found


def actor_or_none() -> Actor | None:
    """Return the actor of this request, or None where nobody is signed in."""
    if "actor" not in g:
        g.actor = web_kit().guard.actor()
    found: Actor | None = g.actor
    return found


def check_access() -> None:
    """Enforce the declared access of the route; whatever was not declared is denied.

    :raises SignInNeeded: nobody is signed in.
    :raises StepUpNeeded: the sign-in is too weak or too old.
    :raises Forbidden: the permission is missing, or the route declares nothing.
    """
    if request.endpoint is None:
        return
    kit = web_kit()
    access = kit.access.get(request.endpoint)
    if access is None:
        kit.guard.record_denial(None, request.endpoint, "undeclared")
        raise Forbidden(reason="undeclared")
    if isinstance(access, Public):
        return
    who = actor_or_none()
    if who is None:
        raise SignInNeeded
    reason = _refusal(who, access)
    if reason is None:
        return
    kit.guard.record_denial(who, request.endpoint, reason)
    if reason in {"level", "fresh"}:
        raise StepUpNeeded(reason=reason)
    raise Forbidden(reason=reason)


def _refusal(who: Actor, access: Access) -> str | None:
    if isinstance(access, Public):
        return None
    if access.side is not None and who.side is not access.side:
        return "side"
    if who.level < access.level:
        return "level"
    if isinstance(access, Staff) and access.permission not in who.permissions:
        return "permission"
    if access.fresh is not None and now() - who.authenticated_at > timedelta(minutes=access.fresh):
        return "fresh"
    return None


def may_open(who: Actor, endpoint: str) -> bool:
    """Tell whether an actor has the right to a page, whatever the age of the sign-in; menus show nothing else."""
    access = web_kit().access.get(endpoint)
    return access is not None and _refusal(who, access) in {None, "fresh"}


def check_read_was_logged(session: Session) -> None:
    """Fail a page that declares ``reads`` and wrote no access-log row (SoLPuL 10 §: access is documented).

    :raises RuntimeError: then the transaction is rolled back and nothing is shown.
    """
    access = web_kit().access.get(request.endpoint or "")
    if isinstance(access, Staff) and access.reads and not session.info.get("read_logged"):
        raise RuntimeError(f"{request.endpoint} shows a client's data and logged no read")
