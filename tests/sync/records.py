"""Payloads for the tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from portal.people.rules import CaseState, Protection, Role
from portal.sync.adapters.sql import create_store, store_engine
from portal.sync.adapters.tables import OBJECTS
from portal.sync.contract import (
    ApplicationRecord,
    ApplicationStatusRecord,
    AssignmentRecord,
    AssistancePeriodRecord,
    Author,
    BoardRecord,
    BusyRecord,
    CaseMessage,
    CaseRecord,
    Kind,
    MeetingRecord,
    NoteRecord,
    PersonRecord,
    ProposalRecord,
    RemarkRecord,
    StaffRecord,
    SupplementRecord,
    UnitRecord,
    applications,
)
from portal.sync.contract.applications import (
    ApplicationKind,
    HandedIn,
    Handling,
    PaperPart,
    Party,
    PartyPart,
    PeriodState,
)
from portal.sync.contract.files import FilePart
from portal.sync.contract.meetings import Form, MeetingState, ProposalState, TurnKind, TurnPart, TypeKind, WindowPart
from portal.sync.contract.records import AnswerPart, Ground, NoteStatus, NoteType, Outcome, PassagePart, RemarkKind

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
BOARD = BoardRecord("B1", "IFN", "Individ- och familjenämnden")
UNIT = UnitRecord("U1", "B1", "Enhet ett")
STAFF = StaffRecord("S1", "test.handlaggare", "Test Handläggare", Role.CASEWORKER, "U1", "010-000 00 02", True)
PERSON = PersonRecord("P1", "199501182399", "Test", "Testsson", Protection.NONE)
OTHER = PersonRecord("P2", "198511292388", "Prov", "Provsson", Protection.SECRECY)
CASE = CaseRecord("C1", "P1", "B1", "U1", "Boendestödet", CaseState.OPEN, AT)
# Lies in every store of the tests from the start, outside the feed: what outbound messages refer to.
FIRST_CASE = CaseRecord("C0", "P1", "B1", None, "Stöd", CaseState.OPEN, AT)
OTHER_CASE = CaseRecord("C2", "P2", "B1", "U1", "Boendestödet", CaseState.OPEN, AT)
ASSIGNMENT = AssignmentRecord("A1", "C1", "S1", True, AT, None)
BUSY = BusyRecord("T1", "S1", AT, AT + timedelta(hours=1))
MEETING = MeetingRecord(
    id="M1",
    case_id="C0",
    person_id="P1",
    staff_id="S1",
    type=TypeKind.FOLLOW_UP,
    form=Form.VISIT,
    place="Huset",
    starts_at=AT,
    ends_at=AT + timedelta(minutes=45),
    state=MeetingState.BOOKED,
    revision=0,
    interpreter="ar",
    interpreter_wish="",
    support="",
    needs="",
    agenda="Hyran",
    hidden_from_guardians=False,
    reason="",
    changed_at=AT,
)
TURN = TurnPart(
    kind=TurnKind.PROPOSE,
    author=Author.CLIENT,
    author_id="P1",
    at=AT,
    windows=(WindowPart(AT, AT + timedelta(hours=2)),),
    forms=(Form.PHONE, Form.VIDEO),
    place="",
    interpreter="",
    interpreter_wish="",
    participants="",
    text="Efter tolv",
)
PROPOSAL = ProposalRecord("F1", "C0", "P1", "S1", TypeKind.FOLLOW_UP, ProposalState.WITH_STAFF, (TURN,), None)

NOTE = NoteRecord(
    id="N1",
    case_id="C0",
    person_id="P1",
    author_id="S1",
    type=NoteType.PHONE,
    title="Samtal",
    event_at=AT,
    child_sensitive=False,
    revision=1,
    reason="",
    written_at=AT,
    locked_at=AT,
    status=NoteStatus.RELEASED,
    released_by="S1",
    visible_from=AT,
    for_guardians=False,
    passages=(PassagePart("s1", "Hyran höjs.", None), PassagePart(None, "Grannen ringde.", Ground.REPORTER)),
)
REMARK = RemarkRecord(
    id="I1",
    note_id="N1",
    revision=1,
    passage_id="s1",
    passage="Hyran höjs.",
    case_id="C0",
    person_id="P1",
    author_id="P1",
    says=RemarkKind.WRONG,
    text="Den sänks.",
    made_at=AT,
    withdrawn_at=None,
    answers=(AnswerPart(Author.STAFF, "S1", Outcome.CORRECTED, "Rättat.", 2, AT),),
)

APPLICATION = ApplicationRecord(
    id="A1",
    person_id="P1",
    case_id="C0",
    application_kind=ApplicationKind.MONTHLY,
    period="2026-12",
    state=HandedIn.SUBMITTED,
    receipt_no="K-1",
    submitted_at=AT,
    changed_at=AT,
    definition=1,
    attestation=1,
    digest="ab" * 32,
    parties=(PartyPart(Party.APPLICANT, "P1", "198511292388", "Mariam", "Sandell", AT, 3, "s1", "sv"),),
    answers=(applications.AnswerPart(Party.APPLICANT, "incomes", "amount", "r1", "Belopp", "1200.50", "1 200,50"),),
    papers=(PaperPart(Party.APPLICANT, "rent", FilePart("hyra.pdf", "application/pdf", 7, "cd" * 32)),),
)
SUPPLEMENT = SupplementRecord("U1", "A1", "P1", "C0", "K-2", AT, "Här är hyresavin.", ())
STATUS = ApplicationStatusRecord("T1", "A1", "P1", "C0", Handling.COMPLETION_ASKED, None, "Skicka hyresavin.", AT)
PERIOD = AssistancePeriodRecord("E1", "P1", "2026-11", PeriodState.DECIDED, False, True)


def make_store(url: str) -> None:
    """Make a store that holds the first case."""
    create_store(url)
    engine = store_engine(url, 10)
    with engine.begin() as connection:
        values = {**FIRST_CASE.to_payload(), "version": 1, "deleted": False}
        connection.execute(insert(OBJECTS[Kind.CASE]).values(values))
    engine.dispose()


def message(number: int = 1, **changes: Any) -> CaseMessage:
    values = {
        "id": f"m{number}",
        "thread_id": "t1",
        "case_id": "C0",
        "person_id": "P1",
        "author": Author.CLIENT,
        "author_id": "P1",
        "subject": "Fråga",
        "body": f"Text {number}",
        "sent_at": AT,
        "in_reply_to": None,
    }
    return CaseMessage(**{**values, **changes})
