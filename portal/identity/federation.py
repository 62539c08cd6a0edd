"""The federation this installation is part of: our two service providers and the identity providers each trusts."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.core.actor import Side
from portal.identity.saml.metadata import load_providers
from portal.identity.saml.model import IdentityProvider, ServiceProvider
from portal.identity.saml.production_lock import refuse_demo_trust
from portal.settings import Settings

# Sweden Connect 06 (entity categories): what kind of person each of our service providers wants to know.
_CATEGORIES = {
    Side.CLIENT: (
        "http://id.elegnamnden.se/ec/1.0/loa3-pnr",
        "http://id.swedenconnect.se/general-ec/1.0/accepts-coordination-number",
        "http://id.elegnamnden.se/st/1.0/public-sector-sp",
    ),
    Side.STAFF: (
        "http://id.elegnamnden.se/ec/1.0/loa3-orgid",
        "http://id.elegnamnden.se/st/1.0/public-sector-sp",
    ),
}


class FederationError(Exception):
    """Keys or provider files are missing or unreadable."""


@dataclass(frozen=True)
class Federation:
    """Service providers by side, and the identity providers of each side in the order of the file."""

    service_providers: dict[Side, ServiceProvider]
    providers: dict[Side, tuple[IdentityProvider, ...]]

    def provider(self, side: Side, handle: str) -> IdentityProvider | None:
        """Return the provider of a side by its handle (see ``handle_of``)."""
        return next((idp for idp in self.providers[side] if handle_of(idp) == handle), None)

    def by_entity_id(self, side: Side, entity_id: str) -> IdentityProvider | None:
        """Return the provider of a side by entity id, if we still trust it."""
        return next((idp for idp in self.providers[side] if idp.entity_id == entity_id), None)


def origin_of(url: str | None) -> str | None:
    """Return the origin of an address, as a content security policy names it; None where there is none."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def handle_of(idp: IdentityProvider) -> str:
    """Return a short stable name of a provider for forms: entity ids are long addresses."""
    return hashlib.sha256(idp.entity_id.encode()).hexdigest()[:12]


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise FederationError(f"can't read {path.name} in the directory of SAML keys") from error


def _service_provider(settings: Settings, side: Side) -> ServiceProvider:
    base = settings.client_url if side is Side.CLIENT else settings.staff_url
    directory = settings.saml_keys
    key, certificate = _read(directory / f"{side}.key"), _read(directory / f"{side}.crt")
    old = directory / f"{side}.old.key"
    former = ((_read(old), _read(directory / f"{side}.old.crt")),) if old.exists() else ()
    return ServiceProvider(
        entity_id=f"{base}/saml/metadata",
        acs_url=f"{base}/saml/acs",
        slo_url=f"{base}/saml/slo",
        signing_key_pem=key,
        signing_cert_pem=certificate,
        decryption_keys=((key, certificate), *former),
        display_names={"sv": "Insyn", "en": "Insyn"},
        organisation_names={"sv": settings.municipality, "en": settings.municipality},
        organisation_url=base,
        entity_categories=_CATEGORIES[side],
    )


def load_service_providers(settings: Settings) -> dict[Side, ServiceProvider]:
    """Read our keys and describe both service providers.

    :raises FederationError: keys are missing.
    """
    return {side: _service_provider(settings, side) for side in Side}


def load_federation(settings: Settings) -> Federation:
    """Read our keys and the single providers of the list, without any federation's metadata (see ``keeper``).

    :raises FederationError: keys are missing. Errors of provider files come from ``saml.metadata``.
    :raises DemoTrustInProduction: production would trust a development identity provider.
    """
    configured = load_providers(settings.saml_providers)
    refuse_demo_trust(settings.environment, configured)
    return Federation(
        load_service_providers(settings),
        {side: tuple(entry.provider for entry in configured if entry.side == side.value) for side in Side},
    )
