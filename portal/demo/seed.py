"""The first data of the demonstration, lived through rather than inserted.

Boards, staff, clients and cases are written into the back office and come through the inbox, as in reality. Then the
conversations are held in the order in which they took place, each message at its own time: clients write in the
portal, caseworkers there or in the back office. The latest messages of clients are left for the worker to deliver.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from portal import wiring
from portal.core import pdf
from portal.core.actor import Actor, Side
from portal.core.clock import now, travel
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.events import EventBus
from portal.core.ids import new_id
from portal.demo import appointments, calendars
from portal.demo.applications import APPLICATIONS, Answered, DemoApplication, hand_in, months
from portal.demo.conversations import CLIENT, CONVERSATIONS, Line
from portal.demo.documentation import NOTES, Note
from portal.demo.idp_config import IdpConfig
from portal.demo.notary import Notary
from portal.demo.people import BOARDS, CLIENTS, STAFF, UNITS, Client, DemoCase, colleague, owner_of, workers_of
from portal.messages import service as messages
from portal.people.models import Case
from portal.people.queries import find_person, staff_by_subject
from portal.people.rules import PERMISSIONS
from portal.settings import Settings
from portal.sync.adapters.sql import SqlBackOffice, SqlStore
from portal.sync.contract import (
    ApplicationStatusRecord,
    AssignmentRecord,
    AssistancePeriodRecord,
    Author,
    BoardRecord,
    CaseMessage,
    CaseRecord,
    Kind,
    NoteRecord,
    PersonRecord,
    StaffRecord,
    UnitRecord,
)
from portal.sync.contract.applications import PeriodState
from portal.sync.contract.records import NoteStatus, NoteType, PassagePart
from portal.sync.queries import local_id
from portal.sync.worker import Worker

_LEVEL = 3
_READ_AFTER = timedelta(minutes=40)
_BEGINNING = timedelta(days=-90)


def seed(settings: Settings, provider: IdpConfig) -> None:
    """Fill an empty portal and an empty back office, both with their tables; ``provider`` is where clients sign."""
    engine = make_engine(settings.database_url, settings.key_ring)
    bus = EventBus()
    wiring.subscribe(bus)
    store = SqlStore(settings.backoffice_url)
    seeding = _Seeding(settings, provider, make_sessionmaker(engine, bus), store)
    try:
        seeding.run()
    finally:
        seeding.office.close()
        store.close()
        engine.dispose()


def put_register(store: SqlStore, at: datetime) -> None:
    """Write boards, units, staff, clients, cases and who works on them into the back office; ``at`` is about now."""
    for code, name in BOARDS.items():
        store.put_board(BoardRecord(id=code, code=code, name=name))
    for key, (board, name) in UNITS.items():
        store.put_unit(UnitRecord(id=key, board_id=board, name=name))
    for one in STAFF:
        store.put_staff(
            StaffRecord(
                id=one.key,
                subject=one.subject,
                name=one.name,
                role=one.role,
                unit_id=one.unit,
                phone=one.phone,
                active=True,
            )
        )
    for client in CLIENTS:
        _put_client(store, client, at)


def _put_client(store: SqlStore, client: Client, at: datetime) -> None:
    store.put_person(
        PersonRecord(
            id=_person(client),
            identity_number=client.identity_number,
            given_name=client.given_name,
            surname=client.surname,
            protection=client.protection,
        )
    )
    for case in client.cases:
        opened = at - timedelta(days=case.opened_days_ago)
        store.put_case(
            CaseRecord(
                id=_case(case.key),
                person_id=_person(client),
                board_id=UNITS[case.unit][0],
                unit_id=case.unit,
                title=case.title,
                state=case.state,
                opened_at=opened,
            )
        )
        for worker in case.workers:
            store.assign(_assignment(case, worker, opened))


def _assignment(case: DemoCase, worker: str, since: datetime) -> AssignmentRecord:
    return AssignmentRecord(
        id=f"{_case(case.key)}-{worker}",
        case_id=_case(case.key),
        staff_id=worker,
        named=worker == case.workers[0],
        since=since,
        until=None,
    )


def _person(client: Client) -> str:
    return f"P-{client.key}"


def _case(key: str) -> str:
    return f"A-{key}"


def _file(note: Note) -> bytes:
    """Return a document as the back office holds it."""
    shown = pdf.Document(note.title, [pdf.Paragraph(text) for text in note.passages], now().date(), footer=note.title)
    return pdf.render(shown, title=note.title, lang="sv")


class _Seeding:
    """One seeding, with the worker that carries what is written from one store to the other."""

    def __init__(
        self, settings: Settings, provider: IdpConfig, sessions: sessionmaker[Session], store: SqlStore
    ) -> None:
        self.settings, self.sessions, self.store = settings, sessions, store
        self.notary = Notary(settings, provider)
        self.started = now()
        self.made: dict[str, UUID] = {}
        self.office = SqlBackOffice(settings.backoffice_url, settings.backoffice_timeout_seconds)
        with travel(_BEGINNING):  # ids count from the first one of the process, also the worker's own
            fetching = wiring.document_task(settings, sessions, self.office)
            self.worker = Worker(settings, sessions, self.office, wiring.inbox_handlers(), long_tasks=(fetching,))

    def run(self) -> None:
        """Write the register, hold every conversation, and say when who can be met."""
        spoken = sorted(
            ((line.instant(self.started), key, line) for key, lines in CONVERSATIONS.items() for line in lines),
            key=lambda entry: entry[0],
        )
        with travel(spoken[0][0] - timedelta(days=1)):
            put_register(self.store, self.started)
            self._tell_months()
            self.worker.run_once()
        # What clients wrote after everything else is left to the worker of the demonstration.
        answered = max(at for at, _, line in spoken if line.by != CLIENT)
        steps: list[tuple[datetime, Callable[[], None]]] = [
            (at, partial(self._say, key, line)) for at, key, line in spoken
        ]
        steps += [(note.instant(self.started), partial(self._document, note)) for note in NOTES]
        steps += [(self.started - timedelta(days=one.days_ago), partial(self._apply, one)) for one in APPLICATIONS]
        steps += [
            (self.started - timedelta(days=one.days_ago - word.after_days), partial(self._answer, one, word))
            for one in APPLICATIONS
            for word in one.status
        ]
        for at, step in sorted(steps, key=lambda entry: entry[0]):
            with travel(at):
                step()
                if at <= answered:
                    self.worker.run_once()
        self._read_the_last()
        with writing(self.sessions) as session:
            calendars.furnish(session, lambda key: self._colleague(session, key))
        with writing(self.sessions) as session:
            appointments.arrange(session, self._act, partial(self._case_row, session), lambda key: workers_of(key)[0])

    def _say(self, key: str, line: Line) -> None:
        if line.elsewhere:
            self._write_in_back_office(key, line)
        else:
            with self._acting(key, line.by) as (session, actor, case_id):
                messages.mark_read(session, actor, case_id, until=now())
                send = messages.write if line.by == CLIENT else messages.answer
                send(session, actor, case_id=case_id, text=line.text, submission=str(new_id()))

    def _document(self, note: Note) -> None:
        content = _file(note) if note.type is NoteType.DOCUMENT else None
        if content is not None:
            self.office.put_file(sha256(content).hexdigest(), content)
        self.store.put_note(
            NoteRecord(
                id=note.id,
                case_id=_case(note.case),
                person_id=_person(owner_of(note.case)),
                author_id=note.by,
                type=note.type,
                title=note.title,
                event_at=min(each.instant(self.started) for each in NOTES if each.id == note.id),
                child_sensitive=False,
                revision=note.revision,
                reason=note.reason,
                written_at=now(),
                locked_at=now(),
                status=NoteStatus.RELEASED,
                released_by=note.by,
                visible_from=None,
                for_guardians=False,
                passages=tuple(
                    PassagePart(f"{note.id}-{place}", text, note.ground if place in note.masked else None)
                    for place, text in enumerate(() if content else note.passages)
                ),
                file=sha256(content).hexdigest() if content else None,
            )
        )

    def _tell_months(self) -> None:
        for one in APPLICATIONS:
            person = _person(owner_of(one.case))
            for period in months(one, self.started - timedelta(days=one.days_ago)):
                told = AssistancePeriodRecord(
                    id=f"{person}-{period}",
                    person_id=person,
                    period=str(period),
                    state=PeriodState.DECIDED,
                    cohabiting=bool(one.co_applicant),
                    granted=True,
                )
                self.store.put_assistance_period(told)

    def _apply(self, one: DemoApplication) -> None:
        with writing(self.sessions) as session:
            wait = self.settings.assistance_months_until_new
            self.made[one.case] = hand_in(session, one, self._act, self.notary, months_until_new=wait)

    def _answer(self, one: DemoApplication, word: Answered) -> None:
        made = str(self.made[one.case])
        self.store.put_application_status(
            ApplicationStatusRecord(
                id=f"{made}-status",
                application_id=made,
                person_id=_person(owner_of(one.case)),
                case_id=_case(one.case),
                handling=word.handling,
                outcome=word.outcome,
                text=word.text,
                at=now(),
            )
        )

    def _write_in_back_office(self, key: str, line: Line) -> None:
        own_id = str(new_id())
        self.store.put_case_message(
            CaseMessage(
                id=f"M-{own_id}",
                thread_id=f"T-{key}",
                case_id=_case(key),
                person_id=_person(owner_of(key)),
                author=Author.STAFF,
                author_id=line.by,
                subject="",
                body=line.text,
                sent_at=now(),
                in_reply_to=None,
            )
        )

    def _read_the_last(self) -> None:
        """Let clients read what was last written to them, where the conversation says so."""
        for key, lines in CONVERSATIONS.items():
            if lines[-1].by != CLIENT and not lines[-1].unread:
                with travel(lines[-1].instant(self.started) + _READ_AFTER), self._acting(key, CLIENT) as found:
                    session, actor, case_id = found
                    messages.mark_read(session, actor, case_id, until=now())

    @contextmanager
    def _acting(self, key: str, by: str) -> Iterator[tuple[Session, Actor, UUID]]:
        with writing(self.sessions) as session:
            case_id = local_id(session, Kind.CASE, _case(key))
            if case_id is None:
                raise LookupError(f"the case {key} has not come through the inbox")
            yield session, self._actor(session, key, by), case_id

    def _actor(self, session: Session, key: str, by: str) -> Actor:
        if by == CLIENT:
            person = find_person(session, owner_of(key).identity_number)
            if person is None:
                raise LookupError(f"the client of {key} has not come through the inbox")
            return Actor(Side.CLIENT, new_id(), now(), _LEVEL, person_id=person.id)
        return self._colleague(session, by)

    def _act(self, session: Session, key: str, by: str = "") -> Actor:
        return self._actor(session, key, by or CLIENT)

    def _case_row(self, session: Session, key: str) -> Case:
        return session.get_one(Case, local_id(session, Kind.CASE, _case(key)))

    def _colleague(self, session: Session, by: str) -> Actor:
        staff = staff_by_subject(session, colleague(by).subject)
        if staff is None:
            raise LookupError(f"{by} has not come through the inbox")
        return Actor(
            Side.STAFF,
            new_id(),
            now(),
            _LEVEL,
            staff_id=staff.id,
            permissions=PERMISSIONS[staff.role],
            role=staff.role.value,
        )
