"""signing: what a pending authentication is for, document versions, signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SIDE = sa.Enum("client", "staff", name="side", native_enum=False, length=32)
# Plain columns never change; an encrypted one only by being encrypted under another key (its first three bytes).
FROZEN = {
    "document_version": (
        ("kind", "object_id", "number", "owner_side", "owner_id", "locale", "digest", "created_at", "id"),
        ("content", "text"),
    ),
    "signature": (
        (
            *("version_id", "digest", "party", "side", "signer_id", "method", "level", "signed_at", "created_at"),
            *("evidence_digest", "id"),
        ),
        ("evidence",),
    ),
}


def _freeze_sqlite(table: str, frozen: tuple[str, ...], encrypted: tuple[str, ...]) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {', '.join(frozen)} ON {table} {refuse}")
    for column in encrypted:
        op.execute(
            f"CREATE TRIGGER {table}_{column}_same_key BEFORE UPDATE OF {column} ON {table} "
            f"WHEN typeof(NEW.{column}) <> 'blob' OR substr(NEW.{column}, 1, 3) = substr(OLD.{column}, 1, 3) {refuse}"
        )


def _freeze_postgresql(table: str, frozen: tuple[str, ...], encrypted: tuple[str, ...]) -> None:
    execute = "EXECUTE FUNCTION refuse_change()"
    op.execute(f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {execute}")
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {', '.join(frozen)} ON {table} FOR EACH STATEMENT {execute}"
    )
    for column in encrypted:
        op.execute(
            f"CREATE TRIGGER {table}_{column}_same_key BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (NEW.{column} IS NULL OR (NEW.{column} IS DISTINCT FROM OLD.{column} "
            f"AND substring(NEW.{column} from 1 for 3) = substring(OLD.{column} from 1 for 3))) {execute}"
        )


def upgrade() -> None:
    op.add_column(
        "sign_in_request",
        sa.Column(
            "purpose",
            sa.Enum("sign_in", "step_up", "sign", name="purpose", native_enum=False, length=32),
            nullable=False,
            server_default="sign_in",
        ),
    )
    op.create_table(
        "document_version",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner_side", SIDE, nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("kind", "object_id", "number", name=op.f("uq_document_version_kind")),
    )
    op.create_index("ix_document_version_owner", "document_version", ["owner_id"], unique=False)
    op.create_table(
        "signature_request",
        sa.Column("sign_in_request_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("signer_id", sa.Uuid(), nullable=False),
        sa.Column("binding", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_in_request_id"],
            ["sign_in_request.id"],
            name=op.f("fk_signature_request_sign_in_request_id_sign_in_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_version.id"], name=op.f("fk_signature_request_version_id_document_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_request")),
        sa.UniqueConstraint("sign_in_request_id", name=op.f("uq_signature_request_sign_in_request_id")),
    )
    op.create_index(op.f("ix_signature_request_version_id"), "signature_request", ["version_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("side", SIDE, nullable=False),
        sa.Column("signer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method", sa.Enum("saml_authentication", name="method", native_enum=False, length=32), nullable=False
        ),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_version.id"], name=op.f("fk_signature_version_id_document_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("version_id", "party", name=op.f("uq_signature_version_id")),
        sa.UniqueConstraint("version_id", "signer_id", name="uq_signature_version_id_signer_id"),
    )
    op.create_index(op.f("ix_signature_signer_id"), "signature", ["signer_id"], unique=False)
    freeze = _freeze_sqlite if op.get_bind().dialect.name == "sqlite" else _freeze_postgresql
    for table, (frozen, encrypted) in FROZEN.items():
        freeze(table, frozen, encrypted)


def downgrade() -> None:
    op.drop_index(op.f("ix_signature_signer_id"), table_name="signature")
    op.drop_table("signature")
    op.drop_index(op.f("ix_signature_request_version_id"), table_name="signature_request")
    op.drop_table("signature_request")
    op.drop_index("ix_document_version_owner", table_name="document_version")
    op.drop_table("document_version")
    op.drop_column("sign_in_request", "purpose")
