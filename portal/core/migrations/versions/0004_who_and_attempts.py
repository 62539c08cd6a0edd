"""who and attempts: foreign persons and former numbers, who assigned staff, and counted attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("prid", sa.LargeBinary(), nullable=True))
    op.add_column("person", sa.Column("prid_index", sa.LargeBinary(32), nullable=True))
    op.create_index("ix_person_prid_index", "person", ["prid_index"], unique=True)
    op.create_table(
        "person_number",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(32), nullable=False),
        sa.Column("coordination", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "replaced_by",
            sa.Enum("sign_in", "back_office", name="numbersource", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_number_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_number")),
    )
    op.create_index(op.f("ix_person_number_person_id"), "person_number", ["person_id"])
    op.create_index(op.f("ix_person_number_number_index"), "person_number", ["number_index"])
    op.add_column(
        "staff_member",
        sa.Column(
            "assigned_by",
            sa.Enum("back_office", "provider", "admin", name="assignedby", native_enum=False, length=32),
            nullable=False,
            server_default="back_office",
        ),
    )
    op.add_column("staff_member", sa.Column("closed_here", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff_member", sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "attempt_count",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_attempt_count")),
    )
    op.create_index(op.f("ix_attempt_count_expires_at"), "attempt_count", ["expires_at"])


def downgrade() -> None:
    op.drop_table("attempt_count")
    op.drop_column("staff_member", "last_sign_in_at")
    op.drop_column("staff_member", "closed_here")
    op.drop_column("staff_member", "assigned_by")
    op.drop_table("person_number")
    op.drop_index("ix_person_prid_index", table_name="person")
    op.drop_column("person", "prid_index")
    op.drop_column("person", "prid")
