"""What connects sibling features, in web processes and in the worker alike: who reacts to what, who applies what."""

from threading import Event

from sqlalchemy.orm import Session, sessionmaker

from portal.assistance import sync as applications
from portal.assistance import telling as telling_of_applications
from portal.assistance.events import ApplicationNews
from portal.assistance.service import drafts as drafts_of_applications
from portal.assistance.service import holding, tidying
from portal.assistance.service import signing as applying
from portal.core.actor import Side
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.events import EventBus
from portal.files import delivering, incoming, keeping
from portal.files import service as files
from portal.files.checking import Checker
from portal.files.events import FileRemoved
from portal.identity import refresh
from portal.identity.keeper import refresh_federation
from portal.identity.service import clean_up
from portal.identity.signing.service import DocumentSigned
from portal.meetings import sync as meetings
from portal.meetings import telling
from portal.meetings.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingChanged,
    MeetingMoved,
    ProposalChanged,
)
from portal.meetings.queries import away
from portal.meetings.service import busy, drafts, proposals
from portal.messages import sync as messages
from portal.messages.events import MessageSent
from portal.notices import service as notices
from portal.notices.sending import NoticeSender
from portal.people.absence import AwayAsked
from portal.people.events import PersonProtected
from portal.records import incoming as remarks_elsewhere
from portal.records import sync as records
from portal.records import telling as telling_of_records
from portal.records.events import RecordReleased, ReleaseEnded, RemarkAnswered
from portal.records.service import chasing
from portal.settings import Settings
from portal.sync import registers
from portal.sync import worker as sync_worker
from portal.sync.adapters import make_back_office
from portal.sync.adapters.base import BackOffice, BackOfficeError, Permanent
from portal.sync.contract import Delivered, Kind, Resent, Stuck
from portal.sync.inbox import InboxHandlers

CLEAN_UP_SECONDS = 3600
EXPIRE_SECONDS = 60
# Days turn at midnight: soon after it the lists are marked.
CHASE_SECONDS = 600
# How often the worker looks for uploads to check (s): somebody waits in front of the page.
CHECK_SECONDS = 1.0
# How often blobs that rows have let go of are taken away (s).
REMOVE_SECONDS = 60.0
NOTICES_SECONDS = 5.0
# How often documents of the back office are asked for (s).
DOCUMENT_SECONDS = 5.0


def subscribe(bus: EventBus) -> None:
    """Subscribe every reaction of one feature to another's events."""
    bus.subscribe(Delivered, messages.on_delivered)
    bus.subscribe(Stuck, messages.on_stuck)
    bus.subscribe(Resent, messages.on_resent)
    bus.subscribe(Delivered, meetings.on_delivered)
    bus.subscribe(Stuck, meetings.on_stuck)
    bus.subscribe(Resent, meetings.on_resent)
    bus.subscribe(Delivered, records.on_delivered)
    bus.subscribe(Stuck, records.on_stuck)
    bus.subscribe(Resent, records.on_resent)
    for changed in (MeetingBooked, MeetingMoved, MeetingCancelled, MeetingChanged):
        bus.subscribe(changed, meetings.on_change)
    bus.subscribe(ProposalChanged, meetings.on_proposal)
    bus.subscribe(MeetingBooked, telling.on_booked)
    bus.subscribe(MeetingMoved, telling.on_moved)
    bus.subscribe(MeetingCancelled, telling.on_cancelled)
    bus.subscribe(MeetingChanged, telling.on_changed)
    bus.subscribe(ProposalChanged, telling.on_proposal)
    bus.subscribe(AwayAsked, away.answer)
    bus.subscribe(Delivered, applications.on_delivered)
    bus.subscribe(Stuck, applications.on_stuck)
    bus.subscribe(Resent, applications.on_resent)
    bus.subscribe(DocumentSigned, applying.on_signed)
    bus.subscribe(PersonProtected, holding.on_protected)
    bus.subscribe(FileRemoved, drafts_of_applications.on_file_removed)
    bus.subscribe(ApplicationNews, telling_of_applications.on_news)
    bus.subscribe(Delivered, _files_delivered)
    bus.subscribe(MessageSent, _tell_of_message)
    bus.subscribe(RecordReleased, telling_of_records.on_released)
    bus.subscribe(ReleaseEnded, telling_of_records.on_ended)
    bus.subscribe(RemarkAnswered, telling_of_records.on_answered)


def _files_delivered(session: Session, event: Delivered) -> None:
    if event.files:
        delivering.mark_delivered(session, event.files, event.at)


def _tell_of_message(session: Session, event: MessageSent) -> None:
    # Written by staff, here or in the back office. Staff get no notices of messages: they have their queue.
    if event.side is Side.STAFF:
        notices.notify(session, person_id=event.person_id, key=f"message:{event.message_id}")


