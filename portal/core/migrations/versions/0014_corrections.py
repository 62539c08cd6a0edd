"""corrections: which text of the back office's an answer from there names."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("remark_turn", sa.Column("revision", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("remark_turn", "revision")
