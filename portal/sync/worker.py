"""The worker: delivers the outbox, fetches and applies the inbox, runs periodic tasks, and gives signs of life."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id
from portal.core.retry import RetryPolicy
from portal.settings import Settings
from portal.sync import inbox, service
from portal.sync.adapters import make_back_office
from portal.sync.adapters.base import BackOffice, BackOfficeError, Permanent
from portal.sync.contract import OutboundMessage, Receipt
from portal.sync.inbox import InboxHandlers
from portal.sync.lock import only_worker
from portal.sync.models import WorkerBeat
from portal.sync.rules import OUTBOX_POLICY, MessageState
from portal.sync.service import Claim, Failure

log = structlog.get_logger("portal.sync")
PAGE = 200


@dataclass(frozen=True, slots=True)
class Task:
    """Something done now and then, such as a clean-up; ``every`` is in seconds. It makes its own transaction."""

    name: str
    every: float
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class LongTask:
    """Something that may take long, in a thread of its own; ``run`` is given the event that tells it to end soon."""

    name: str
    every: float
    run: Callable[[threading.Event], object]


# Gives the content of a file by its checksum, whole.
FileSource = Callable[[str], bytes]


def no_files(_checksum: str) -> bytes:
    """Stand in where messages have no files.

    :raises FileNotFoundError: whatever is asked for.
    """
    raise FileNotFoundError


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a worker works: ``lanes`` persons at once, the rest in seconds.

    The lease must outlast a question and a delivery that both time out; None takes it from the settings.
    """

    lanes: int = 6
    idle: float = 0.5
    fetch: float = 5.0
    beat: float = 10.0
    lease: float | None = None
    policy: RetryPolicy = OUTBOX_POLICY


