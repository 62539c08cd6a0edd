"""foundation."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The logs are append-only: the databases themselves refuse to change or delete a row (SoLPuL 10 §).
APPEND_ONLY = ("audit_entry", "access_entry")


def _protect(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    op.create_table(
        "access_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entry")),
    )
    op.create_index(op.f("ix_access_entry_staff_id"), "access_entry", ["staff_id"], unique=False)
    op.create_index("ix_access_entry_subject_at", "access_entry", ["subject_id", "at"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_action_at", "audit_entry", ["action", "at"], unique=False)
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject_id"), "audit_entry", ["subject_id"], unique=False)
    op.create_table(
        "board",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("code", name=op.f("uq_board_code")),
    )
    op.create_table(
        "external_link",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("external_id", sa.LargeBinary(), nullable=False),
        sa.Column("local_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_link")),
        sa.UniqueConstraint("system", "kind", "external_index", name=op.f("uq_external_link_system")),
    )
    op.create_index("ix_external_link_local", "external_link", ["kind", "local_id"], unique=False)
    op.create_table(
        "inbox_change",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("external_id", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "pending",
                "failed",
                "waiting",
                "applied",
                "warned",
                "ignored",
                "superseded",
                name="outcome",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_change")),
        sa.UniqueConstraint("source", "kind", "external_index", "version", name=op.f("uq_inbox_change_source")),
    )
    op.create_index(
        "ix_inbox_change_open",
        "inbox_change",
        ["position"],
        unique=False,
        sqlite_where=sa.text("outcome IN ('pending', 'failed', 'waiting')"),
        postgresql_where=sa.text("outcome IN ('pending', 'failed', 'waiting')"),
    )
    op.create_table(
        "inbox_cursor",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_inbox_cursor")),
    )
    op.create_table(
        "person",
        sa.Column("identity_number", sa.LargeBinary(), nullable=True),
        sa.Column("identity_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("given_name", sa.LargeBinary(), nullable=False),
        sa.Column("surname", sa.LargeBinary(), nullable=False),
        sa.Column(
            "protection",
            sa.Enum("none", "secrecy", "registration", "unknown", name="protection", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("identity_index", name=op.f("uq_person_identity_index")),
    )
    op.create_table(
        "seen_assertion",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_seen_assertion")),
    )
    op.create_index(op.f("ix_seen_assertion_expires_at"), "seen_assertion", ["expires_at"], unique=False)
    op.create_table(
        "sign_in_request",
        sa.Column("cookie_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("side", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("force_authn", sa.Boolean(), nullable=False),
        sa.Column("return_to", sa.String(), nullable=True),
        sa.Column("former_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_request")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_sign_in_request_cookie_hash")),
        sa.UniqueConstraint("request_id", name=op.f("uq_sign_in_request_request_id")),
    )
    op.create_index(op.f("ix_sign_in_request_expires_at"), "sign_in_request", ["expires_at"], unique=False)
    op.create_table(
        "sign_out_request",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("side", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_out_request")),
        sa.UniqueConstraint("request_id", name=op.f("uq_sign_out_request_request_id")),
    )
    op.create_index(op.f("ix_sign_out_request_expires_at"), "sign_out_request", ["expires_at"], unique=False)
    op.create_table(
        "worker_beat",
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_beat")),
    )
    op.create_table(
        "outbox_lane",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outbox_lane_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_outbox_lane")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("lane_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("pending", "sending", "delivered", "stuck", name="messagestate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_before", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("receipt_no", sa.String(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["lane_id"], ["person.id"], name=op.f("fk_outbox_message_lane_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("lane_id", "seq", name=op.f("uq_outbox_message_lane_id")),
    )
    op.create_index(
        "ix_outbox_message_open",
        "outbox_message",
        ["lane_id", "seq"],
        unique=False,
        sqlite_where=sa.text("state <> 'delivered'"),
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.create_table(
        "unit",
        sa.Column("board_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_unit_board_id_board")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_board_id"), "unit", ["board_id"], unique=False)
    op.create_table(
        "case",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("board_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Enum("open", "closed", name="casestate", native_enum=False, length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_case_board_id_board")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
    )
    op.create_index(op.f("ix_case_board_id"), "case", ["board_id"], unique=False)
    op.create_index(op.f("ix_case_person_id"), "case", ["person_id"], unique=False)
    op.create_index(op.f("ix_case_unit_id"), "case", ["unit_id"], unique=False)
    op.create_table(
        "staff_member",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("caseworker", "team_leader", "manager", name="role", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_staff_member_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
        sa.UniqueConstraint("subject", name=op.f("uq_staff_member_subject")),
    )
    op.create_index(op.f("ix_staff_member_unit_id"), "staff_member", ["unit_id"], unique=False)
    op.create_table(
        "case_assignment",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_assignment_case_id_case")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_case_assignment_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_assignment")),
        sa.UniqueConstraint("case_id", "staff_id", name=op.f("uq_case_assignment_case_id")),
    )
    op.create_index(op.f("ix_case_assignment_case_id"), "case_assignment", ["case_id"], unique=False)
    op.create_index("ix_case_assignment_staff_until", "case_assignment", ["staff_id", "until"], unique=False)
    op.create_table(
        "message_thread",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_client_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_staff_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_read_by", sa.Uuid(), nullable=True),
        sa.Column("unanswered_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_message_thread_case_id_case")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_thread_person_id_person")),
        sa.ForeignKeyConstraint(
            ["staff_read_by"], ["staff_member.id"], name=op.f("fk_message_thread_staff_read_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_thread")),
        sa.UniqueConstraint("case_id", name=op.f("uq_message_thread_case_id")),
    )
    op.create_index(op.f("ix_message_thread_person_id"), "message_thread", ["person_id"], unique=False)
    op.create_index(op.f("ix_message_thread_unanswered_since"), "message_thread", ["unanswered_since"], unique=False)
    op.create_table(
        "signed_in_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("side", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("name_id", sa.LargeBinary(), nullable=False),
        sa.Column("name_id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_index", sa.LargeBinary(), nullable=True),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "logged_out",
                "left",
                "ended_by_owner",
                "provider",
                "replaced",
                name="endreason",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("kept_form_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signed_in_session_person_id_person")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_signed_in_session_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signed_in_session_token_hash")),
    )
    op.create_index(op.f("ix_signed_in_session_name_id_digest"), "signed_in_session", ["name_id_digest"], unique=False)
    op.create_index("ix_signed_in_session_person", "signed_in_session", ["person_id", "ended_at"], unique=False)
    op.create_index("ix_signed_in_session_staff", "signed_in_session", ["staff_id", "ended_at"], unique=False)
    op.create_table(
        "kept_form",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["signed_in_session.id"], name=op.f("fk_kept_form_session_id_signed_in_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
    )
    op.create_index(op.f("ix_kept_form_expires_at"), "kept_form", ["expires_at"], unique=False)
    op.create_index(op.f("ix_kept_form_owner_id"), "kept_form", ["owner_id"], unique=False)
    op.create_index(op.f("ix_kept_form_session_id"), "kept_form", ["session_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column("author_person_id", sa.Uuid(), nullable=True),
        sa.Column("author_staff_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_no", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column(
            "origin", sa.Enum("portal", "backoffice", name="origin", native_enum=False, length=32), nullable=False
        ),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum("pending", "delivered", "stuck", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("author_person_id IS NULL OR author_staff_id IS NULL", name=op.f("ck_message_one_author")),
        sa.ForeignKeyConstraint(["author_person_id"], ["person.id"], name=op.f("fk_message_author_person_id_person")),
        sa.ForeignKeyConstraint(
            ["author_staff_id"], ["staff_member.id"], name=op.f("fk_message_author_staff_id_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_message.id"], name=op.f("fk_message_outbox_id_outbox_message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["message_thread.id"], name=op.f("fk_message_thread_id_message_thread")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("author_person_id", "thread_id", "submission", name=op.f("uq_message_author_person_id")),
        sa.UniqueConstraint("author_staff_id", "thread_id", "submission", name=op.f("uq_message_author_staff_id")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_message_outbox_id")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_message_receipt_no")),
    )
    op.create_index("ix_message_delivery", "message", ["delivery"], unique=False)
    op.create_index("ix_message_thread_id_id", "message", ["thread_id", "id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        _protect(table)


def downgrade() -> None:
    op.drop_index("ix_message_thread_id_id", table_name="message")
    op.drop_index("ix_message_delivery", table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_kept_form_session_id"), table_name="kept_form")
    op.drop_index(op.f("ix_kept_form_owner_id"), table_name="kept_form")
    op.drop_index(op.f("ix_kept_form_expires_at"), table_name="kept_form")
    op.drop_table("kept_form")
    op.drop_index("ix_signed_in_session_staff", table_name="signed_in_session")
    op.drop_index("ix_signed_in_session_person", table_name="signed_in_session")
    op.drop_index(op.f("ix_signed_in_session_name_id_digest"), table_name="signed_in_session")
    op.drop_table("signed_in_session")
    op.drop_index(op.f("ix_message_thread_unanswered_since"), table_name="message_thread")
    op.drop_index(op.f("ix_message_thread_person_id"), table_name="message_thread")
    op.drop_table("message_thread")
    op.drop_index("ix_case_assignment_staff_until", table_name="case_assignment")
    op.drop_index(op.f("ix_case_assignment_case_id"), table_name="case_assignment")
    op.drop_table("case_assignment")
    op.drop_index(op.f("ix_staff_member_unit_id"), table_name="staff_member")
    op.drop_table("staff_member")
    op.drop_index(op.f("ix_case_unit_id"), table_name="case")
    op.drop_index(op.f("ix_case_person_id"), table_name="case")
    op.drop_index(op.f("ix_case_board_id"), table_name="case")
    op.drop_table("case")
    op.drop_index(op.f("ix_unit_board_id"), table_name="unit")
    op.drop_table("unit")
    op.drop_index(
        "ix_outbox_message_open",
        table_name="outbox_message",
        sqlite_where=sa.text("state <> 'delivered'"),
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.drop_table("outbox_message")
    op.drop_table("outbox_lane")
    op.drop_table("worker_beat")
    op.drop_index(op.f("ix_sign_out_request_expires_at"), table_name="sign_out_request")
    op.drop_table("sign_out_request")
    op.drop_index(op.f("ix_sign_in_request_expires_at"), table_name="sign_in_request")
    op.drop_table("sign_in_request")
    op.drop_index(op.f("ix_seen_assertion_expires_at"), table_name="seen_assertion")
    op.drop_table("seen_assertion")
    op.drop_table("person")
    op.drop_table("inbox_cursor")
    op.drop_index(
        "ix_inbox_change_open",
        table_name="inbox_change",
        sqlite_where=sa.text("outcome IN ('pending', 'failed', 'waiting')"),
        postgresql_where=sa.text("outcome IN ('pending', 'failed', 'waiting')"),
    )
    op.drop_table("inbox_change")
    op.drop_index("ix_external_link_local", table_name="external_link")
    op.drop_table("external_link")
    op.drop_table("board")
    op.drop_index(op.f("ix_audit_entry_subject_id"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_index("ix_audit_entry_action_at", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index("ix_access_entry_subject_at", table_name="access_entry")
    op.drop_index(op.f("ix_access_entry_staff_id"), table_name="access_entry")
    op.drop_table("access_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
