"""One worker only with SQLite: an advisory lock on a file beside the database, which the system lets go with us."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url


class WorkerRunsAlready(Exception):  # noqa: N818 - told to the system manager as it stands
    """Another worker holds the lock."""

    def __init__(self) -> None:
        super().__init__(
            "another worker runs on this SQLite database already; stop it first, or use PostgreSQL for several workers"
        )


@contextmanager
def only_worker(database_url: str) -> Iterator[None]:
    """Hold the lock of a SQLite database; do nothing with PostgreSQL, where several workers share the queue.

    :raises WorkerRunsAlready: when another process holds it.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    with Path(f"{url.database}.worker.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkerRunsAlready from None
        yield
