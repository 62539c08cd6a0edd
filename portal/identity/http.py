"""What connects sign-in to requests: the guard, the keeper of forms, and Flask's session object."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import writing
from portal.identity import cookies, queries, service
from portal.identity.federation import Federation, origin_of
from portal.identity.keeper import FederationKeeper
from portal.identity.models import SignedInSession
from portal.identity.rules import TOUCH_INTERVAL, Limits, may_keep_form
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.web.db import aside, close_db, db, sessions
from portal.web.headers import allow_form_target
from portal.web.page import settings
from portal.web.routes import actor_or_none

log = structlog.get_logger("portal.identity")

MAX_KEPT_BYTES = 200_000


def federation() -> Federation:
    """Return the federation of this installation, renewed where its metadata is."""
    keeper: FederationKeeper = current_app.extensions["insyn.federation_keeper"]
    if newer := keeper.renewed():
        current_app.extensions["insyn.federation"] = newer
    found: Federation = current_app.extensions["insyn.federation"]
    return found


def posted(field: str) -> str | None:
    """Return a field that a provider's page posted, or None.

    :raises SamlRefused: the body is larger than is read: refused like any other answer, with the same page.
    """
    try:
        return request.form.get(field)
    except RequestEntityTooLarge:
        raise SamlRefused(Refusal.TOO_LARGE) from None


def limits() -> Limits:
    """Return the session limits of this installation."""
    conf = settings()
    return Limits(timedelta(minutes=conf.session_idle_minutes), timedelta(minutes=conf.session_absolute_minutes))


def behind() -> queries.Behind | None:
    """Return what stands behind the session cookie of this request; looked up once."""
    if "behind" not in g:
        token = cookies.read("session")
        g.behind = queries.session_behind(db(), token, cookies.side(), limits()) if token else None
    found: queries.Behind | None = g.behind
    return found


def _let_log_out_reach_the_provider(row: SignedInSession) -> None:
    """Name the provider in this page's policy: browsers hold the redirects of a form, too, against form-action."""
    idp = federation().by_entity_id(row.side, row.provider)
    for url in (idp.slo_redirect_url, idp.slo_post_url) if idp else ():
        if origin := origin_of(url):
            allow_form_target(origin)


class SessionGuard:
    """The guard that ``web`` asks: sessions in the database."""

    def actor(self) -> Actor | None:
        """Return who is signed in on this request."""
        found = behind()
        if found is None or found.actor is None:
            return None
        _let_log_out_reach_the_provider(found.row)
        return found.actor

    def record_denial(self, actor: Actor | None, endpoint: str, reason: str) -> None:
        """Write a refusal to the audit log, after letting go of the request's own transaction."""
        close_db(None)
        g.denial_recorded = True
        audit.record_apart(
            sessions(),
            "denied",
            actor=actor,
            side=None if actor else cookies.side(),
            outcome="denied",
            detail={"route": endpoint, "reason": reason},
        )


class FormKeeper:
    """Keeps forms posted in timed-out sessions, for the same person only."""

    def keep(self, path: str) -> bool:
        """Keep this request's form, if its session merely timed out; the form token has been checked by then."""
        found = behind()
        if found is None or (request.content_length or 0) > MAX_KEPT_BYTES or request.files:
            return False
        row = found.row
        if not may_keep_form(ended_at=row.ended_at, last_seen_at=row.last_seen_at, at=now()):
            return False
        fields = {name: values for name, values in request.form.lists() if name != "csrf_token"}
        close_db(None)
        with writing(sessions()) as session:
            service.keep_form(session, row, path, fields)
        return True

    def take(self) -> dict[str, list[str]] | None:
        """Return the form kept for this actor and address; asks only where the sign-in saw that there is one."""
        found = behind()
        if found is None or found.actor is None or found.row.kept_form_id is None:
            return None
        with aside() as session:
            return service.take_kept_form(session, found.actor, request.path)


class SmallSession(SessionMixin):
    """Flask's session, which holds only the form token and a confirmation on its way to the next page.

    The form token of someone signed in lies in the row of the session; the rest in a small signed cookie.
    """

    def __init__(self) -> None:
        self._values: dict[str, Any] | None = None
        self.modified = False

    def _load(self) -> dict[str, Any]:
        if self._values is None:
            self._values = dict(cookies.read_small())
        return self._values

    def __getitem__(self, key: str) -> Any:
        # Nothing else asks the database: pages that tell that it is away must be whole, headers and all.
        found = behind() if key == "csrf_token" else None
        return found.row.csrf if found is not None else self._load()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._load()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._load()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def to_store(self) -> dict[str, Any]:
        """Return what belongs into the cookie; a row's form token never does."""
        values = dict(self._load())
        if behind() is not None:
            values.pop("csrf_token", None)
        return values


class SmallSessions(SessionInterface):
    """Opens and saves the small session."""

    def open_session(self, app: Flask, request: Request) -> SmallSession:
        """Return the session; it reads the database only when something is asked of it."""
        return SmallSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store what changed; nothing left to store removes the cookie."""
        if not isinstance(session, SmallSession) or not session.modified or g.get("session_over"):
            return
        values = session.to_store()
        if values:
            cookies.set_small(response, values)
        else:
            cookies.clear(response, "small")


class SignedInUser(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """What flask-login calls a user."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """Return the actor's id."""
        return str(self.actor.id)


def touch_session(response: Response) -> Response:
    """Note that the session is in use, at most once a minute, in a short transaction after the page is done.

    What the page did is committed by now: that the note fails must not turn the answer into an error.
    """
    found: queries.Behind | None = g.get("behind")
    if found and found.actor and now() - found.row.last_seen_at > TOUCH_INTERVAL and not g.get("session_over"):
        close_db(None)
        try:
            with writing(sessions()) as session:
                service.touch(session, found.row.id)
        except SQLAlchemyError as error:
            log.warning("session not touched", kind=type(error).__name__)
    return response


def init_app(app: Flask) -> None:
    """Connect sessions and flask-login to an application."""
    app.session_interface = SmallSessions()
    manager = LoginManager()
    manager.session_protection = None  # our sessions are rows; nothing of flask-login's lies in a cookie
    # No template asks who is signed in; its context processor would ask the database, also for the page that tells
    # that the database is away.
    manager.init_app(app, add_context_processor=False)

    @manager.request_loader  # type: ignore[untyped-decorator]  # flask-login has no types
    def load(_request: Request) -> SignedInUser | None:
        who = actor_or_none()
        return SignedInUser(who) if who else None

    app.after_request(touch_session)
