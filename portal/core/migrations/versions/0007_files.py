"""files: uploads, their parts, and blobs to take away."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file_doomed",
        sa.Column("blob", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_stored_file_doomed")),
    )
    op.create_table(
        "stored_file",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by_person", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by_staff", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("declared_type", sa.String(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
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
        sa.Column(
            "kind",
            sa.Enum("image/jpeg", "image/png", "application/pdf", name="filekind", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("checksum", sa.LargeBinary(), nullable=True),
        sa.Column("checksum_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("blob", sa.String(), nullable=True),
        sa.Column("content_key", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(uploaded_by_person IS NULL) <> (uploaded_by_staff IS NULL)", name=op.f("ck_stored_file_one_uploader")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_stored_file_case_id_case")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_stored_file_owner_id_person")),
        sa.ForeignKeyConstraint(
            ["uploaded_by_person"], ["person.id"], name=op.f("fk_stored_file_uploaded_by_person_person")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_staff"], ["staff_member.id"], name=op.f("fk_stored_file_uploaded_by_staff_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("blob", name=op.f("uq_stored_file_blob")),
    )
    op.create_index(op.f("ix_stored_file_case_id"), "stored_file", ["case_id"], unique=False)
    op.create_index(op.f("ix_stored_file_checksum_index"), "stored_file", ["checksum_index"], unique=False)
    op.create_index("ix_stored_file_object", "stored_file", ["purpose", "object_id"], unique=False)
    op.create_index(op.f("ix_stored_file_owner_id"), "stored_file", ["owner_id"], unique=False)
    op.create_index(
        "ix_stored_file_turn",
        "stored_file",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('receiving', 'checking')"),
        postgresql_where=sa.text("state IN ('receiving', 'checking')"),
    )
    op.create_table(
        "stored_file_part",
        sa.Column("blob", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_stored_file_part_file_id_stored_file")),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_stored_file_part")),
        sa.UniqueConstraint("file_id", "start", name=op.f("uq_stored_file_part_file_id")),
    )


def downgrade() -> None:
    op.drop_table("stored_file_part")
    op.drop_index(
        "ix_stored_file_turn",
        table_name="stored_file",
        sqlite_where=sa.text("state IN ('receiving', 'checking')"),
        postgresql_where=sa.text("state IN ('receiving', 'checking')"),
    )
    op.drop_index(op.f("ix_stored_file_owner_id"), table_name="stored_file")
    op.drop_index("ix_stored_file_object", table_name="stored_file")
    op.drop_index(op.f("ix_stored_file_checksum_index"), table_name="stored_file")
    op.drop_index(op.f("ix_stored_file_case_id"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_table("stored_file_doomed")
