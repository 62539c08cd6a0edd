"""Tables of the `sql` adapter's store. It stands for the vendor's own database: we neither encrypt nor migrate it."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
)

from portal.sync.contract import Kind

STORE = MetaData()


def _text(*names: str, nullable: bool = False) -> list[Column[str]]:
    return [Column(name, String, nullable=nullable) for name in names]


def _object(name: str, *columns: Column[Any]) -> Table:
    return Table(
        name,
        STORE,
        Column("id", String, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("deleted", Boolean, nullable=False),
        *columns,
    )


# The columns bear the names of the contract's fields; instants and codes are text, as they stand in payloads.
OBJECTS: dict[Kind, Table] = {
    Kind.PERSON: _object(
        "bo_person",
        *_text("identity_number", nullable=True),
        *_text("given_name", "surname"),
        *_text("protection", nullable=True),
    ),
    Kind.STAFF: _object(
        "bo_staff",
        *_text("subject", "name", "role", "phone"),
        *_text("unit_id", nullable=True),
        Column("active", Boolean, nullable=False),
    ),
    Kind.BOARD: _object("bo_board", *_text("code", "name")),
    Kind.UNIT: _object("bo_unit", *_text("board_id", "name")),
    Kind.CASE: _object(
        "bo_case", *_text("person_id", "board_id", "title", "state", "opened_at"), *_text("unit_id", nullable=True)
    ),
    Kind.CASE_ASSIGNMENT: _object(
        "bo_case_assignment",
        *_text("case_id", "staff_id", "since"),
        *_text("until", nullable=True),
        Column("named", Boolean, nullable=False),
    ),
    Kind.CASE_MESSAGE: _object(
        "bo_case_message",
        *_text("thread_id", "case_id", "person_id", "author", "author_id", "subject", "body", "sent_at"),
        *_text("in_reply_to", nullable=True),
    ),
    Kind.MEETING: _object(
        "bo_meeting",
        *_text(
            "person_id", "staff_id", "type", "form", "place", "starts_at", "ends_at", "state", "reason", "changed_at"
        ),
        *_text("interpreter", "interpreter_wish", "support", "needs", "agenda"),
        *_text("case_id", nullable=True),
        Column("revision", Integer, nullable=False),
        Column("hidden_from_guardians", Boolean, nullable=False),
    ),
    Kind.MEETING_PROPOSAL: _object(
        "bo_meeting_proposal",
        *_text("case_id", "person_id", "staff_id", "type", "state"),
        *_text("meeting_id", nullable=True),
        Column("turns", JSON, nullable=False),
    ),
    Kind.BUSY_TIME: _object("bo_busy_time", *_text("staff_id", "starts_at", "ends_at")),
    Kind.NOTE: _object(
        "bo_note",
        *_text("case_id", "person_id", "author_id", "type", "title", "event_at", "reason", "written_at", "locked_at"),
        *_text("status"),
        *_text("released_by", "visible_from", "file", nullable=True),
        Column("child_sensitive", Boolean, nullable=False),
        Column("for_guardians", Boolean, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("passages", JSON, nullable=False),
    ),
    Kind.REMARK: _object(
        "bo_remark",
        *_text("note_id", "passage", "case_id", "person_id", "author_id", "says", "text", "made_at"),
        *_text("passage_id", "withdrawn_at", nullable=True),
        Column("revision", Integer, nullable=False),
        Column("answers", JSON, nullable=False),
        Column("files", JSON, nullable=False, default=list),
    ),
    Kind.APPLICATION: _object(
        "bo_application",
        *_text("person_id", "application_kind", "period", "state", "receipt_no", "submitted_at", "changed_at"),
        *_text("digest"),
        *_text("case_id", nullable=True),
        Column("definition", Integer, nullable=False),
        Column("attestation", Integer, nullable=False),
        *(Column(name, JSON, nullable=False) for name in ("parties", "answers", "papers")),
    ),
    Kind.APPLICATION_SUPPLEMENT: _object(
        "bo_application_supplement",
        *_text("application_id", "person_id", "receipt_no", "sent_at", "text"),
        *_text("case_id", nullable=True),
        Column("files", JSON, nullable=False),
    ),
    Kind.APPLICATION_STATUS: _object(
        "bo_application_status",
        *_text("application_id", "person_id", "handling", "text", "at"),
        *_text("case_id", "outcome", nullable=True),
    ),
    Kind.ASSISTANCE_PERIOD: _object(
        "bo_assistance_period",
        *_text("person_id", "period", "state"),
        Column("cohabiting", Boolean, nullable=False),
        Column("granted", Boolean),
    ),
}

# A counter's row lock is held until commit: positions come in the order of the commits, so that a reader of the feed
# never passes over a change that is committed late (a sequence would give its number out earlier).
COUNTER = Table(
    "bo_counter", STORE, Column("name", String, primary_key=True), Column("value", BigInteger, nullable=False)
)

CHANGE = Table(
    "bo_change",
    STORE,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("source_id", String, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("person", String),
    Column("payload", JSON, nullable=False),
    Column("deleted", Boolean, nullable=False),
)

DELIVERY = Table(
    "bo_delivery",
    STORE,
    Column("message_id", Uuid, primary_key=True),
    Column("position", BigInteger, nullable=False, unique=True),
    Column("number", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("lane", Uuid, nullable=False),
    Column("object_id", String, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Index("ix_bo_delivery_lane_position", "lane", "position"),
)

FILE = Table(
    "bo_file",
    STORE,
    Column("checksum", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Which files a message brought: what belongs to it, told apart from what was put and never named.
DELIVERED_FILE = Table(
    "bo_delivered_file",
    STORE,
    Column("message_id", Uuid, ForeignKey("bo_delivery.message_id"), primary_key=True),
    Column("checksum", String(64), ForeignKey("bo_file.checksum"), primary_key=True),
)
