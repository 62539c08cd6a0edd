"""`portal signature`: checked again here, and on another machine without any database."""

import base64
import json
import shutil
import stat
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal import cli
from portal.audit.models import AuditEntry
from portal.core.actor import Side
from portal.core.crypto import KeyRing, ring_of
from portal.core.ids import new_id
from portal.demo.idp_files import generate_key_pair, write_metadata
from portal.identity.signing.models import DocumentVersion
from portal.identity.signing.queries import signatures_of
from portal.people.models import Person
from portal.people.service import set_identity_number
from portal.settings import Settings
from tests.commands.conftest import environment
from tests.identity.provider import MARIAM, Provider, Visitor
from tests.identity.signing.desk import Desk, only_evidence, sign, signatures
from tests.messages.world import World

__all__ = ["environment"]

Sessions = sessionmaker[Session]
OTHER_NUMBER = "196306862399"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, ["signature", *map(str, arguments)])


def failed(result: Result) -> list[str]:
    return [line[6:].split("  ")[0] for line in result.output.splitlines() if line.startswith("FAIL")]


@pytest.fixture
def signed(
    visitor: Visitor, world: World, desk: Desk, sessions: Sessions, environment: pytest.MonkeyPatch
) -> uuid.UUID:
    visitor.sign_in(MARIAM)
    sign(visitor, MARIAM)
    (signature,) = signatures(sessions)
    return signature.id


@pytest.fixture
def cert(provider: Provider, tmp_path: Path) -> Path:
    file = tmp_path / "provider.pem"
    file.write_text(provider.side(Side.CLIENT).cert_pem)
    return file


@pytest.fixture
def other_cert(tmp_path: Path) -> Path:
    generate_key_pair(tmp_path, "other")
    return tmp_path / "other.crt"


def test_a_signature_holds_against_the_providers_of_the_list(signed: uuid.UUID) -> None:
    result = run("verify", signed)
    assert result.exit_code == 0, result.output
    assert failed(result) == []
    assert result.output.count("ok    ") == 15
    assert "The signature holds." in result.output
    for secret in (MARIAM.identity_number or "", "Sandell", "7450"):
        assert secret not in result.output


def test_a_pinned_certificate_is_the_only_one_trusted(signed: uuid.UUID, cert: Path, other_cert: Path) -> None:
    assert run("verify", signed, "--trust", cert).exit_code == 0
    result = run("verify", signed, "--trust", other_cert)
    assert result.exit_code == 1
    assert failed(result) == ["provider's signature", "provider's key at that time"]
    assert "does NOT hold" in result.output


def test_it_holds_when_every_key_has_been_changed_since(
    signed: uuid.UUID, cert: Path, environment: pytest.MonkeyPatch, provider: Provider, tmp_path: Path
) -> None:
    """Ours are gone, the provider signs with another: its certificate of then has to be given."""
    directory = tmp_path / "later"
    shutil.copytree(provider.directory, directory)
    for name in ("client", "staff", "idp-client", "idp-staff"):
        for suffix in (".key", ".crt"):
            (directory / f"{name}{suffix}").unlink(missing_ok=True)
        generate_key_pair(directory, name)
    later = object.__new__(Provider)
    later.directory = directory
    write_metadata(later.config, directory)
    environment.setenv("INSYN_SAML_PROVIDERS", str(directory / "providers.toml"))
    environment.setenv("INSYN_SAML_KEYS", str(directory))
    assert failed(run("verify", signed)) == ["provider's signature", "provider's key at that time"]
    assert run("verify", signed, "--trust", cert).exit_code == 0


def test_an_exported_file_is_checked_without_database_and_settings(
    signed: uuid.UUID, cert: Path, environment: pytest.MonkeyPatch, tmp_path: Path, sessions: Sessions
) -> None:
    file = tmp_path / "evidence.json"
    assert run("export", signed, file).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "signature_exported")).one()
        assert (entry.object_id, entry.side) == (signed, "system")
    for name in Settings.model_fields:
        environment.delenv(f"INSYN_{name.upper()}")
    result = run("verify", file, "--trust", cert)
    assert (result.exit_code, result.output.count("ok    ")) == (0, 11), result.output


