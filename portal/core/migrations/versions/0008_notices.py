"""notices: addresses, codes to prove them, choices, the queue, and since when a protection holds."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_code",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_code_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_code")),
    )
    op.create_index("ix_contact_code_person_id_created_at", "contact_code", ["person_id", "created_at"], unique=False)
    op.create_index(
        "ix_contact_code_value_index_created_at", "contact_code", ["value_index", "created_at"], unique=False
    )
    op.create_table(
        "contact_point",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_point_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
        sa.UniqueConstraint("person_id", "channel", name=op.f("uq_contact_point_person_id")),
    )
    op.create_table(
        "notice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("news", "reminder", "code", "changed", name="noticekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=32), nullable=True),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "sending", "sent", "failed", "cancelled", name="noticestate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index(
        "ix_notice_open",
        "notice",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(
        "ix_notice_person_id_kind_open",
        "notice",
        ["person_id", "kind"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index("ix_notice_state_settled_at", "notice", ["state", "settled_at"], unique=False)
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=32), nullable=True),
        sa.Column(
            "reminder",
            sa.Enum("none", "two_hours", "one_day", name="reminder", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_choice")),
    )
    # A constant, for SQLite takes no other; nobody has chosen a channel before this migration.
    op.add_column(
        "person",
        sa.Column(
            "protection_since", sa.DateTime(timezone=True), nullable=False, server_default="2026-11-26 00:00:00.000000"
        ),
    )


def downgrade() -> None:
    op.drop_column("person", "protection_since")
    op.drop_table("notice_choice")
    op.drop_index("ix_notice_state_settled_at", table_name="notice")
    op.drop_index(
        "ix_notice_person_id_kind_open",
        table_name="notice",
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.drop_index(
        "ix_notice_open",
        table_name="notice",
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.drop_table("notice")
    op.drop_table("contact_point")
    op.drop_index("ix_contact_code_value_index_created_at", table_name="contact_code")
    op.drop_index("ix_contact_code_person_id_created_at", table_name="contact_code")
    op.drop_table("contact_code")
