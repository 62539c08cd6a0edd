"""documents: records that are files, and files of the back office on their way in."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incoming_file",
        sa.Column("checksum", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "receiving", "checking", "ready", "refused", "removed", name="filestate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "empty",
                "too_large",
                "too_many",
                "too_much",
                "wrong_kind",
                "heic",
                "unreadable",
                "too_many_pixels",
                "too_many_pages",
                "locked",
                "virus",
                name="refusal",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("blob", sa.String(), nullable=True),
        sa.Column("content_key", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_file")),
        sa.UniqueConstraint("blob", name=op.f("uq_incoming_file_blob")),
    )
    op.create_index("ix_incoming_file_state_next_try_at", "incoming_file", ["state", "next_try_at"], unique=False)
    op.create_table(
        "case_record_document",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["incoming_file.id"], name=op.f("fk_case_record_document_file_id_incoming_file")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["case_record_version.id"],
            name=op.f("fk_case_record_document_version_id_case_record_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record_document")),
        sa.UniqueConstraint("file_id", name=op.f("uq_case_record_document_file_id")),
        sa.UniqueConstraint("version_id", name=op.f("uq_case_record_document_version_id")),
    )


def downgrade() -> None:
    op.drop_table("case_record_document")
    op.drop_index("ix_incoming_file_state_next_try_at", table_name="incoming_file")
    op.drop_table("incoming_file")
