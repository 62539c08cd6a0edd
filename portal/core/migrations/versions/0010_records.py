"""records: documentation with its versions, releases, readings and remarks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_record",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "visit",
                "home_visit",
                "phone",
                "note",
                "received",
                "message",
                "other",
                "plan",
                "inquiry",
                "decision",
                name="notetype",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("child_sensitive", sa.Boolean(), nullable=False),
        sa.Column(
            "origin", sa.Enum("portal", "backoffice", name="origin", native_enum=False, length=32), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum("pending", "delivered", "stuck", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_record_case_id_case")),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox_message.id"],
            name=op.f("fk_case_record_outbox_id_outbox_message"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_record_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record")),
    )
    op.create_index(op.f("ix_case_record_case_id"), "case_record", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_record_outbox_id"), "case_record", ["outbox_id"], unique=False)
    op.create_index("ix_case_record_person_id_event_at", "case_record", ["person_id", "event_at", "id"], unique=False)
    op.create_table(
        "case_record_version",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("working", "locked", "released", "withdrawn", name="versionstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff_member.id"], name=op.f("fk_case_record_version_author_id_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["case_record.id"], name=op.f("fk_case_record_version_record_id_case_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record_version")),
        sa.UniqueConstraint("record_id", "number", name=op.f("uq_case_record_version_record_id")),
    )
    op.create_index(op.f("ix_case_record_version_author_id"), "case_record_version", ["author_id"], unique=False)
    op.create_table(
        "remark_draft",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("spot", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "right",
                "wrong",
                "missing",
                "disagree",
                "not_understood",
                name="remarkkind",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remark_draft_person_id_person")),
        sa.ForeignKeyConstraint(["record_id"], ["case_record.id"], name=op.f("fk_remark_draft_record_id_case_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_draft")),
        sa.UniqueConstraint("person_id", "record_id", "spot", name=op.f("uq_remark_draft_person_id")),
    )
    op.create_table(
        "case_record_passage",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["case_record_version.id"],
            name=op.f("fk_case_record_passage_version_id_case_record_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record_passage")),
        sa.UniqueConstraint("passage_id", "version_id", name=op.f("uq_case_record_passage_passage_id")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_case_record_passage_version_id")),
    )
    op.create_table(
        "case_record_reading",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_record_reading_person_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["case_record_version.id"],
            name=op.f("fk_case_record_reading_version_id_case_record_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record_reading")),
        sa.UniqueConstraint("person_id", "version_id", name=op.f("uq_case_record_reading_person_id")),
    )
    op.create_index(op.f("ix_case_record_reading_version_id"), "case_record_reading", ["version_id"], unique=False)
    op.create_table(
        "case_record_release",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("visible_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("for_guardians", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["case_record.id"], name=op.f("fk_case_record_release_record_id_case_record")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["staff_member.id"], name=op.f("fk_case_record_release_released_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["case_record_version.id"],
            name=op.f("fk_case_record_release_version_id_case_record_version"),
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["staff_member.id"], name=op.f("fk_case_record_release_withdrawn_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record_release")),
    )
    op.create_index(
        "ix_case_record_release_active",
        "case_record_release",
        ["version_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(op.f("ix_case_record_release_record_id"), "case_record_release", ["record_id"], unique=False)
    op.create_index(op.f("ix_case_record_release_version_id"), "case_record_release", ["version_id"], unique=False)
    op.create_table(
        "remark",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "right",
                "wrong",
                "missing",
                "disagree",
                "not_understood",
                name="remarkkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("agreed", "open", "answered", "withdrawn", name="remarkstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_no", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum("pending", "delivered", "stuck", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_message.id"], name=op.f("fk_remark_outbox_id_outbox_message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remark_person_id_person")),
        sa.ForeignKeyConstraint(["record_id"], ["case_record.id"], name=op.f("fk_remark_record_id_case_record")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["case_record_version.id"], name=op.f("fk_remark_version_id_case_record_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_remark_receipt_no")),
        sa.UniqueConstraint("record_id", "person_id", "submission", name=op.f("uq_remark_record_id")),
    )
    op.create_index(op.f("ix_remark_outbox_id"), "remark", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_remark_person_id"), "remark", ["person_id"], unique=False)
    op.create_index("ix_remark_state_due_on", "remark", ["state", "due_on"], unique=False)
    op.create_index(op.f("ix_remark_version_id"), "remark", ["version_id"], unique=False)
    op.create_table(
        "case_record_mask",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "other_person",
                "reporter",
                "paramount",
                "whereabouts",
                "address",
                "child",
                name="ground",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["case_record_release.id"], name=op.f("fk_case_record_mask_release_id_case_record_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record_mask")),
        sa.UniqueConstraint("release_id", "passage_id", name=op.f("uq_case_record_mask_release_id")),
    )
    op.create_table(
        "remark_turn",
        sa.Column("remark_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.Enum("client", "staff", name="side", native_enum=False, length=32), nullable=False),
        sa.Column("author_person_id", sa.Uuid(), nullable=True),
        sa.Column("author_staff_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("corrected", "noted", "explained", "not_changed", name="outcome", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "author_person_id IS NULL OR author_staff_id IS NULL", name=op.f("ck_remark_turn_one_author")
        ),
        sa.ForeignKeyConstraint(
            ["author_person_id"], ["person.id"], name=op.f("fk_remark_turn_author_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["author_staff_id"], ["staff_member.id"], name=op.f("fk_remark_turn_author_staff_id_staff_member")
        ),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_remark_turn_remark_id_remark")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["case_record_version.id"], name=op.f("fk_remark_turn_version_id_case_record_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_turn")),
        sa.UniqueConstraint(
            "author_person_id", "remark_id", "submission", name=op.f("uq_remark_turn_author_person_id")
        ),
        sa.UniqueConstraint("author_staff_id", "remark_id", "submission", name=op.f("uq_remark_turn_author_staff_id")),
        sa.UniqueConstraint("remark_id", "number", name=op.f("uq_remark_turn_remark_id")),
    )


def downgrade() -> None:
    op.drop_table("remark_turn")
    op.drop_table("case_record_mask")
    op.drop_index(op.f("ix_remark_version_id"), table_name="remark")
    op.drop_index("ix_remark_state_due_on", table_name="remark")
    op.drop_index(op.f("ix_remark_person_id"), table_name="remark")
    op.drop_index(op.f("ix_remark_outbox_id"), table_name="remark")
    op.drop_table("remark")
    op.drop_index(op.f("ix_case_record_release_version_id"), table_name="case_record_release")
    op.drop_index(op.f("ix_case_record_release_record_id"), table_name="case_record_release")
    op.drop_index(
        "ix_case_record_release_active",
        table_name="case_record_release",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_table("case_record_release")
    op.drop_index(op.f("ix_case_record_reading_version_id"), table_name="case_record_reading")
    op.drop_table("case_record_reading")
    op.drop_table("case_record_passage")
    op.drop_table("remark_draft")
    op.drop_index(op.f("ix_case_record_version_author_id"), table_name="case_record_version")
    op.drop_table("case_record_version")
    op.drop_index("ix_case_record_person_id_event_at", table_name="case_record")
    op.drop_index(op.f("ix_case_record_outbox_id"), table_name="case_record")
    op.drop_index(op.f("ix_case_record_case_id"), table_name="case_record")
    op.drop_table("case_record")
