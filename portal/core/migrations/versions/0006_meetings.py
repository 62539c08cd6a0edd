"""meetings: kinds, places, hours, bookings with their claimed times, proposals, feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting_place",
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("access_note", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_place_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_place")),
    )
    op.create_index(op.f("ix_meeting_place_unit_id"), "meeting_place", ["unit_id"], unique=False)
    op.create_table(
        "meeting_type",
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "first",
                "follow_up",
                "home_visit",
                "sip",
                "child_talk",
                "network",
                "other",
                name="typekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("interpreter_percent", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("ahead_days", sa.Integer(), nullable=False),
        sa.Column("client_bookable", sa.Boolean(), nullable=False),
        sa.Column("hidden_from_guardians", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_type_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_type")),
    )
    op.create_index(op.f("ix_meeting_type_unit_id"), "meeting_type", ["unit_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("detailed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id_person")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_calendar_feed_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("person_id", name=op.f("uq_calendar_feed_person_id")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_calendar_feed_secret_digest")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_calendar_feed_staff_id")),
    )
    op.create_table(
        "meeting",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("booked", "cancelled", "attended", "no_show", name="meetingstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("hidden_from_guardians", sa.Boolean(), nullable=False),
        sa.Column("room", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_no", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "origin", sa.Enum("portal", "backoffice", name="origin", native_enum=False, length=32), nullable=False
        ),
        sa.Column("booked_by", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum("pending", "delivered", "stuck", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conflict", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("visit", "phone", "video", "home", "other", name="form", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("place_text", sa.LargeBinary(), nullable=False),
        sa.Column("interpreter", sa.LargeBinary(), nullable=False),
        sa.Column("interpreter_wish", sa.LargeBinary(), nullable=False),
        sa.Column("support", sa.LargeBinary(), nullable=False),
        sa.Column("needs", sa.LargeBinary(), nullable=False),
        sa.Column("agenda", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_meeting_case_id_case")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_message.id"], name=op.f("fk_meeting_outbox_id_outbox_message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_person_id_person")),
        sa.ForeignKeyConstraint(["place_id"], ["meeting_place.id"], name=op.f("fk_meeting_place_id_meeting_place")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_staff_id_staff_member")),
        sa.ForeignKeyConstraint(["type_id"], ["meeting_type.id"], name=op.f("fk_meeting_type_id_meeting_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("person_id", "submission", name=op.f("uq_meeting_person_id")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_meeting_receipt_no")),
    )
    op.create_index(op.f("ix_meeting_case_id"), "meeting", ["case_id"], unique=False)
    op.create_index(op.f("ix_meeting_outbox_id"), "meeting", ["outbox_id"], unique=False)
    op.create_index("ix_meeting_person_id_starts_at", "meeting", ["person_id", "starts_at"], unique=False)
    op.create_index("ix_meeting_staff_id_starts_at", "meeting", ["staff_id", "starts_at"], unique=False)
    op.create_table(
        "meeting_busy_source",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_busy_source_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_busy_source")),
    )
    op.create_index(op.f("ix_meeting_busy_source_staff_id"), "meeting_busy_source", ["staff_id"], unique=False)
    op.create_table(
        "meeting_exception",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("type_ids", sa.JSON(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_exception_order")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["meeting_place.id"], name=op.f("fk_meeting_exception_place_id_meeting_place")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_exception_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_exception")),
    )
    op.create_index("ix_meeting_exception_staff_id_ends_at", "meeting_exception", ["staff_id", "ends_at"], unique=False)
    op.create_table(
        "meeting_weekly_rule",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("to_minute", sa.Integer(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("type_ids", sa.JSON(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "0 <= from_minute AND from_minute < to_minute AND to_minute <= 1440",
            name=op.f("ck_meeting_weekly_rule_hours"),
        ),
        sa.CheckConstraint("step_minutes >= 5", name=op.f("ck_meeting_weekly_rule_step")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_meeting_weekly_rule_weekday")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["meeting_place.id"], name=op.f("fk_meeting_weekly_rule_place_id_meeting_place")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_weekly_rule_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_weekly_rule")),
    )
    op.create_index(op.f("ix_meeting_weekly_rule_staff_id"), "meeting_weekly_rule", ["staff_id"], unique=False)
    op.create_table(
        "staff_calendar",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.Column("intake", sa.Boolean(), nullable=False),
        sa.Column("calls_from", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_staff_calendar_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_calendar")),
    )
    op.create_index(op.f("ix_staff_calendar_intake"), "staff_calendar", ["intake"], unique=False)
    op.create_table(
        "meeting_busy_time",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_busy_time_order")),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["meeting_busy_source.id"],
            name=op.f("fk_meeting_busy_time_source_id_meeting_busy_source"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_busy_time_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_busy_time")),
        sa.UniqueConstraint("external_id", name=op.f("uq_meeting_busy_time_external_id")),
    )
    op.create_index(op.f("ix_meeting_busy_time_source_id"), "meeting_busy_time", ["source_id"], unique=False)
    op.create_index("ix_meeting_busy_time_staff_id_ends_at", "meeting_busy_time", ["staff_id", "ends_at"], unique=False)
    op.create_table(
        "meeting_draft",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("moves_id", sa.Uuid(), nullable=True),
        sa.Column("held_staff_id", sa.Uuid(), nullable=True),
        sa.Column("held_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("visit", "phone", "video", "home", "other", name="form", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("place_text", sa.LargeBinary(), nullable=False),
        sa.Column("interpreter", sa.LargeBinary(), nullable=False),
        sa.Column("interpreter_wish", sa.LargeBinary(), nullable=False),
        sa.Column("support", sa.LargeBinary(), nullable=False),
        sa.Column("needs", sa.LargeBinary(), nullable=False),
        sa.Column("agenda", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_meeting_draft_case_id_case")),
        sa.ForeignKeyConstraint(
            ["held_staff_id"], ["staff_member.id"], name=op.f("fk_meeting_draft_held_staff_id_staff_member")
        ),
        sa.ForeignKeyConstraint(["moves_id"], ["meeting.id"], name=op.f("fk_meeting_draft_moves_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_draft_person_id_person")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["meeting_place.id"], name=op.f("fk_meeting_draft_place_id_meeting_place")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_draft_staff_id_staff_member")),
        sa.ForeignKeyConstraint(["type_id"], ["meeting_type.id"], name=op.f("fk_meeting_draft_type_id_meeting_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_draft")),
    )
    op.create_index(op.f("ix_meeting_draft_created_at"), "meeting_draft", ["created_at"], unique=False)
    op.create_index(op.f("ix_meeting_draft_person_id"), "meeting_draft", ["person_id"], unique=False)
    op.create_table(
        "meeting_event",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "booked",
                "moved",
                "changed",
                "cancelled",
                "attended",
                "no_show",
                "covered",
                name="eventkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("side", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("old_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_event_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_event_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_event")),
    )
    op.create_index(op.f("ix_meeting_event_meeting_id"), "meeting_event", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_proposal",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("begun_by", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "with_staff",
                "with_client",
                "accepted",
                "declined",
                "withdrawn",
                "expired",
                name="proposalstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moves_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("hidden_from_guardians", sa.Boolean(), nullable=False),
        sa.Column("receipt_no", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum("pending", "delivered", "stuck", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_meeting_proposal_case_id_case")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_proposal_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["moves_id"], ["meeting.id"], name=op.f("fk_meeting_proposal_moves_id_meeting")),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox_message.id"],
            name=op.f("fk_meeting_proposal_outbox_id_outbox_message"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_proposal_person_id_person")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_proposal_staff_id_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["type_id"], ["meeting_type.id"], name=op.f("fk_meeting_proposal_type_id_meeting_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_proposal")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_meeting_proposal_receipt_no")),
    )
    op.create_index(op.f("ix_meeting_proposal_case_id"), "meeting_proposal", ["case_id"], unique=False)
    op.create_index(op.f("ix_meeting_proposal_outbox_id"), "meeting_proposal", ["outbox_id"], unique=False)
    op.create_index("ix_meeting_proposal_person_id_state", "meeting_proposal", ["person_id", "state"], unique=False)
    op.create_index("ix_meeting_proposal_staff_id_state", "meeting_proposal", ["staff_id", "state"], unique=False)
    op.create_index("ix_meeting_proposal_state_expires_at", "meeting_proposal", ["state", "expires_at"], unique=False)
    op.create_table(
        "meeting_claim",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(meeting_id IS NULL) <> (draft_id IS NULL)", name=op.f("ck_meeting_claim_one_owner")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["meeting_draft.id"], name=op.f("fk_meeting_claim_draft_id_meeting_draft"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_claim_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_claim_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("staff_id", "at", name=op.f("pk_meeting_claim")),
    )
    op.create_index(op.f("ix_meeting_claim_draft_id"), "meeting_claim", ["draft_id"], unique=False)
    op.create_index("ix_meeting_claim_lapses_at", "meeting_claim", ["lapses_at"], unique=False)
    op.create_index(op.f("ix_meeting_claim_meeting_id"), "meeting_claim", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_proposal_turn",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "propose",
                "invite",
                "counter",
                "accept",
                "decline",
                "withdraw",
                name="turnkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("side", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("place_text", sa.LargeBinary(), nullable=False),
        sa.Column("interpreter", sa.LargeBinary(), nullable=False),
        sa.Column("interpreter_wish", sa.LargeBinary(), nullable=False),
        sa.Column("participants", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["meeting_place.id"], name=op.f("fk_meeting_proposal_turn_place_id_meeting_place")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["meeting_proposal.id"], name=op.f("fk_meeting_proposal_turn_proposal_id_meeting_proposal")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_meeting_proposal_turn_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_proposal_turn")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_meeting_proposal_turn_proposal_id")),
        sa.UniqueConstraint("proposal_id", "submission", name="uq_meeting_proposal_turn_submission"),
    )
    op.create_table(
        "meeting_proposal_window",
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_proposal_window_order")),
        sa.ForeignKeyConstraint(
            ["turn_id"],
            ["meeting_proposal_turn.id"],
            name=op.f("fk_meeting_proposal_window_turn_id_meeting_proposal_turn"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_proposal_window")),
    )
    op.create_index(op.f("ix_meeting_proposal_window_turn_id"), "meeting_proposal_window", ["turn_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_proposal_window_turn_id"), table_name="meeting_proposal_window")
    op.drop_table("meeting_proposal_window")
    op.drop_table("meeting_proposal_turn")
    op.drop_index(op.f("ix_meeting_claim_meeting_id"), table_name="meeting_claim")
    op.drop_index("ix_meeting_claim_lapses_at", table_name="meeting_claim")
    op.drop_index(op.f("ix_meeting_claim_draft_id"), table_name="meeting_claim")
    op.drop_table("meeting_claim")
    op.drop_index("ix_meeting_proposal_state_expires_at", table_name="meeting_proposal")
    op.drop_index("ix_meeting_proposal_staff_id_state", table_name="meeting_proposal")
    op.drop_index("ix_meeting_proposal_person_id_state", table_name="meeting_proposal")
    op.drop_index(op.f("ix_meeting_proposal_outbox_id"), table_name="meeting_proposal")
    op.drop_index(op.f("ix_meeting_proposal_case_id"), table_name="meeting_proposal")
    op.drop_table("meeting_proposal")
    op.drop_index(op.f("ix_meeting_event_meeting_id"), table_name="meeting_event")
    op.drop_table("meeting_event")
    op.drop_index(op.f("ix_meeting_draft_person_id"), table_name="meeting_draft")
    op.drop_index(op.f("ix_meeting_draft_created_at"), table_name="meeting_draft")
    op.drop_table("meeting_draft")
    op.drop_index("ix_meeting_busy_time_staff_id_ends_at", table_name="meeting_busy_time")
    op.drop_index(op.f("ix_meeting_busy_time_source_id"), table_name="meeting_busy_time")
    op.drop_table("meeting_busy_time")
    op.drop_index(op.f("ix_staff_calendar_intake"), table_name="staff_calendar")
    op.drop_table("staff_calendar")
    op.drop_index(op.f("ix_meeting_weekly_rule_staff_id"), table_name="meeting_weekly_rule")
    op.drop_table("meeting_weekly_rule")
    op.drop_index("ix_meeting_exception_staff_id_ends_at", table_name="meeting_exception")
    op.drop_table("meeting_exception")
    op.drop_index(op.f("ix_meeting_busy_source_staff_id"), table_name="meeting_busy_source")
    op.drop_table("meeting_busy_source")
    op.drop_index("ix_meeting_staff_id_starts_at", table_name="meeting")
    op.drop_index("ix_meeting_person_id_starts_at", table_name="meeting")
    op.drop_index(op.f("ix_meeting_outbox_id"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_case_id"), table_name="meeting")
    op.drop_table("meeting")
    op.drop_table("calendar_feed")
    op.drop_index(op.f("ix_meeting_type_unit_id"), table_name="meeting_type")
    op.drop_table("meeting_type")
    op.drop_index(op.f("ix_meeting_place_unit_id"), table_name="meeting_place")
    op.drop_table("meeting_place")
