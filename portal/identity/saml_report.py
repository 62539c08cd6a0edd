"""What the commands ``portal saml …`` tell: our metadata, the refresh, the providers, and what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.db import make_engine, make_sessionmaker
from portal.identity import refresh
from portal.identity.federation import FederationError, load_service_providers
from portal.identity.keeper import FederationKeeper, refresh_federation
from portal.identity.saml.keys import load_signing_key
from portal.identity.saml.metadata_aggregate import fingerprint
from portal.identity.saml.metadata_reader import ProviderFileError
from portal.identity.saml.metadata_writer import CLIENT_ATTRIBUTES, STAFF_ATTRIBUTES, sp_metadata
from portal.identity.saml.model import IdentityProvider, ServiceProvider
from portal.identity.saml.production_lock import DemoTrustInProduction
from portal.settings import Settings

ATTRIBUTES: Final = {Side.CLIENT: CLIENT_ATTRIBUTES, Side.STAFF: STAFF_ATTRIBUTES}
WARN_BEFORE: Final = timedelta(days=30)
Line = tuple[bool, str]


def metadata(settings: Settings, side: Side) -> str:
    """Our metadata of one side, as it is served at ``/saml/metadata``.

    :raises FederationError: keys are missing.
    """
    return sp_metadata(load_service_providers(settings)[side], attributes=ATTRIBUTES[side]).decode("utf-8")


def refreshed(settings: Settings) -> list[Line]:
    """Refresh every federation's metadata and tell how it went."""
    with _sessions(settings) as sessions:
        outcomes = refresh_federation(settings, sessions)
    lines: list[Line] = []
    for outcome in outcomes:
        lines.append((not outcome.problem, f"{outcome.source}: {outcome.problem or f'{outcome.providers} providers'}"))
        lines.extend((True, f"{outcome.source}: left out: {reason}") for reason in outcome.left_out)
    return lines or [(True, "no aggregates are listed")]


def providers(settings: Settings) -> Iterator[str]:
    """Every provider that is offered now, with its levels, keys and validity."""
    with _sessions(settings) as sessions:
        federation = FederationKeeper(settings, sessions).federation
    for side in Side:
        for idp in federation.providers[side]:
            yield f"{side}  {idp.entity_id}"
            yield f"        levels: {', '.join(f'{uri} = {level}' for uri, level in idp.levels.items())}"
            for pem in idp.signing_certs:
                yield f"        key: {fingerprint(load_pem_x509_certificate(pem.encode()))}"
            yield f"        valid until: {idp.valid_until.isoformat() if idp.valid_until else 'not said'}"


def checked(settings: Settings) -> list[Line]:
    """Everything that is right or wrong with keys, certificates, the list and the providers."""
    lines: list[Line] = []
    try:
        for side, sp in load_service_providers(settings).items():
            lines.extend(_check_keys(side, sp, now()))
    except FederationError as error:
        lines.append((False, str(error)))
    with _sessions(settings) as sessions:
        try:
            keeper = FederationKeeper(settings, sessions)
        except (FederationError, ProviderFileError, DemoTrustInProduction) as error:
            return [*lines, (False, str(error))]
        return [*lines, *_check_federation(keeper, sessions)]


def _check_federation(keeper: FederationKeeper, sessions: sessionmaker[Session]) -> Iterator[Line]:
    for side in Side:
        found = keeper.federation.providers[side]
        yield bool(found), f"{side}: {len(found)} identity providers"
        for idp in found:
            yield from _check_provider(idp, now())
    yield from _check_sources(keeper, sessions)


@contextmanager
def _sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    engine = make_engine(settings.database_url, settings.key_ring)
    try:
        yield make_sessionmaker(engine)
    finally:
        engine.dispose()


def _check_keys(side: Side, sp: ServiceProvider, at: datetime) -> Iterator[Line]:
    try:
        load_signing_key(sp.signing_key_pem)
    except ValueError as error:
        yield False, f"{side}: {error}"
    pairs = {"signing": (sp.signing_key_pem, sp.signing_cert_pem)}
    pairs |= {f"decryption {number}": pair for number, pair in enumerate(sp.decryption_keys, 1)}
    for name, (key_pem, cert_pem) in pairs.items():
        certificate = load_pem_x509_certificate(cert_pem.encode())
        public = load_pem_private_key(key_pem.encode(), None).public_key()
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        belongs = public.public_bytes(*form) == certificate.public_key().public_bytes(*form)
        lasts = certificate.not_valid_after_utc > at + WARN_BEFORE
        until = f"certificate ends {certificate.not_valid_after_utc:%Y-%m-%d}"
        yield belongs and lasts, f"{side}: {name} key, {until}{'' if belongs else ', and is of another key'}"


def _check_provider(idp: IdentityProvider, at: datetime) -> Iterator[Line]:
    # An expired certificate still serves as a key (Deployment Profile 2.1.1.2): metadata is what must be fresh.
    if idp.valid_until is not None:
        soon = idp.valid_until < at + timedelta(days=2)
        yield not soon, f"{idp.entity_id}: metadata valid until {idp.valid_until:%Y-%m-%d %H:%M} UTC"
    if "sv" not in idp.display_names:
        yield False, f"{idp.entity_id}: has no name in Swedish"


def _check_sources(keeper: FederationKeeper, sessions: sessionmaker[Session]) -> Iterator[Line]:
    with sessions() as session:
        states = {state.source: state for state in refresh.states(session)}
    for source in keeper.sources:
        state = states.get(source.name)
        if state is None:
            yield False, f"{source.name}: has never been fetched: portal saml refresh"
        else:
            yield not state.problem, f"{source.name}: {state.problem or 'fetched'}"
        aggregate = keeper.aggregates.get(source.name)
        for reason in aggregate.left_out if aggregate else ():
            yield True, f"{source.name}: left out: {reason}"
