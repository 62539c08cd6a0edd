"""outbox: an index of what isn't delivered, in the order in which workers take it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNDELIVERED = sa.text("state <> 'delivered'")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_message_turn", "outbox_message", ["id"], sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_turn", "outbox_message")
