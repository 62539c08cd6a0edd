"""`portal doctor` tells what is wrong with each part, and its exit status says whether anything is."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal import cli, tables
from portal.core.clock import now
from portal.core.crypto import new_key
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.migrate import downgrade
from portal.files.models import IncomingFile, StoredFile
from portal.files.rules import FileState, Refusal
from portal.notices.models import Notice
from portal.notices.rules import NoticeKind, NoticeState
from portal.people.models import Person
from portal.people.service import set_identity_number
from portal.settings import Settings
from portal.sync.adapters.sql import create_store
from portal.sync.models import OutboxMessage, WorkerBeat
from portal.sync.rules import MessageState
from portal.sync.service import enqueue


def doctor() -> Result:
    return CliRunner().invoke(cli.main, ["doctor"])


def line(result: Result, name: str) -> str:
    return next(text for text in result.output.splitlines() if text[6:].startswith(name))


@pytest.fixture
def well(environment: pytest.MonkeyPatch, settings: Settings) -> Settings:
    """A portal with everything in place, and a worker that was just seen."""
    create_store(settings.backoffice_url)
    engine = make_engine(settings.database_url, settings.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        session.add(WorkerBeat(worker="w", started_at=now(), beat_at=now()))
    engine.dispose()
    return settings


@pytest.fixture
def person(well: Settings) -> Person:
    engine = make_engine(well.database_url, well.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        found = Person(given_name="Mariam", surname="Sandell")
        set_identity_number(session, found, "198511292388")
        session.add(found)
    engine.dispose()
    return found


def test_all_is_well(well: Settings) -> None:
    result = doctor()
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) >= 7
    assert all(text.startswith("ok") for text in result.output.splitlines())


def test_a_database_behind_its_migrations(well: Settings) -> None:
    engine = make_engine(well.database_url, well.key_ring)
    downgrade(engine, "base")
    engine.dispose()
    result = doctor()
    assert result.exit_code == 1
    assert "portal db upgrade" in line(result, "migrations")
    assert line(result, "identity providers").startswith("ok")  # one part that fails hides no other
    assert CliRunner().invoke(cli.main, ["db", "upgrade"]).exit_code == 0
    assert line(doctor(), "migrations").startswith("ok")


def test_no_worker(well: Settings) -> None:
    engine = make_engine(well.database_url, well.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        session.query(WorkerBeat).delete()
    engine.dispose()
    result = doctor()
    assert result.exit_code == 1
    assert "portal worker" in line(result, "worker")


def test_a_stuck_message(well: Settings, person: Person) -> None:
    engine = make_engine(well.database_url, well.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        message = session.get(OutboxMessage, enqueue(session, "case_message", person.id, {}))
        assert message is not None
        message.state = MessageState.STUCK
    engine.dispose()
    result = doctor()
    assert result.exit_code == 1
    assert "1 stuck" in line(result, "queue")


def test_notices_that_fail(well: Settings, person: Person) -> None:
    assert "no channel is set up; 0 waiting, in a day 0 refused and 0 given up" in line(doctor(), "notices")
    engine = make_engine(well.database_url, well.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        for number, code in enumerate(("refused_smtp_550", "smtp_451")):
            session.add(
                Notice(
                    person_id=person.id,
                    kind=NoticeKind.NEWS,
                    key=f"{number}",
                    state=NoticeState.FAILED,
                    code=code,
                    send_at=now(),
                    due_at=now(),
                    settled_at=now(),
                )
            )
    engine.dispose()
    found = line(doctor(), "notices")
    assert found.startswith("FAIL")
    assert "1 refused and 1 given up" in found


def test_a_back_office_that_is_away(well: Settings, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_BACKOFFICE_URL", "sqlite:////nonexistent/backoffice.db")
    result = doctor()
    assert result.exit_code == 1
    assert line(result, "back office").startswith("FAIL")
    assert line(result, "database").startswith("ok")


def test_keys_that_lack(well: Settings, environment: pytest.MonkeyPatch, settings: Settings) -> None:
    environment.setenv("INSYN_SAML_KEYS", "/nonexistent")
    result = doctor()
    assert result.exit_code == 1
    assert line(result, "identity providers").startswith("FAIL")


def test_keys_are_rotated_from_the_command_line(
    well: Settings, person: Person, environment: pytest.MonkeyPatch
) -> None:
    old = ",".join(f"{number}:{key.get_secret_value()}" for number, key in well.encryption_keys.items())
    environment.setenv("INSYN_ENCRYPTION_KEYS", f"{old},9:{new_key()}")
    assert "portal keys rotate" in line(doctor(), "keys")
    result = CliRunner().invoke(cli.main, ["keys", "rotate"])
    assert result.exit_code == 0, result.output
    assert "under key 9" in result.output
    assert "portal keys rotate" not in line(doctor(), "keys")
    assert "198511292388" not in result.output


def test_an_encryption_key_that_was_taken_away_too_early_or_mistaken(
    well: Settings, person: Person, environment: pytest.MonkeyPatch
) -> None:
    for keys in (f"9:{new_key()}", f"1:{new_key()}"):
        environment.setenv("INSYN_ENCRYPTION_KEYS", keys)
        result = doctor()
        assert result.exit_code == 1
        told = line(result, "keys")
        assert told.startswith("FAIL")
        assert "person.identity_number" in told
        assert "person.given_name" in told
        assert "198511292388" not in result.output


def test_an_index_key_that_finds_nobody(well: Settings, person: Person, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_INDEX_KEYS", new_key())
    result = doctor()
    assert result.exit_code == 1
    told = line(result, "keys")
    assert told.startswith("FAIL")
    assert "index" in told
    assert "given_name" not in told


def test_settings_that_lack_are_all_told(environment: pytest.MonkeyPatch) -> None:
    for name in ("CLIENT_URL", "SECRET_KEY"):
        environment.delenv(f"INSYN_{name}")
    result = doctor()
    assert result.exit_code == 2
    assert "INSYN_CLIENT_URL" in result.output
    assert "INSYN_SECRET_KEY" in result.output


def test_every_table_is_known() -> None:
    """Rotation and migrations go by this list: a package that is forgotten here would keep its old keys."""
    assert {"person", "message", "outbox_message", "signed_in_session", "audit_entry"} <= set(tables.metadata().tables)


def test_a_file_store_that_cannot_be_written(well: Settings, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no directory")
    environment.setenv("INSYN_FILE_STORE", f"file:{tmp_path}/taken")
    result = doctor()
    assert result.exit_code == 1
    assert line(result, "file store").startswith("FAIL")


@pytest.mark.parametrize(
    "trouble", [{"problem": "no_such_file"}, {"state": FileState.REFUSED, "reason": Refusal.VIRUS}], ids=["gone", "bad"]
)
def test_documents_of_the_back_office_that_could_not_be_taken_in(
    well: Settings, trouble: dict[str, str | FileState | Refusal]
) -> None:
    engine = make_engine(well.database_url, well.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        session.add_all([IncomingFile(checksum="a" * 64), IncomingFile(checksum="b" * 64, **trouble)])
    engine.dispose()
    result = doctor()
    assert result.exit_code == 1
    found = line(result, "incoming documents")
    assert found.startswith("FAIL")
    assert "1 could not be taken in" in found


def test_a_virus_scanner_that_is_away(well: Settings, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_VIRUS_SCAN", "required")
    environment.setenv("INSYN_CLAMAV_ADDRESS", "tcp:127.0.0.1:1")
    result = doctor()
    assert result.exit_code == 1
    assert "no file gets ready" in line(result, "virus scan")


def test_files_that_wait_long_for_their_checks(person: Person, well: Settings) -> None:
    engine = make_engine(well.database_url, well.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        session.add(
            StoredFile(
                owner_id=person.id,
                uploaded_by_person=person.id,
                purpose="x",
                object_id=person.id,
                name="x.pdf",
                expected=1,
                state=FileState.CHECKING,
                touched_at=now() - timedelta(minutes=11),
            )
        )
    engine.dispose()
    assert line(doctor(), "file checks").startswith("FAIL  file checks          1 waiting, oldest 66")
