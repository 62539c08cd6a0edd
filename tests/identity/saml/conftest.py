"""Keys made once, and the two sides of the conversation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from portal.identity.saml import IdentityProvider, PendingRequest, ServiceProvider
from tests.identity.saml import forge
from tests.identity.saml.scene import IDP_ID, Scene


@cache
def pair(name: str, *, curve: bool = False) -> forge.Pair:
    return forge.make_pair(name, curve=curve)


@pytest.fixture(scope="session")
def parties() -> Scene:
    """A service provider in the middle of a change of keys, and a provider with several keys."""
    keys = {name: pair(name) for name in ("idp", "idp-second", "other-idp", "sp-sign", "sp-new", "sp-old")}
    keys["idp-curve"] = pair("idp-curve", curve=True)
    sp = ServiceProvider(
        entity_id="https://insyn.example.se/saml/metadata",
        acs_url="https://insyn.example.se/saml/acs",
        slo_url="https://insyn.example.se/saml/slo",
        signing_key_pem=keys["sp-sign"].key,
        signing_cert_pem=keys["sp-sign"].cert,
        decryption_keys=((keys["sp-new"].key, keys["sp-new"].cert), (keys["sp-old"].key, keys["sp-old"].cert)),
        display_names={"sv": "Insyn", "en": "Insyn"},
        organisation_names={"sv": "Exempelkommunen"},
        entity_categories=("http://id.elegnamnden.se/ec/1.0/loa3-pnr",),
        contact_email="drift@example.se",
    )
    idp = IdentityProvider(
        entity_id=IDP_ID,
        display_names={"sv": "Prov-id"},
        sso_redirect_url="https://idp.example.se/sso?tenant=a&lang=sv",
        slo_redirect_url="https://idp.example.se/slo",
        signing_certs=(keys["idp"].cert, keys["idp-second"].cert, keys["idp-curve"].cert),
        levels={forge.LOA3: 3, forge.LOA2: 2},
        scopes=("example.se",),
    )
    return at(Scene(datetime.now(UTC), keys, sp, idp, PendingRequest("", datetime.now(UTC), True, ())))


def at(parties: Scene) -> Scene:
    """The same parties now, with a request sent a minute and a half ago."""
    now = datetime.now(UTC).replace(microsecond=0)
    pending = PendingRequest("_request", now - timedelta(seconds=90), True, (forge.LOA3, forge.LOA4))
    return replace(parties, now=now, pending=pending)


@pytest.fixture
def scene(parties: Scene) -> Scene:
    """The parties at this moment: python3-saml looks at the real clock, and a whole run takes long."""
    return at(parties)
