"""Answers of independent identity providers, recorded: not made by us, so not made to please the guard.

pysaml2 7.5.5 (xmlsec1, AES-256-CBC) and Auth0 samlp 8.0.0 (AES-256-GCM, both signatures) answered our request on
22 November 2026 with a lifetime of a hundred years; the keys were made for the recording and are used nowhere else.
"""

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.identity.saml import IdentityProvider, PendingRequest, Refusal, ServiceProvider
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene

RECORDED = Path(__file__).parent / "recorded"
WHEN = datetime(2026, 11, 22, 21, 53, 21, tzinfo=UTC)
PEERS = ["pysaml2.xml", "auth0.xml"]


@dataclass(frozen=True)
class Peer:
    sp: ServiceProvider
    idp: IdentityProvider
    pending: PendingRequest


@pytest.fixture(scope="module")
def peer(parties: Scene) -> Peer:
    pair = ((RECORDED / "receiver_key.pem").read_text(), (RECORDED / "receiver.crt").read_text())
    certificate = (RECORDED / "provider.crt").read_text()
    return Peer(
        replace(parties.sp, decryption_keys=(pair,)),
        replace(parties.idp, entity_id="https://idp.example.se/peer", signing_certs=(certificate,)),
        PendingRequest("_recorded", WHEN, True, (forge.LOA3,)),
    )


def message(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_signs_somebody_in(scene: Scene, peer: Peer, name: str) -> None:
    encoded = base64.b64encode(message(name)).decode()
    found = scene.verify(encoded, sp=peer.sp, idp=peer.idp, pending=peer.pending, now=WHEN)
    assert (found.identity_number, found.display_name) == (forge.PERSON, "Test Person")
    assert (found.name_id, found.level) == ("opaque-name", 3)
    assert found.session_index


@pytest.mark.parametrize("name", PEERS)
def test_the_same_answer_tomorrow(scene: Scene, peer: Peer, name: str) -> None:
    encoded = base64.b64encode(message(name)).decode()
    tomorrow = WHEN + timedelta(days=1)
    reason = scene.refusal(encoded, sp=peer.sp, idp=peer.idp, pending=peer.pending, now=tomorrow)
    assert reason is Refusal.RESPONSE_ISSUE_INSTANT


@pytest.mark.parametrize("name", PEERS)
def test_one_changed_character(scene: Scene, peer: Peer, name: str) -> None:
    changed = message(name).replace(b'InResponseTo="_recorded"', b'InResponseTo="_Recorded"', 1)
    assert changed != message(name)
    encoded = base64.b64encode(changed).decode()
    reason = scene.refusal(encoded, sp=peer.sp, idp=peer.idp, pending=peer.pending, now=WHEN)
    assert reason is Refusal.BAD_SIGNATURE
