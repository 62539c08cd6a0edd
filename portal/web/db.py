"""One request, one transaction: success commits, an exception rolls back."""

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session, sessionmaker

from portal.web.routes import check_read_was_logged, web_kit


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
            g.db.connection(execution_options={"insyn_writing": True})
    session: Session = g.db
    return session


class PortalFlask(Flask):
    """Flask whose dispatch ends the transaction before the answer leaves."""

    def dispatch_request(self) -> Response:
        """Run the view and commit what it did."""
        response = self.make_response(super().dispatch_request())
        if "db" in g:
            if response.status_code < 400:
                check_read_was_logged(g.db)
            g.db.commit()
        return response


def close_db(_error: BaseException | None) -> None:
    """Close the session; what was not committed is rolled back."""
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.close()
