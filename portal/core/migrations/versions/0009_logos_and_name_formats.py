"""identity: pictures of identity providers, and the format of the name that a provider gave somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_logo",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_provider_logo")),
    )
    op.add_column("signed_in_session", sa.Column("name_id_format", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("signed_in_session", "name_id_format")
    op.drop_table("provider_logo")