def inbox_handlers() -> InboxHandlers:
    """Return who applies which kind of change from the back office."""
    handlers = InboxHandlers()
    registers.register_all(handlers)
    handlers.register(Kind.CASE_MESSAGE, messages.receive)
    handlers.register(Kind.MEETING, meetings.receive)
    handlers.register(Kind.BUSY_TIME, meetings.receive_busy)
    handlers.register(Kind.NOTE, records.receive)
    handlers.register(Kind.REMARK, remarks_elsewhere.receive)
    handlers.register(Kind.APPLICATION_STATUS, applications.receive_status)
    handlers.register(Kind.ASSISTANCE_PERIOD, applications.receive_period)
    return handlers


def make_sessions(settings: Settings) -> sessionmaker[Session]:
    """Return the session factory of a process without web pages."""
    bus = EventBus()
    subscribe(bus)
    return make_sessionmaker(make_engine(settings.database_url, settings.key_ring), bus)


def run_worker(settings: Settings) -> None:
    """Run the worker until it is told to stop.

    :raises WorkerRunsAlready: when a second one is started on a SQLite database.
    """
    sessions, office = make_sessions(settings), make_back_office(settings)

    def tidy() -> None:
        with writing(sessions) as session:
            clean_up(session)
            drafts.clean_up(session)
            notices.clean_up(session)

    def expire_proposals() -> None:
        with writing(sessions) as session:
            proposals.expire(session)

    def refresh_metadata() -> None:
        refresh_federation(settings, sessions)

    def chase_remarks() -> None:
        chasing.chase_all(sessions, remind_days=settings.remark_remind_days)

    tasks = (
        sync_worker.Task("clean-up", CLEAN_UP_SECONDS, tidy),
        sync_worker.Task("remarks", CHASE_SECONDS, chase_remarks),
        sync_worker.Task("proposals", EXPIRE_SECONDS, expire_proposals),
        sync_worker.Task("federation metadata", refresh.REFRESH_SECONDS, refresh_metadata),
    )
    sync_worker.run_worker(
        settings,
        sessions,
        inbox_handlers(),
        tasks=tasks,
        long_tasks=long_tasks(settings, sessions, office),
        files=file_source(settings, sessions),
        back_office=office,
    )


def long_tasks(
    settings: Settings, sessions: sessionmaker[Session], office: BackOffice
) -> tuple[sync_worker.LongTask, ...]:
    """Return the worker's tasks that may take long."""
    return (
        *file_tasks(settings, sessions),
        document_task(settings, sessions, office),
        notice_task(settings, sessions),
        sync_worker.LongTask("left applications", CLEAN_UP_SECONDS, lambda _stop: tidying.tidy(sessions)),
        sync_worker.LongTask("busy calendars", busy.TASK_SECONDS, lambda _stop: busy.refresh(sessions)),
    )


def notice_task(settings: Settings, sessions: sessionmaker[Session]) -> sync_worker.LongTask:
    """Return the worker's task of sending notices, apart from the others: a mail server may be slow."""
    return sync_worker.LongTask("notices", NOTICES_SECONDS, NoticeSender(settings, sessions).run)


def file_source(settings: Settings, sessions: sessionmaker[Session]) -> sync_worker.FileSource:
    """Return what gives the deliveries the content of files."""
    vault = files.make_vault(settings)

    def content(checksum: str) -> bytes:
        with sessions() as session:
            return delivering.content_by_checksum(session, vault, checksum)

    return content


def document_task(settings: Settings, sessions: sessionmaker[Session], back_office: BackOffice) -> sync_worker.LongTask:
    """Return the worker's task of fetching the documents that the back office names."""

    def fetch(checksum: str) -> bytes:
        try:
            return back_office.get_file(checksum)
        except Permanent as error:
            raise incoming.NotThere(error.code) from None
        except BackOfficeError as error:
            raise incoming.NotNow(error.code) from None

    receiver = incoming.Receiver(sessions, files.make_vault(settings), files.make_scanner(settings), fetch)
    return sync_worker.LongTask("documents", DOCUMENT_SECONDS, receiver.run)


def file_tasks(settings: Settings, sessions: sessionmaker[Session]) -> tuple[sync_worker.LongTask, ...]:
    """Return the worker's tasks with files: checking what has come, and taking away what nobody needs."""
    vault = files.make_vault(settings)
    checker = Checker(sessions, vault, files.make_scanner(settings))

    def sweep(_stop: Event) -> None:
        keeping.remove_broken_off(sessions)
        keeping.remove_orphans(sessions, vault.store)

    return (
        sync_worker.LongTask("file checks", CHECK_SECONDS, checker.run),
        sync_worker.LongTask(
            "doomed files", REMOVE_SECONDS, lambda _stop: keeping.remove_doomed(sessions, vault.store)
        ),
        sync_worker.LongTask("file orphans", CLEAN_UP_SECONDS, sweep),
    )
