"""granted months: whether support was granted for a month that the back office knows of."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assistance_period", sa.Column("granted", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("assistance_period", "granted")
