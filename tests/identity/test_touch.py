"""What happens when the note that a session is in use can't be written."""

from datetime import timedelta

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from portal.core import clock
from tests.identity.provider import Visitor
from tests.messages import world as worlds
from tests.messages.world import World


def test_a_page_that_is_done_stays_done(visitor: Visitor, sessions: sessionmaker[Session], world: World) -> None:
    worlds.sign_in(sessions, visitor.browser, world.client(world.mariam))
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine)

    @event.listens_for(engine, "before_cursor_execute")
    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE signed_in_session"):
            raise OperationalError(statement, {}, RuntimeError("hemligt"))

    with clock.travel(timedelta(minutes=5)), capture_logs() as logs:
        answer = visitor.browser.get("/idag")
    assert answer.status_code == 200
    assert logs == [{"event": "session not touched", "kind": "OperationalError", "log_level": "warning"}]
