"""Controls: everything the Swedish profile lets a provider do must pass."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from xmlsec import constants as c

from portal.identity.saml import names
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene

CURVE = {"signature": c.TransformEcdsaSha256}


@pytest.mark.parametrize(
    ("signer", "changes"),
    [
        pytest.param("idp", {}, id="rsa-sha256"),
        pytest.param("idp", {"signature": c.TransformRsaSha512, "digest": c.TransformSha512}, id="rsa-sha512"),
        pytest.param("idp", {"signature": c.TransformRsaSha384, "digest": c.TransformSha384}, id="rsa-sha384"),
        pytest.param("idp-curve", CURVE, id="ecdsa-sha256"),
        pytest.param("idp-curve", {**CURVE, "sign_assertion": True}, id="ecdsa-both-signed"),
        pytest.param("idp-second", {}, id="second-signing-cert"),
        pytest.param("idp", {"sign_assertion": True}, id="assertion-signed-too"),
        pytest.param("idp", {"cipher": c.TransformAes128Cbc}, id="aes128-cbc"),
        pytest.param("idp", {"cipher": c.TransformAes256Cbc}, id="aes256-cbc"),
        pytest.param("idp", {"cipher": c.TransformAes128Gcm}, id="aes128-gcm"),
        pytest.param("idp", {"cipher": c.TransformAes256Gcm}, id="aes256-gcm"),
        pytest.param("idp", {"not_before": timedelta(seconds=59)}, id="their-clock-59s-ahead"),
        pytest.param("idp", {"not_on_or_after": timedelta(seconds=-59)}, id="our-clock-59s-ahead"),
        pytest.param("idp", {"issue_instant": timedelta(seconds=59)}, id="issued-59s-ahead"),
        pytest.param("idp", {"authn_instant": timedelta(seconds=-149)}, id="signed-in-59s-before-the-request"),
    ],
)
def test_genuine_answers_pass(scene: Scene, signer: str, changes: dict[str, Any]) -> None:
    found = scene.verify(forge.issue(scene.answer(signer=scene.keys[signer], **changes)))
    assert found.identity_number == forge.PERSON
    assert (found.level_uri, found.level) == (forge.LOA3, 3)


def test_everything_read_from_a_sign_in(scene: Scene) -> None:
    found = scene.verify(forge.issue(scene.answer()))
    assert found.assertion_id == "_assertion"
    assert found.idp_entity_id == scene.idp.entity_id
    assert (found.name_id, found.session_index) == ("opaque-name", "_session")
    assert found.name_id_format == names.NAME_ID_TRANSIENT
    assert (found.given_name, found.surname, found.display_name) == ("Test", "Person", "Test Person")
    assert found.staff_id is None
    assert found.authn_instant == scene.now
    # The replay store must outlast every moment at which the assertion would still be accepted.
    assert found.assertion_expires_at == scene.now + timedelta(minutes=6)
    assert forge.PERSON not in repr(found)
    assert "opaque-name" not in repr(found)


def test_old_decryption_key_still_opens(scene: Scene) -> None:
    encoded = forge.issue(scene.answer(receiver=scene.keys["sp-old"].cert))
    assert scene.verify(encoded).identity_number == forge.PERSON


def test_clear_assertion_where_encryption_is_not_wanted(scene: Scene) -> None:
    encoded = forge.issue(scene.answer(receiver=None))
    assert scene.verify(encoded, idp=replace(scene.idp, want_encrypted=False)).identity_number == forge.PERSON


def test_encrypted_assertion_where_encryption_is_not_wanted(scene: Scene) -> None:
    encoded = forge.issue(scene.answer())
    assert scene.verify(encoded, idp=replace(scene.idp, want_encrypted=False)).identity_number == forge.PERSON


def test_lines_of_base64_may_be_broken(scene: Scene) -> None:
    raw = base64.b64decode(forge.issue(scene.answer()))
    assert scene.verify(base64.encodebytes(raw).decode().replace("\n", "\r\n")).level == 3


def test_sign_on_reuse_is_fine_when_not_forced(scene: Scene) -> None:
    encoded = forge.issue(scene.answer(authn_instant=timedelta(minutes=-50)))
    assert scene.verify(encoded, pending=replace(scene.pending, force_authn=False)).level == 3


def test_staff_id_within_its_scope(scene: Scene) -> None:
    attributes = {names.ORG_AFFILIATION: ("ab12@unit@example.se",), names.DISPLAY_NAME: ("Anställd",)}
    found = scene.verify(forge.issue(scene.answer(attributes=attributes)))
    assert (found.staff_id, found.identity_number) == ("ab12@unit@example.se", None)


def test_attributes_by_other_names(scene: Scene) -> None:
    wanted = replace(scene.idp.attribute_names, identity_number="urn:credential:personalIdentityNumber", staff_id="hsa")
    attributes = {"urn:credential:personalIdentityNumber": ("19851129-2388",), "hsa": ("SE2120000000-AB12",)}
    found = scene.verify(
        forge.issue(scene.answer(attributes=attributes)), idp=replace(scene.idp, attribute_names=wanted)
    )
    assert (found.identity_number, found.staff_id) == (forge.PERSON, "SE2120000000-AB12")
