"""several decisions of a month"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assistance_period") as batch:
        batch.drop_constraint(op.f("uq_assistance_period_person_id"), type_="unique")
        batch.create_index(op.f("ix_assistance_period_person_id_period"), ["person_id", "period"])


def downgrade() -> None:
    # The latest that was told of a month stands.
    op.execute(
        "DELETE FROM assistance_period WHERE EXISTS (SELECT 1 FROM assistance_period AS later "
        "WHERE later.person_id = assistance_period.person_id AND later.period = assistance_period.period "
        "AND later.id > assistance_period.id)"
    )
    with op.batch_alter_table("assistance_period") as batch:
        batch.drop_index(op.f("ix_assistance_period_person_id_period"))
        batch.create_unique_constraint(op.f("uq_assistance_period_person_id"), ["person_id", "period"])
