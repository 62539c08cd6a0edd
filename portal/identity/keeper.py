"""The federation as this process knows it: swapped whole when newer metadata is kept, and without what has expired."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.core.clock import now
from portal.identity import logos, refresh
from portal.identity.federation import Federation, load_service_providers
from portal.identity.fetching import FetchError, fetch
from portal.identity.pictures import Picture
from portal.identity.saml.metadata import AggregateSource, Listing, identity_provider, load_listing
from portal.identity.saml.metadata_aggregate import Aggregate, read_aggregate
from portal.identity.saml.metadata_reader import IdpMetadata, ProviderFileError
from portal.identity.saml.model import IdentityProvider, ProviderConfig
from portal.identity.saml.production_lock import DemoTrustInProduction, refuse_demo_trust
from portal.settings import Settings

log = structlog.get_logger("portal.identity")
LOOK_AGAIN = timedelta(seconds=60)


class FederationKeeper:
    """Builds the federation from the list of providers and from the metadata that the worker keeps.

    :raises FederationError: keys are missing. Errors of provider files come from ``saml.metadata``.
    :raises DemoTrustInProduction: production would trust a development identity provider.
    """

    def __init__(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._settings, self._sessions = settings, sessions
        self._listing: Listing = load_listing(settings.saml_providers)
        refuse_demo_trust(settings.environment, self._listing.providers)
        self._own = load_service_providers(settings)
        self._read: dict[str, tuple[bytes | None, Aggregate]] = {}
        self._logos: tuple[dict[str, datetime], dict[str, Picture]] = ({}, {})
        self._fetches_logos = False
        self._lock = threading.Lock()
        self._looked_at: datetime | None = None
        self._ends: datetime | None = None
        self.federation = self._look(now())

    @property
    def aggregates(self) -> dict[str, Aggregate]:
        """The verified aggregates by the name of their source."""
        return {name: aggregate for name, (_digest, aggregate) in self._read.items()}

    @property
    def sources(self) -> tuple[AggregateSource, ...]:
        """The aggregates that the list of providers names."""
        return self._listing.aggregates

    def renewed(self) -> Federation | None:
        """The federation where something has changed or ended since the last call, else None; cheap to ask."""
        moment = now()
        ended = self._ends is not None and moment >= self._ends
        if not ended and not self._is_time(moment):
            return None
        # One thread looks; the others go on with what there is, unless a provider's metadata has just ended.
        if not self._lock.acquire(blocking=ended):
            return None
        try:
            before = self.federation
            self.federation = self._look(moment)
            return self.federation if self.federation != before else None
        finally:
            self._lock.release()

    def _is_time(self, moment: datetime) -> bool:
        keeps = self._fetches_logos or bool(self.sources)
        return keeps and (self._looked_at is None or abs(moment - self._looked_at) >= LOOK_AGAIN)

    def _look(self, moment: datetime) -> Federation:
        self._looked_at = moment
        if self.sources:
            self._read_kept(moment)
        listed = [entry for entry in (*self._listing.providers, *self._aggregated(moment)) if _lasts(entry, moment)]
        ends = [entry.provider.valid_until for entry in listed if entry.provider.valid_until is not None]
        self._ends = min(ends, default=None)
        providers = {side: _of_side(side, listed) for side in Side}
        return Federation(self._own, providers, self._pictures([idp for of in providers.values() for idp in of]))

    def _pictures(self, providers: list[IdentityProvider]) -> dict[str, Picture]:
        """The logos that may be shown; those that the worker fetches are read again only where one is new."""
        self._fetches_logos = bool(logos.addresses(providers))
        if self._fetches_logos:
            try:
                with self._sessions() as session:
                    if (states := logos.states(session)) != self._logos[0]:
                        self._logos = (states, logos.kept(session))
            except SQLAlchemyError as error:
                log.error("logos not read", kind=type(error).__name__)
        return logos.of_providers(providers, self._logos[1])

    def _read_kept(self, moment: datetime) -> None:
        """Read what the worker has kept since; what cannot be read or verified leaves the last good in its place."""
        try:
            with self._sessions() as session:
                known = {state.source: state.digest for state in refresh.states(session)}
                for source in self.sources:
                    digest = known.get(source.name)
                    if digest is not None and self._read.get(source.name, (None,))[0] != digest:
                        self._verify(source, refresh.kept(session, source.name), digest, moment)
        except SQLAlchemyError as error:
            log.error("federation metadata not read", kind=type(error).__name__)
        for source in self.sources:
            if source.name not in self._read and source.file is not None:
                self._read_file(source, moment)

    def _read_file(self, source: AggregateSource, moment: datetime) -> None:
        # A file is there before the worker has run for the first time.
        try:
            self._verify(source, fetch(source), None, moment)
        except FetchError as error:
            log.error("federation metadata not read", source=source.name, kind=str(error))

    def _verify(self, source: AggregateSource, data: bytes | None, digest: bytes | None, moment: datetime) -> None:
        try:
            aggregate = read_aggregate(data or b"", source.pin, now=moment, max_days=source.max_days)
        except ProviderFileError as error:
            log.error("federation metadata refused", source=source.name, problem=str(error))
            return
        self._read[source.name] = (digest, aggregate)

    def _aggregated(self, moment: datetime) -> Iterator[ProviderConfig]:
        for source in self.sources:
            found = self._read.get(source.name)
            if found is None or found[1].valid_until <= moment:
                continue
            for metadata in found[1].providers:
                provider = wanted_provider(source, found[1], metadata)
                if provider is not None and self._may_be_trusted(source, provider):
                    yield ProviderConfig(source.terms.side, provider)

    def _may_be_trusted(self, source: AggregateSource, provider: IdentityProvider) -> bool:
        try:
            refuse_demo_trust(self._settings.environment, [ProviderConfig(source.terms.side, provider)])
        except DemoTrustInProduction:
            return False
        return True


def refresh_federation(settings: Settings, sessions: sessionmaker[Session]) -> list[refresh.Outcome]:
    """Fetch every federation's metadata, and then the logos of the providers that are offered by it.

    :raises FederationError, ProviderFileError, DemoTrustInProduction: see ``FederationKeeper``.
    """
    outcomes = refresh.refresh(sessions, load_listing(settings.saml_providers).aggregates)
    offered = FederationKeeper(settings, sessions).federation.providers
    logos.refresh(sessions, [idp for side in offered.values() for idp in side])
    return outcomes


def wanted_provider(source: AggregateSource, aggregate: Aggregate, found: IdpMetadata) -> IdentityProvider | None:
    """The provider as we accept it, or None where we don't want it or it is certified for nothing that we accept.

    Accepted levels are those configured that its ``assurance-certification`` names, too: an unreviewed provider
    cannot assert a reviewed level. Source: Sweden Connect 02, section 2.1.3, and 03, section 1.2.3.
    """
    if source.entities and found.entity_id not in source.entities:
        return None
    if source.categories and not source.categories & found.entity_categories:
        return None
    levels = {uri: level for uri, level in source.terms.levels.items() if uri in found.certified_levels}
    if not levels:
        return None
    until = min(found.valid_until or aggregate.valid_until, aggregate.valid_until)
    return identity_provider(found, source.terms, levels=levels, valid_until=until)


def _lasts(entry: ProviderConfig, moment: datetime) -> bool:
    return entry.provider.valid_until is None or entry.provider.valid_until > moment


def _of_side(side: Side, listed: list[ProviderConfig]) -> tuple[IdentityProvider, ...]:
    # The first that is listed stands: a single provider before a federation's.
    found: dict[str, IdentityProvider] = {}
    for entry in listed:
        if entry.side == side.value:
            found.setdefault(entry.provider.entity_id, entry.provider)
    return tuple(found.values())
