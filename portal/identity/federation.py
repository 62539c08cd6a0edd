"""The federation this installation is part of: our two service providers and the identity providers each trusts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from portal.core.actor import Side
from portal.core.i18n import LANGUAGES, Text, lazy, use_locale
from portal.core.resources import resource_dir
from portal.identity.pictures import Picture
from portal.identity.saml.metadata import load_providers
from portal.identity.saml.model import IdentityProvider, ServiceProvider
from portal.identity.saml.production_lock import refuse_demo_trust
from portal.settings import Settings
from portal.web.assets import Assets, AssetsNotBuiltError

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

_NAMES: dict[Side, Text] = {Side.CLIENT: "Insyn", Side.STAFF: lazy("Insyn för personal")}
_DESCRIPTIONS: dict[Side, Text] = {
    Side.CLIENT: lazy("Insyn är din kontakt med din handläggare på kommunen. Här läser du, skriver och får svar."),
    Side.STAFF: lazy(
        "Du når bara de ärenden du arbetar med. Det du läser om en klient syns i loggen, och för klienten."
    ),
}


class FederationError(Exception):
    """Keys or provider files are missing or unreadable."""


@dataclass(frozen=True)
class Federation:
    """Service providers by side, the identity providers of each side in the order of the file, and their pictures."""

    service_providers: dict[Side, ServiceProvider]
    providers: dict[Side, tuple[IdentityProvider, ...]]
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """By entity id; who has none is shown by a letter."""

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


def _decryption_keys(directory: Path, side: Side) -> tuple[tuple[str, str], ...]:
    """New and former pairs, new first; a signing key on a curve needs an RSA pair of its own (``SIDE.enc.key``)."""
    own_pair = (directory / f"{side}.enc.key").exists()
    wanted = [f"{side}.enc" if own_pair else f"{side}"]
    wanted += [name for name in (f"{side}.enc.old", f"{side}.old") if (directory / f"{name}.key").exists()]
    pairs = tuple((_read(directory / f"{name}.key"), _read(directory / f"{name}.crt")) for name in wanted)
    if not _is_rsa(pairs[0][0]):
        raise FederationError(f"{wanted[0]}.key can't decrypt: put an RSA key into {side}.enc.key")
    return tuple(pair for pair in pairs if _is_rsa(pair[0]))


@lru_cache(maxsize=16)  # loading a key checks its numbers, which takes long
def _is_rsa(key_pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(key_pem.encode(), None), rsa.RSAPrivateKey)
    except (ValueError, TypeError) as error:
        raise FederationError("a key in the directory of SAML keys can't be read") from error


def _in_every_language(text: Text) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with use_locale(language.code):
            found[language.code] = str(text)
    return found


def _logo(base: str) -> str:
    try:
        return base + Assets(resource_dir("static/dist")).url("ikon.svg")
    except (AssetsNotBuiltError, KeyError):
        return ""


def _service_provider(settings: Settings, side: Side) -> ServiceProvider:
    base = settings.client_url if side is Side.CLIENT else settings.staff_url
    directory = settings.saml_keys
    upcoming = directory / f"{side}.next.crt"
    return ServiceProvider(
        entity_id=f"{base}/saml/metadata",
        acs_url=f"{base}/saml/acs",
        slo_url=f"{base}/saml/slo",
        signing_key_pem=_read(directory / f"{side}.key"),
        signing_cert_pem=_read(directory / f"{side}.crt"),
        further_signing_certs=(_read(upcoming),) if upcoming.exists() else (),
        decryption_keys=_decryption_keys(directory, side),
        display_names=_in_every_language(_NAMES[side]),
        descriptions=_in_every_language(_DESCRIPTIONS[side]),
        logo_url=_logo(base),
        information_url=base,
        organisation_names={language.code: settings.municipality for language in LANGUAGES},
        organisation_url=base,
        entity_categories=_CATEGORIES[side],
        contact_email=settings.technical_contact,
        support_email=settings.support_contact,
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
