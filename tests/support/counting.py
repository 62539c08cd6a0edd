"""How many statements are sent to the database."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


@contextlib.contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Collect the statements that a session sends."""
    engine: Engine = session.connection().engine
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
