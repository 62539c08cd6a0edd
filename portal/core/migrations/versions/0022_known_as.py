"""known as: the name that a co-applicant had when joining, by which the other one knows them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application_party", sa.Column("known_as", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("application_party", "known_as")