class Worker:
    """One worker of the synchronisation. Several may share a PostgreSQL database; SQLite has one."""

    def __init__(
        self,
        settings: Settings,
        sessions: sessionmaker[Session],
        back_office: BackOffice,
        handlers: InboxHandlers,
        *,
        tasks: Sequence[Task] = (),
        long_tasks: Sequence[LongTask] = (),
        files: FileSource = no_files,
        pace: Pace | None = None,
    ) -> None:
        self.id = str(new_id())
        self._settings, self._sessions, self._back_office, self._handlers = settings, sessions, back_office, handlers
        self._pace = pace or Pace()
        self._tasks, self._long_tasks, self._files = tasks, long_tasks, files
        seconds = self._pace.lease or max(60.0, 6 * settings.backoffice_timeout_seconds)
        self._lease = timedelta(seconds=seconds)
        self._last: dict[str, datetime] = {}

    def run_once(self) -> int:
        """Deliver all that is due, fetch and apply the inbox to its end, run every task; return how many were sent.

        For tests and the demonstration's seeding. Errors of the back office are logged, not raised.
        """
        sent = 0
        for long in self._long_tasks:
            self._run_long(long, threading.Event())
        with ThreadPoolExecutor(self._pace.lanes, "deliver") as pool:
            while claims := self._claim(self._pace.lanes):
                sent += len(claims)
                wait([_submit(pool, self._deliver, claim) for claim in claims])
        self._receive()
        for task in self._tasks:
            self._run_task(task)
        self._beat()
        return sent

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; what is being sent then is finished first."""
        log.info("worker.started", worker=self.id)
        with (
            ThreadPoolExecutor(self._pace.lanes, "deliver") as pool,
            ThreadPoolExecutor(1 + len(self._long_tasks), "apart") as apart,
        ):
            sending: set[Future[None]] = set()
            background: dict[str, Future[None]] = {}
            while not stop.is_set():
                try:
                    if self._is_time("beat", self._pace.beat):
                        self._beat()
                    claims = self._claim(self._pace.lanes - len(sending))
                    sending |= {_submit(pool, self._deliver, claim) for claim in claims}
                except Exception as error:  # noqa: BLE001 - the portal's database may be down for a while: go on after it
                    log.error("worker.database", worker=self.id, code=type(error).__name__)
                    stop.wait(self._pace.idle)
                    continue
                self._start_due(apart, background, stop)
                if sending:
                    sending = wait(sending, self._pace.idle, FIRST_COMPLETED).not_done
                elif not claims:
                    stop.wait(self._pace.idle)
        self._farewell()

    def _start_due(self, pool: ThreadPoolExecutor, running: dict[str, Future[None]], stop: threading.Event) -> None:
        """Start what is due beside the deliveries, each at most once at a time."""
        jobs: list[tuple[str, float, Callable[..., None], tuple[Any, ...]]] = [
            ("fetch", self._pace.fetch, self._receive_and_tidy, ()),
            *((f"long:{task.name}", task.every, self._run_long, (task, stop)) for task in self._long_tasks),
        ]
        for name, every, work, arguments in jobs:
            if (name not in running or running[name].done()) and self._is_time(name, every):
                running[name] = _submit(pool, work, *arguments)

    def _is_time(self, name: str, every: float) -> bool:
        last = self._last.get(name)
        if last is not None and (now() - last).total_seconds() < every:
            return False
        self._last[name] = now()
        return True

    def _claim(self, limit: int) -> list[Claim]:
        return service.claim(self._sessions, self.id, limit, self._lease) if limit > 0 else []

    def _deliver(self, held: Claim) -> None:
        try:
            self._settle(held, self._attempt(held))
        except Exception as error:  # noqa: BLE001 - a thread's error is seen by nobody; the lease brings the message back
            log.error("outbox.unsettled", message=str(held.message.id), code=type(error).__name__)

    def _attempt(self, held: Claim) -> Receipt | Failure:
        try:
            found = self._back_office.find(held.message.id) if held.ask_first else None
            return found or self._send(held.message)
        except BackOfficeError as error:
            return Failure(error.code, isinstance(error, Permanent))
        except Exception as error:  # noqa: BLE001 - an adapter's own fault must not lose the message
            return Failure(f"error:{type(error).__name__}")

    def _send(self, message: OutboundMessage) -> Receipt:
        """Put the files of a message, and then send it: whatever fails in between, the next attempt begins anew."""
        for checksum in message.files:
            self._back_office.put_file(checksum, self._files(checksum))
        return self._back_office.deliver(message)

    def _settle(self, held: Claim, result: Receipt | Failure) -> None:
        try:
            with writing(self._sessions) as session:
                state = service.settle(session, held, result, policy=self._pace.policy)
        except Exception as error:
            if isinstance(result, Failure):
                raise
            log.error("outbox.subscriber", message=str(held.message.id), code=type(error).__name__)
            self._settle(held, Failure(f"subscriber:{type(error).__name__}"))
            return
        words = {"message": str(held.message.id), "kind": held.message.kind, "attempt": held.attempt}
        if state is None:
            log.warning("outbox.overtaken", **words)
        elif isinstance(result, Receipt):
            log.info("outbox.delivered", **words, receipt=result.number)
        else:
            tell = log.error if state is MessageState.STUCK else log.warning
            tell(f"outbox.{state}", **words, code=result.code)

    def _receive_and_tidy(self) -> None:
        self._receive()
        for task in self._tasks:
            if self._is_time(f"task:{task.name}", task.every):
                self._run_task(task)

    def _receive(self) -> None:
        try:
            while inbox.fetch(self._sessions, self._back_office, limit=PAGE):
                pass
        except BackOfficeError as error:
            log.warning("inbox.unreachable", code=error.code)
        except Exception as error:  # noqa: BLE001 - tried again at the next fetch
            log.error("inbox.fetch", code=type(error).__name__)
        try:
            inbox.apply_due(self._sessions, self._handlers)
        except Exception as error:  # noqa: BLE001 - the portal's database; tried again at the next fetch
            log.error("inbox.apply", code=type(error).__name__)

    def _run_long(self, task: LongTask, stop: threading.Event) -> None:
        try:
            task.run(stop)
        except Exception as error:  # noqa: BLE001 - one task must not stop the deliveries
            log.error("worker.task", task=task.name, code=type(error).__name__)

    def _run_task(self, task: Task) -> None:
        try:
            task.run()
        except Exception as error:  # noqa: BLE001 - one task must not stop the deliveries
            log.error("worker.task", task=task.name, code=type(error).__name__)

    def _beat(self) -> None:
        with writing(self._sessions) as session:
            beat = session.get(WorkerBeat, self.id)
            if beat is None:
                session.add(WorkerBeat(worker=self.id))
                session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < now() - timedelta(days=1)))
            else:
                beat.beat_at = now()

    def _farewell(self) -> None:
        with writing(self._sessions) as session:
            session.execute(delete(WorkerBeat).where(WorkerBeat.worker == self.id))
        log.info("worker.stopped", worker=self.id)


def _submit(pool: ThreadPoolExecutor, work: Callable[..., None], *arguments: Any) -> Future[None]:
    # The context goes along: the tests' clock lives in it.
    return pool.submit(copy_context().run, work, *arguments)


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and SIGINT set; for the main thread only."""
    stop = threading.Event()
    wanted = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_worker(
    settings: Settings,
    sessions: sessionmaker[Session],
    handlers: InboxHandlers,
    *,
    tasks: Sequence[Task] = (),
    long_tasks: Sequence[LongTask] = (),
    files: FileSource = no_files,
    back_office: BackOffice | None = None,
    pace: Pace | None = None,
) -> None:
    """Run a worker until SIGTERM or SIGINT.

    :raises WorkerRunsAlready: when a second one is started on a SQLite database.
    """
    with only_worker(settings.database_url), stopped_by_signals() as stop:
        office = back_office or make_back_office(settings)
        worker = Worker(
            settings, sessions, office, handlers, tasks=tasks, long_tasks=long_tasks, files=files, pace=pace
        )
        worker.run(stop)
