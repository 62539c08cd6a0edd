"""The identity providers of the demonstration: two for clients, so that there is something to choose, one for staff."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from portal.core.clock import now
from portal.demo.environment import Layout
from portal.demo.guests import GUESTS
from portal.demo.idp_config import LEVELS, DemoPerson, IdpConfig, IdpSide, RelyingParty
from portal.demo.idp_files import generate_key_pair, idp_metadata
from portal.demo.people import CLIENTS, STAFF, Colleague
from portal.identity.saml.model import SideName

KEY_NAMES: Final = ("client", "staff", "idp-client", "idp-staff", "idp-other")
OTHER_PATH: Final = "/annan"
_RENEW_BEFORE: Final = timedelta(days=2)


def prepare_keys(layout: Layout) -> None:
    """Make the SAML keys that are lacking or soon run out."""
    for name in KEY_NAMES:
        if not _lasts(layout.keys / f"{name}.crt"):
            generate_key_pair(layout.keys, name)


def _lasts(certificate: Path) -> bool:
    if not certificate.exists():
        return False
    until = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return until - now() > _RENEW_BEFORE


def identity_providers(layout: Layout, *, client_url: str, staff_url: str, idp_url: str) -> tuple[IdpConfig, IdpConfig]:
    """Return the two providers: the first for clients and staff, the other for clients alone under its own path.

    The other one takes requests by form, so that both bindings are seen in the demonstration.
    """
    clients = (
        tuple(DemoPerson(one.name, one.given_name, one.surname, one.identity_number, note=one.note) for one in CLIENTS)
        + GUESTS
    )
    staff = tuple(_member(one) for one in STAFF)
    return (
        IdpConfig(
            idp_url,
            (
                _side(layout, "client", client_url, clients, "idp-client"),
                _side(layout, "staff", staff_url, staff, "idp-staff"),
            ),
            takes_forms=True,
        ),
        IdpConfig(idp_url + OTHER_PATH, (_side(layout, "client", client_url, clients, "idp-other"),), takes_forms=True),
    )


def _member(one: Colleague) -> DemoPerson:
    given_name, _, surname = one.name.partition(" ")
    return DemoPerson(one.name, given_name, surname, staff_id=one.subject, note=one.note)


def _side(layout: Layout, name: SideName, portal_url: str, persons: tuple[DemoPerson, ...], key: str) -> IdpSide:
    certificate = (layout.keys / f"{name}.crt").read_text("ascii")
    party = RelyingParty(
        entity_id=f"{portal_url}/saml/metadata",
        acs_url=f"{portal_url}/saml/acs",
        slo_url=f"{portal_url}/saml/slo",
        signing_cert_pem=certificate,
        encryption_cert_pem=certificate,
    )
    own_key, own_certificate = ((layout.keys / f"{key}.{kind}").read_text("ascii") for kind in ("key", "crt"))
    return IdpSide(name, party, persons, own_key, own_certificate)


def write_providers(layout: Layout, configs: tuple[IdpConfig, IdpConfig]) -> None:
    """Write the metadata files and the portal's list of providers."""
    layout.providers.mkdir(parents=True, exist_ok=True, mode=0o700)
    own, other = configs
    entries = (
        (own, own.sides[0], "testlegitimation.xml", {"sv": "Testlegitimation", "en": "Test eID"}),
        (other, other.sides[0], "annan.xml", {"sv": "Annan testlegitimation", "en": "Another test eID"}),
        (
            own,
            own.sides[1],
            "personal.xml",
            {"sv": "Kommunens inloggning (test)", "en": "The municipality’s sign-in (test)"},
        ),
    )
    tables = []
    for config, side, file_name, names in entries:
        (layout.providers / file_name).write_bytes(idp_metadata(config, side))
        tables.append(_table(config, side, file_name, names))
    (layout.providers / "providers.toml").write_text("\n".join(tables), "utf-8")


def _table(config: IdpConfig, side: IdpSide, file_name: str, names: dict[str, str]) -> str:
    # Strings of JSON are strings of TOML.
    levels = ", ".join(f"{json.dumps(uri)} = {level}" for uri, level in LEVELS.items())
    shown = ", ".join(f"{locale} = {json.dumps(name, ensure_ascii=False)}" for locale, name in names.items())
    return (
        "[[provider]]\n"
        f"side = {json.dumps(side.name)}\n"
        f"entity_id = {json.dumps(config.entity_id(side))}\n"
        f"metadata = {json.dumps(file_name)}\n"
        f"levels = {{ {levels} }}\n"
        f"display_names = {{ {shown} }}\n" + ('binding = "post"\n' if config.base_url.endswith(OTHER_PATH) else "")
    )
