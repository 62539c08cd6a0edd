"""which half-made booking a meeting came of"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting_event", sa.Column("draft_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_meeting_event_draft_id"), "meeting_event", ["draft_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_event_draft_id"), table_name="meeting_event")
    op.drop_column("meeting_event", "draft_id")
