"""delivered files: checksums that go before a message, and checks that came to nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_message", sa.Column("files", sa.LargeBinary(), nullable=True))
    op.add_column("stored_file", sa.Column("excused", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("stored_file", "excused")
    op.drop_column("outbox_message", "files")
