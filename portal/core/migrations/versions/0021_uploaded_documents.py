"""documents that staff upload"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stored_file", sa.Column("pages", sa.Integer(), nullable=True))
    with op.batch_alter_table("case_record_document") as batch:
        batch.alter_column("file_id", existing_type=sa.Uuid(), nullable=True)
        batch.add_column(sa.Column("upload_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_case_record_document_upload_id_stored_file"), "stored_file", ["upload_id"], ["id"]
        )
        batch.create_unique_constraint(op.f("uq_case_record_document_upload_id"), ["upload_id"])
        batch.create_check_constraint(
            op.f("ck_case_record_document_one_file"), "(file_id IS NULL) <> (upload_id IS NULL)"
        )


def downgrade() -> None:
    op.execute("DELETE FROM case_record_document WHERE file_id IS NULL")
    with op.batch_alter_table("case_record_document") as batch:
        batch.drop_constraint(op.f("ck_case_record_document_one_file"), type_="check")
        batch.drop_constraint(op.f("uq_case_record_document_upload_id"), type_="unique")
        batch.drop_constraint(op.f("fk_case_record_document_upload_id_stored_file"), type_="foreignkey")
        batch.drop_column("upload_id")
        batch.alter_column("file_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("stored_file", "pages")
