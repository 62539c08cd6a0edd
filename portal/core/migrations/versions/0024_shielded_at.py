"""shielded at: since when a party of an application is shielded from the other one."""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application_party", sa.Column("shielded_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("application_party", "shielded_at")
