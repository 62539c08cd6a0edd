"""The lock that keeps demonstration sign-in out of production; pure, called by the application at start."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from portal.identity.saml import names
from portal.identity.saml.metadata_reader import LOOPBACK
from portal.identity.saml.model import ProviderConfig


class DemoTrustInProduction(RuntimeError):  # noqa: N818 (the words say what is wrong)
    """Production would trust a development identity provider, so it must not start."""


def refuse_demo_trust(environment: str, providers: Iterable[ProviderConfig]) -> None:
    """Raise DemoTrustInProduction where production trusts an http or loopback provider or a demonstration level.

    Every environment but "development", "demo" and "test" counts as production (SAML.md section 4).
    """
    if environment in ("development", "demo", "test"):
        return
    for config in providers:
        provider = config.provider
        addresses = (
            provider.entity_id,
            provider.sso_redirect_url,
            provider.sso_post_url,
            provider.slo_redirect_url,
            provider.slo_response_url,
            provider.slo_post_url,
            provider.slo_post_response_url,
            provider.logo_url,
        )
        if any(_is_local(address) for address in addresses if address):
            raise DemoTrustInProduction("an identity provider has an address without TLS or on this machine")
        if any(level.startswith(names.DEMO_LEVEL_PREFIX) for level in provider.levels):
            raise DemoTrustInProduction("an identity provider may assert a demonstration level")


def _is_local(address: str) -> bool:
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    loopback = host in LOOPBACK or host.endswith(".localhost") or host.startswith("127.")
    return parts.scheme == "http" or loopback
