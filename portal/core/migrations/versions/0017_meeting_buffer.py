"""what is kept free after a meeting, as it was claimed"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PIECE = timedelta(minutes=5)
MEETING = sa.table(
    "meeting",
    sa.column("id", sa.Uuid()),
    sa.column("ends_at", sa.DateTime(timezone=True)),
    sa.column("buffer_minutes", sa.Integer()),
)
CLAIM = sa.table("meeting_claim", sa.column("meeting_id", sa.Uuid()), sa.column("at", sa.DateTime(timezone=True)))


def upgrade() -> None:
    op.add_column("meeting", sa.Column("buffer_minutes", sa.Integer(), nullable=False, server_default="0"))
    last = sa.func.max(CLAIM.c.at, type_=sa.DateTime(timezone=True))
    claimed = (
        sa.select(MEETING.c.id, MEETING.c.ends_at, last)
        .join_from(MEETING, CLAIM, CLAIM.c.meeting_id == MEETING.c.id)
        .group_by(MEETING.c.id, MEETING.c.ends_at)
    )
    buffers = [
        {"meeting": id_, "minutes": (until + PIECE - ends_at) // timedelta(minutes=1)}
        for id_, ends_at, until in op.get_bind().execute(claimed)
    ]
    if buffers:
        change = sa.update(MEETING).where(MEETING.c.id == sa.bindparam("meeting"))
        op.get_bind().execute(change.values(buffer_minutes=sa.bindparam("minutes")), buffers)


def downgrade() -> None:
    op.drop_column("meeting", "buffer_minutes")
