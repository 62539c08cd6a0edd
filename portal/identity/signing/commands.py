"""``portal signature``: check a signature again, here or on another machine, and hand its evidence out."""

import json
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.crypto import CryptoError
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.errors import NotFound
from portal.identity.federation import FederationError
from portal.identity.keeper import FederationKeeper
from portal.identity.saml.metadata_reader import ProviderFileError
from portal.identity.signing.evidence import Evidence, export, read_export
from portal.identity.signing.recheck import recheck, stored
from portal.identity.signing.verify import Verdict, verify_evidence
from portal.settings import Settings, SettingsError, load_settings


@click.group("signature")
def signature() -> None:
    """Signatures and their evidence."""


@signature.command("verify")
@click.argument("subject", metavar="ID|FILE")
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The provider's signing certificate (PEM) at the time; else those of the provider list are trusted.",
)
def signature_verify(subject: str, trust: tuple[Path, ...]) -> None:
    """Check a stored signature, or an exported file without any database; status 0 when every check holds."""
    certs = [path.read_text("ascii") for path in trust]
    try:
        chosen = uuid.UUID(subject)
    except ValueError:
        _show(_verify_file(Path(subject), certs))
        return
    settings = _settings()
    with _sessions(settings) as sessions, sessions() as session:
        try:
            evidence, _document = stored(session, chosen)
            _show(recheck(session, chosen, certs or _configured(settings, sessions, evidence)))
        except NotFound:
            _stop("There is no such signature.")
        except (ValueError, CryptoError):
            _stop("What is stored of the signature can't be read: it isn't what was stored.", status=1)


@signature.command("export")
@click.argument("signature_id", type=click.UUID)
@click.argument("file", type=click.Path(path_type=Path))
def signature_export(signature_id: uuid.UUID, file: Path) -> None:
    """Write the evidence and the document to a new file, readable by its owner alone: it holds personal data."""
    with _sessions(_settings()) as sessions, writing(sessions) as session:
        try:
            evidence, document = stored(session, signature_id)
        except NotFound:
            _stop("There is no such signature.")
        except (ValueError, CryptoError):
            _stop("What is stored of the signature can't be read: it isn't what was stored.", status=1)
        audit.record(session, "signature_exported", object_id=signature_id)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            _stop(f"The file can't be written: {error.strerror}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            json.dump(export(evidence, document), opened, ensure_ascii=False, indent=1)
    click.echo("The evidence is written. Check it with: portal signature verify FILE --trust CERTIFICATE")


def _verify_file(file: Path, certs: list[str]) -> Verdict:
    if not certs:
        _stop("A file is checked against a certificate that you trust: --trust CERTIFICATE.")
    try:
        evidence, document = read_export(json.loads(file.read_text("utf-8")))
    except OSError as error:
        _stop(f"The file can't be read: {error.strerror}.")
    except ValueError:
        _stop("The file isn't evidence of a signature.", status=1)
    return verify_evidence(evidence, document, certs)


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        _stop("\n".join(error.faults))


@contextmanager
def _sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    engine = make_engine(settings.database_url, settings.key_ring)
    try:
        yield make_sessionmaker(engine)
    finally:
        engine.dispose()


def _configured(settings: Settings, sessions: sessionmaker[Session], evidence: Evidence) -> tuple[str, ...]:
    """Return the provider's certificates by the list that the portal runs with.

    They come from files, or from a federation's metadata whose signature is checked with a key in a file; the database
    may keep those metadata and isn't trusted for them.
    """
    asked = evidence.binding
    try:
        known = FederationKeeper(settings, sessions).federation
    except (FederationError, ProviderFileError) as error:
        _stop(f"{error}. Give the provider's certificate with --trust.")
    idp = known.by_entity_id(Side(asked.side), asked.idp_entity_id)
    if idp is None:
        _stop("The provider isn't in the list any more. Give its certificate of then with --trust.")
    return idp.signing_certs


def _show(verdict: Verdict) -> None:
    for check in verdict.checks:
        click.echo(f"{'ok  ' if check.holds else 'FAIL'}  {check.name:<36} {check.words}".rstrip())
    if verdict.signed_at is not None:
        click.echo(f"The provider says that the person authenticated at {verdict.signed_at:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo("The signature holds." if verdict.holds else "The signature does NOT hold.")
    sys.exit(0 if verdict.holds else 1)


def _stop(words: str, *, status: int = 2) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(status)
