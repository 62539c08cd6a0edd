"""Counting attempts in the portal's own database, so that every process of every instance counts together.

Fixed windows by the library ``limits``. What is counted stands only as a keyed hash (the key of the blind indexes): the
table tells nobody which addresses have been here. Counting never involves an identity number, so that nobody can
shut somebody else out by trying in their name.
"""

from datetime import datetime, timedelta

from limits.storage import Storage
from sqlalchemy import case, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.crypto import ring_of
from portal.core.db import insert_into, writing
from portal.identity.models import AttemptCount


class DatabaseStorage(Storage):
    """The library's storage on our database; each count is a short transaction of its own."""

    STORAGE_SCHEME = None  # made by hand with a session factory, never from an address

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        super().__init__(None)
        self.sessions = sessions

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what a failing database raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count up within the window, atomically among all processes; a window that has passed begins anew."""
        moment = now()
        ends = moment + timedelta(seconds=expiry)
        with writing(self.sessions) as session:
            counted = insert_into(session, AttemptCount).values(
                digest=_digest(session, key), count=amount, expires_at=ends
            )
            over = AttemptCount.expires_at <= moment
            statement = counted.on_conflict_do_update(
                index_elements=["digest"],
                set_={
                    "count": case((over, amount), else_=AttemptCount.count + amount),
                    "expires_at": case((over, ends), else_=AttemptCount.expires_at),
                },
            ).returning(AttemptCount.count)
            return int(session.execute(statement).scalar_one())

    def get(self, key: str) -> int:
        """Return the count of the window that is open."""
        found = self._row(key)
        return found[0] if found else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends (epoch seconds)."""
        found = self._row(key)
        return found[1].timestamp() if found else now().timestamp()

    def check(self) -> bool:
        """Tell whether the database answers."""
        try:
            self.get("check")
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget every count."""
        with writing(self.sessions) as session:
            return len(session.scalars(delete(AttemptCount).returning(AttemptCount.digest)).all())

    def clear(self, key: str) -> None:
        """Forget one count."""
        with writing(self.sessions) as session:
            session.execute(delete(AttemptCount).where(AttemptCount.digest == _digest(session, key)))

    def _row(self, key: str) -> tuple[int, datetime] | None:
        with self.sessions() as session:
            row = session.execute(
                select(AttemptCount.count, AttemptCount.expires_at).where(
                    AttemptCount.digest == _digest(session, key), AttemptCount.expires_at > now()
                )
            ).one_or_none()
        return None if row is None else (row[0], row[1])


def _digest(session: Session, key: str) -> bytes:
    return ring_of(session.get_bind().dialect).blind_index("attempt", key)
