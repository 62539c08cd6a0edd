"""Migrations with Alembic, driven from code: the same on SQLite and PostgreSQL, in tests and in production."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, LargeBinary, MetaData
from sqlalchemy.types import TypeDecorator

DIRECTORY = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None, metadata: MetaData | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(DIRECTORY))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, metadata=metadata)
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a revision, in one transaction."""
    with engine.connect().execution_options(insyn_writing=True) as connection, connection.begin():
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database down to a revision ("base" for nothing)."""
    with engine.connect().execution_options(insyn_writing=True) as connection, connection.begin():
        command.downgrade(_config(connection), revision)


def head() -> str:
    """Return the newest revision of the code."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise RuntimeError("there are no migrations")
    return found


def revisions() -> list[str]:
    """Return every revision, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def current(engine: Engine) -> str | None:
    """Return the revision the database stands at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def same_type(_context: Any, _inspected: Any, _column: Any, inspected_type: Any, metadata_type: Any) -> bool | None:
    """Compare column types by what lies in the database; Alembic's own comparison for the rest."""
    if isinstance(metadata_type, TypeDecorator) and isinstance(metadata_type.impl_instance, LargeBinary):
        return not isinstance(inspected_type, LargeBinary) and "BLOB" not in str(inspected_type).upper()
    return None


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """Return what the database lacks or has beyond the models: empty when they are equal."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": same_type})
        return list(compare_metadata(context, metadata))


def new_revision(engine: Engine, metadata: MetaData, message: str) -> None:
    """Write a new revision from the difference between models and database (for developers)."""
    with engine.connect() as connection:
        command.revision(_config(connection, metadata), message=message, autogenerate=True, rev_id=_next_number())


def _next_number() -> str:
    return f"{len(revisions()) + 1:04d}"
