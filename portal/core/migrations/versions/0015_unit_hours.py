"""hours of a whole unit beside those of a caseworker"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("meeting_weekly_rule", "meeting_exception")


def upgrade() -> None:
    for table in TABLES:
        # SQLite can neither loosen a column nor add a check: the table is written anew.
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("unit_id", sa.Uuid(), nullable=True))
            batch.alter_column("staff_id", existing_type=sa.Uuid(), nullable=True)
            batch.create_foreign_key(op.f(f"fk_{table}_unit_id_unit"), "unit", ["unit_id"], ["id"])
            batch.create_check_constraint(op.f(f"ck_{table}_one_owner"), "(staff_id IS NULL) <> (unit_id IS NULL)")
    op.create_index("ix_meeting_exception_unit_id_ends_at", "meeting_exception", ["unit_id", "ends_at"], unique=False)
    op.create_index(op.f("ix_meeting_weekly_rule_unit_id"), "meeting_weekly_rule", ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_weekly_rule_unit_id"), table_name="meeting_weekly_rule")
    op.drop_index("ix_meeting_exception_unit_id_ends_at", table_name="meeting_exception")
    for table in TABLES:
        op.execute(sa.text(f"DELETE FROM {table} WHERE staff_id IS NULL"))  # noqa: S608 - the two names above
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_one_owner"), type_="check")
            batch.drop_constraint(op.f(f"fk_{table}_unit_id_unit"), type_="foreignkey")
            batch.alter_column("staff_id", existing_type=sa.Uuid(), nullable=False)
            batch.drop_column("unit_id")
