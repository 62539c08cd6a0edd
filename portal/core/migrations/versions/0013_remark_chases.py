"""remark chases: who was reminded of an unanswered remark, and which ones the team leader was told of."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remark_chase",
        sa.Column("remark_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Enum("reminded", "escalated", name="step", native_enum=False, length=32), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["staff_member.id"], name=op.f("fk_remark_chase_owner_id_staff_member")),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_remark_chase_remark_id_remark")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_chase")),
        sa.UniqueConstraint("remark_id", "due_on", "step", name=op.f("uq_remark_chase_remark_id")),
    )


def downgrade() -> None:
    op.drop_table("remark_chase")
