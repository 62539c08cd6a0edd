"""One request, one transaction: success commits, an exception rolls back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session, sessionmaker

from portal.core.db import writing
from portal.web.routes import SAFE_METHODS, check_read_was_logged, web_kit
from portal.web.templating import PortalEnvironment


def sessions() -> sessionmaker[Session]:
    """Return the session factory of the application, for the few things that need a transaction of their own."""
    factory: sessionmaker[Session] = current_app.extensions["insyn.sessions"]
    return factory


def db() -> Session:
    """Return the session of this request, opened at its first use.

    On SQLite a request that will write takes the write lock first: a read that turns into a write could fail.
    """
    if "db" not in g:
        g.db = sessions()()
        if request.endpoint in web_kit().writing:
            durable = request.method not in SAFE_METHODS
            g.db.connection(execution_options={"insyn_writing": True, "insyn_durable": durable})
    session: Session = g.db
    return session


@contextmanager
def aside() -> Iterator[Session]:
    """Open a session for a small write beside the page: the request's own where it writes anyhow, else one apart.

    A page that only reads holds no write lock (SQLite), so it must not turn into a writer halfway.
    """
    if request.endpoint in web_kit().writing:
        yield db()
        return
    with writing(sessions()) as session:
        yield session


@contextmanager
def lasting() -> Iterator[Session]:
    """Open a transaction of its own for what a person has sent in a large body: on the disk before it is confirmed."""
    with sessions().begin() as session:
        session.connection(execution_options={"insyn_writing": True, "insyn_durable": True})
        yield session


class PortalFlask(Flask):
    """Flask whose dispatch ends the transaction before the answer leaves, and whose own log tells no values."""

    jinja_environment = PortalEnvironment
    # Every template is kept: the look-up of Jinja's bounded cache is felt where a page has twenty imports.
    jinja_options = {"cache_size": -1}  # noqa: RUF012 - Flask reads it as is

    def log_exception(self, exc_info: Any) -> None:
        """Say nothing: Flask would write the address and the trace; ``web.errors`` logs type, route and places."""

    def dispatch_request(self) -> Response:
        """Run the view and commit what it did."""
        response = self.make_response(super().dispatch_request())
        if "db" in g:
            check_read_was_logged(g.db)  # whatever the status: a refused form shows the client's page again
            g.db.commit()
        return response


def close_db(_error: BaseException | None) -> None:
    """Close the session; what was not committed is rolled back."""
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.close()
