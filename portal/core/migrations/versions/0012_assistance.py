"""assistance: applications with their parties, answers, papers and timeline, and known months."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assistance_period",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column(
            "state", sa.Enum("applied", "decided", name="periodstate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("cohabiting", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assistance_period_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance_period")),
        sa.UniqueConstraint("person_id", "period", name=op.f("uq_assistance_period_person_id")),
    )
    op.create_table(
        "application",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("new", "monthly", "supplementary", name="kind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "signing", "submitted", "withdrawn", name="applicationstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("frozen_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_no", sa.String(), nullable=True),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum("pending", "delivered", "stuck", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "handling",
            sa.Enum(
                "none",
                "received",
                "under_review",
                "completion_asked",
                "decided",
                name="handling",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("handling_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handling_text", sa.LargeBinary(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("granted", "partly", "refused", "dismissed", name="outcome", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_application_case_id_case")),
        sa.ForeignKeyConstraint(
            ["frozen_id"], ["document_version.id"], name=op.f("fk_application_frozen_id_document_version")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox_message.id"],
            name=op.f("fk_application_outbox_id_outbox_message"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_application_receipt_no")),
    )
    op.create_index(op.f("ix_application_case_id"), "application", ["case_id"], unique=False)
    op.create_index(op.f("ix_application_frozen_id"), "application", ["frozen_id"], unique=False)
    op.create_index(op.f("ix_application_keep_until"), "application", ["keep_until"], unique=False)
    op.create_index(op.f("ix_application_outbox_id"), "application", ["outbox_id"], unique=False)
    op.create_index("ix_application_person_id_created_at", "application", ["person_id", "created_at"], unique=False)
    op.create_table(
        "application_event",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "started",
                "invited",
                "joined",
                "declined",
                "change_asked",
                "changed",
                "signed",
                "submitted",
                "delivered",
                "supplemented",
                "withdrawn",
                "received",
                "under_review",
                "completion_asked",
                "decided",
                name="eventkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "party", sa.Enum("applicant", "co_applicant", name="party", native_enum=False, length=32), nullable=True
        ),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_event_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_event")),
    )
    op.create_index(op.f("ix_application_event_application_id"), "application_event", ["application_id"], unique=False)
    op.create_table(
        "application_paper",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "party", sa.Enum("applicant", "co_applicant", name="party", native_enum=False, length=32), nullable=False
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_paper_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_paper_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_paper")),
        sa.UniqueConstraint("application_id", "party", "key", name=op.f("uq_application_paper_application_id")),
    )
    op.create_index(op.f("ix_application_paper_person_id"), "application_paper", ["person_id"], unique=False)
    op.create_table(
        "application_party",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "party", sa.Enum("applicant", "co_applicant", name="party", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum("invited", "joined", "declined", "removed", name="partystate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("identity_number", sa.LargeBinary(), nullable=True),
        sa.Column("identity_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("open_key", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_locale", sa.String(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_party_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_party_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_party")),
        sa.UniqueConstraint("open_key", name=op.f("uq_application_party_open_key")),
    )
    op.create_index("ix_application_party_application_id", "application_party", ["application_id"], unique=False)
    op.create_index("ix_application_party_identity_index", "application_party", ["identity_index"], unique=False)
    op.create_index(op.f("ix_application_party_person_id"), "application_party", ["person_id"], unique=False)
    op.create_table(
        "application_section",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "party", sa.Enum("applicant", "co_applicant", name="party", native_enum=False, length=32), nullable=False
        ),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_section_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "party", "section", name=op.f("pk_application_section")),
    )
    op.create_table(
        "application_supplement",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("receipt_no", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum("pending", "delivered", "stuck", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_supplement_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox_message.id"],
            name=op.f("fk_application_supplement_outbox_id_outbox_message"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_supplement_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_supplement")),
        sa.UniqueConstraint("application_id", "submission", name=op.f("uq_application_supplement_application_id")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_application_supplement_receipt_no")),
    )
    op.create_index(
        op.f("ix_application_supplement_application_id"), "application_supplement", ["application_id"], unique=False
    )
    op.create_index(op.f("ix_application_supplement_outbox_id"), "application_supplement", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_application_supplement_person_id"), "application_supplement", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_application_supplement_person_id"), table_name="application_supplement")
    op.drop_index(op.f("ix_application_supplement_outbox_id"), table_name="application_supplement")
    op.drop_index(op.f("ix_application_supplement_application_id"), table_name="application_supplement")
    op.drop_table("application_supplement")
    op.drop_table("application_section")
    op.drop_index(op.f("ix_application_party_person_id"), table_name="application_party")
    op.drop_index("ix_application_party_identity_index", table_name="application_party")
    op.drop_index("ix_application_party_application_id", table_name="application_party")
    op.drop_table("application_party")
    op.drop_index(op.f("ix_application_paper_person_id"), table_name="application_paper")
    op.drop_table("application_paper")
    op.drop_index(op.f("ix_application_event_application_id"), table_name="application_event")
    op.drop_table("application_event")
    op.drop_index("ix_application_person_id_created_at", table_name="application")
    op.drop_index(op.f("ix_application_outbox_id"), table_name="application")
    op.drop_index(op.f("ix_application_keep_until"), table_name="application")
    op.drop_index(op.f("ix_application_frozen_id"), table_name="application")
    op.drop_index(op.f("ix_application_case_id"), table_name="application")
    op.drop_table("application")
    op.drop_table("assistance_period")
