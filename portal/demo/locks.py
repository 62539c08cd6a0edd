"""Locks that keep the demonstration on this machine and out of production (SAML.md section 4)."""

import ipaddress

from portal.identity.saml.production_lock import DemoTrustInProduction, refuse_demo_trust

# The application itself calls this one; it stands in `identity`, since nothing may import `demo`.
refuse_in_production = refuse_demo_trust
__all__ = ["DemoTrustInProduction", "PublicBind", "is_loopback", "refuse_in_production", "refuse_public_bind"]


class PublicBind(RuntimeError):  # noqa: N818 (the words say what is wrong)
    """The development identity provider was told to listen where others can reach it."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def refuse_public_bind(host: str) -> None:
    """Raise PublicBind for every host but loopback; an empty host means all addresses and is refused too."""
    if not is_loopback(host):
        raise PublicBind("the development identity provider may only listen on loopback")
