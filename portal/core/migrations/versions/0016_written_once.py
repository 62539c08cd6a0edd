"""written once: the number of the form that a record was written in, and the version that is to correct a remark."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_record", sa.Column("submission", sa.String(), nullable=True))
    op.create_index("ix_case_record_case_id_submission", "case_record", ["case_id", "submission"], unique=True)
    op.create_table(
        "remark_correction",
        sa.Column("remark_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_remark_correction_remark_id_remark")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["case_record_version.id"],
            name=op.f("fk_remark_correction_version_id_case_record_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_correction")),
        sa.UniqueConstraint("remark_id", name=op.f("uq_remark_correction_remark_id")),
    )


def downgrade() -> None:
    op.drop_table("remark_correction")
    op.drop_index("ix_case_record_case_id_submission", table_name="case_record")
    op.drop_column("case_record", "submission")