def test_a_changed_file_does_not_hold(signed: uuid.UUID, cert: Path, other_cert: Path, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    run("export", signed, file)
    values = json.loads(file.read_text())
    values["document"]["text"] += "!"
    file.write_text(json.dumps(values))
    result = run("verify", file, "--trust", cert)
    assert (result.exit_code, failed(result)) == (1, ["document"])
    assert run("verify", file, "--trust", other_cert).exit_code == 1
    file.write_text("{}")
    assert run("verify", file, "--trust", cert).exit_code == 1
    file.write_text("{")
    assert run("verify", file, "--trust", cert).exit_code == 1


def test_a_file_needs_a_certificate_that_is_trusted(signed: uuid.UUID, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    run("export", signed, file)
    assert run("verify", file).exit_code == 2


def test_a_file_that_exists_is_not_written_over(signed: uuid.UUID, tmp_path: Path, sessions: Sessions) -> None:
    file = tmp_path / "evidence.json"
    file.write_text("mine")
    assert run("export", signed, file).exit_code == 2
    assert file.read_text() == "mine"
    with sessions() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "signature_exported")).all() == []


def test_what_is_not_there_is_told(signed: uuid.UUID, cert: Path, tmp_path: Path) -> None:
    assert run("verify", new_id()).exit_code == 2
    assert run("export", new_id(), tmp_path / "x").exit_code == 2
    assert run("verify", tmp_path / "x", "--trust", cert).exit_code == 2
    assert not (tmp_path / "x").exists()


def test_without_settings_a_stored_one_is_not_checked(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("INSYN_DATABASE_URL")
    environment.delenv("INSYN_ENCRYPTION_KEYS")
    assert run("verify", new_id()).exit_code == 2


@pytest.fixture
def compiled_statements() -> Callable[[Engine], None]:
    """Nothing is shared with other engines here, for the key ring is changed."""
    return lambda _engine: None


def overwrite(
    sessions: Sessions, settings: Settings, environment: pytest.MonkeyPatch, table: str, column: str, value: bytes
) -> None:
    """Write as somebody who has the database and every key: the triggers let through what looks like a rotation."""
    with sessions.begin() as session:
        ring = ring_of(session.get_bind().dialect)
        newer = KeyRing({**ring.keys, 2: bytes(range(100, 132))}, ring.index_keys)
        stored = newer.encrypt(value, f"{table}.{column}")
        session.execute(text(f"UPDATE {table} SET {column} = :stored"), {"stored": stored})  # noqa: S608 - ours
    keys = {**ring.keys, 2: newer.keys[2]}
    environment.setenv(
        "INSYN_ENCRYPTION_KEYS", ",".join(f"{n}:{base64.b64encode(key).decode()}" for n, key in keys.items())
    )
    setattr(sessions.kw["bind"].dialect, "insyn_key_ring", newer)  # noqa: B010 - how core.db hangs it there


def test_a_text_that_was_swapped_in_the_database_does_not_hold(
    signed: uuid.UUID, sessions: Sessions, settings: Settings, environment: pytest.MonkeyPatch
) -> None:
    overwrite(sessions, settings, environment, "document_version", "text", "Något annat".encode())
    assert failed(run("verify", signed)) == ["document"]
    with sessions() as session:
        assert signatures_of(session, session.scalars(select(DocumentVersion)).one()) == []


def test_evidence_that_was_swapped_in_the_database_does_not_hold(
    signed: uuid.UUID, sessions: Sessions, settings: Settings, environment: pytest.MonkeyPatch
) -> None:
    evidence, _document = only_evidence(sessions)
    values = {**evidence.to_json(), "certificates": [*evidence.certificates, "x"]}
    overwrite(sessions, settings, environment, "signature", "evidence", json.dumps(values).encode())
    result = run("verify", signed)
    assert "record: evidence" in failed(result)
    assert result.exit_code == 1


def test_evidence_that_is_none_any_more_is_told(
    signed: uuid.UUID, sessions: Sessions, settings: Settings, environment: pytest.MonkeyPatch
) -> None:
    overwrite(sessions, settings, environment, "signature", "evidence", b"{}")
    assert run("verify", signed).exit_code == 1


def test_a_number_that_the_person_had_then_is_on_record(signed: uuid.UUID, sessions: Sessions) -> None:
    """A samordningsnummer becomes a personnummer: what was signed under the former goes on holding."""
    with sessions.begin() as session:
        (signature,) = signatures(sessions)
        set_identity_number(session, session.get_one(Person, signature.signer_id), OTHER_NUMBER)
    assert run("verify", signed).exit_code == 0


def test_a_signature_of_somebody_else_is_not_this_ones(signed: uuid.UUID, sessions: Sessions) -> None:
    """The row says who signed; the evidence has to say the same."""
    with sessions.begin() as session:
        (signature,) = signatures(sessions)
        person = session.get_one(Person, signature.signer_id)
        person.identity_number, person.identity_index = None, None
    assert failed(run("verify", signed)) == ["record: signer"]
