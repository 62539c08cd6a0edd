"""Evidence on its own: what holds, and that every check of it can fail."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from xmlsec import constants as c

from portal.identity.saml import names
from portal.identity.saml.evidence import content_key
from portal.identity.signing.evidence import (
    BadEvidence,
    Evidence,
    export,
    read_evidence,
    read_export,
    utc_text,
)
from portal.identity.signing.rules import Binding
from portal.identity.signing.verify import verify_evidence
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene
from tests.identity.signing.desk import DOCUMENT, changed

NUMBER = "urn:oid:1.2.752.29.4.13"


@dataclass(frozen=True)
class Signed:
    """A signature made outside of the portal: the scene, its evidence, and what to trust."""

    scene: Scene
    evidence: Evidence
    trusted: tuple[str, ...]

    def failed(self, evidence: Evidence | None = None, **of: Any) -> tuple[str, ...]:
        given = {"document": DOCUMENT, "trusted_certs": self.trusted, **of}
        verdict = verify_evidence(evidence or self.evidence, **given)
        assert verdict.holds is not bool(verdict.failed)
        return verdict.failed


def bind(scene: Scene, **changes: Any) -> Binding:
    return replace(
        Binding(
            digest=DOCUMENT.digest.hex(),
            reference=forge.PERSON,
            scheme="identity_number",
            attribute=NUMBER,
            side="client",
            nonce=secrets.token_hex(32),
            idp_entity_id=scene.idp.entity_id,
            trust="0" * 64,
            sp_entity_id=scene.sp.entity_id,
            acs_url=scene.sp.acs_url,
            levels={forge.LOA3: 3},
            issued_at=utc_text(scene.now - timedelta(seconds=30)),
        ),
        **changes,
    )


def make(scene: Scene, binding: Binding | None = None, **changes: Any) -> Signed:
    """Make a signature; ``changes`` are those of the provider's answer."""
    binding = binding or bind(scene)
    encoded = forge.issue(scene.answer(**{"in_response_to": binding.request_id, **changes}))
    evidence = Evidence(
        method="saml_authentication",
        binding=binding,
        request_id=binding.request_id,
        certificates=scene.idp.signing_certs,
        received_at=utc_text(scene.now),
        response=encoded,
        content_key=content_key(encoded, scene.sp),
    )
    return Signed(scene, evidence, (scene.keys["idp"].cert,))


@pytest.fixture
def signed(scene: Scene) -> Signed:
    return make(scene)


def test_it_holds(signed: Signed) -> None:
    assert signed.failed() == ()
    verdict = verify_evidence(signed.evidence, DOCUMENT, signed.trusted)
    assert verdict.signed_at == signed.scene.now


@pytest.mark.parametrize("cipher", [c.TransformAes128Cbc, c.TransformAes256Cbc, c.TransformAes128Gcm])
def test_every_cipher_can_be_opened_again(scene: Scene, cipher: Any) -> None:
    assert make(scene, cipher=cipher).failed() == ()


def test_an_assertion_in_the_clear_needs_no_key(scene: Scene) -> None:
    signed = make(scene, receiver=None)
    assert signed.evidence.content_key is None
    assert signed.failed() == ()


def test_a_key_that_is_on_its_way_out_opens_it_too(scene: Scene) -> None:
    assert make(scene, receiver=scene.keys["sp-old"].cert).failed() == ()


def test_our_keys_are_not_needed_afterwards(signed: Signed) -> None:
    """Rotated away: nothing in the check has any of them."""
    read = read_evidence(json.loads(json.dumps(signed.evidence.to_json())))
    assert signed.failed(read) == ()
    shown = json.dumps(signed.evidence.to_json())
    for key, _cert in signed.scene.sp.decryption_keys:
        assert "".join(key.split())[40:80] not in shown
    assert "PRIVATE" not in shown


def test_another_document_fails(signed: Signed) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"text": DOCUMENT.text.replace("7", "8")},
        {"locale": "en"},
        {"kind": "other"},
        {"content": {}},
    )
    for change in changes:
        assert signed.failed(document=changed(DOCUMENT, **change)) == ("document",)


def test_another_document_with_its_digest_written_in_fails(signed: Signed) -> None:
    other = changed(DOCUMENT, text="Jag söker 100 000 kronor.")
    bent = replace(signed.evidence, binding=replace(signed.evidence.binding, digest=other.digest.hex()))
    failed = signed.failed(bent, document=other)
    assert failed == ("request bound to document and person", "answers the request")
    # And with the request's ID made to fit, too: the provider has signed another one.
    failed = signed.failed(replace(bent, request_id=bent.binding.request_id), document=other)
    assert failed == ("answers the request",)


BENT: dict[str, Any] = {
    "digest": "0" * 64,
    "reference": "198107162391",
    "scheme": "prid",
    "attribute": "urn:oid:2.5.4.42",
    "side": "staff",
    "nonce": "1" * 64,
    "idp_entity_id": "https://other.example.se/idp",
    "trust": "1" * 64,
    "sp_entity_id": "https://other.example.se/saml/metadata",
    "acs_url": "https://other.example.se/saml/acs",
    "levels": {forge.LOA3: 4},
    "issued_at": "2026-01-01T00:00:00.000000Z",
}
SAID = {
    "digest": "document",
    "reference": "person",
    "attribute": "person",
    "idp_entity_id": "provider",
    "sp_entity_id": "receiver",
    "acs_url": "receiver",
}


def test_every_part_of_the_binding_is_bent_here() -> None:
    assert BENT.keys() == Binding.__dataclass_fields__.keys()


@pytest.mark.parametrize("part", BENT)
def test_no_part_of_the_binding_can_be_changed(signed: Signed, part: str) -> None:
    bent = replace(signed.evidence, binding=replace(signed.evidence.binding, **{part: BENT[part]}))
    failed = signed.failed(bent)
    assert {"request bound to document and person", "answers the request"} <= set(failed)
    assert SAID.get(part, "request bound to document and person") in failed
    forged = replace(bent, request_id=bent.binding.request_id)
    assert "answers the request" in signed.failed(forged)


def test_the_kept_request_id_is_compared(signed: Signed) -> None:
    bent = replace(signed.evidence, request_id="_" + "0" * 64)
    assert signed.failed(bent) == ("request bound to document and person",)


def test_a_certificate_that_is_not_trusted_fails(signed: Signed) -> None:
    for trusted in ((), (signed.scene.keys["other-idp"].cert,), (signed.scene.keys["idp-second"].cert,)):
        assert signed.failed(trusted_certs=trusted) == ("provider's signature", "provider's key at that time")


def test_what_lies_with_the_evidence_is_never_trusted(scene: Scene) -> None:
    """Made up from the first byte by somebody with keys of their own."""
    forger = scene.keys["other-idp"]
    forged = make(scene, signer=forger)
    evidence = replace(forged.evidence, certificates=(forger.cert,))
    assert forged.failed(evidence) == ("provider's signature", "provider's key at that time")


def test_a_key_that_was_not_the_providers_then_fails(signed: Signed) -> None:
    evidence = replace(signed.evidence, certificates=(signed.scene.keys["idp-second"].cert,))
    assert signed.failed(evidence) == ("provider's key at that time",)
    evidence = replace(signed.evidence, certificates=())
    assert signed.failed(evidence) == ("provider's key at that time",)


def test_a_certificate_that_is_none_fails(signed: Signed) -> None:
    assert "provider's key at that time" in signed.failed(replace(signed.evidence, certificates=("x",)))
    assert "provider's signature" in signed.failed(trusted_certs=("x",))


@pytest.mark.parametrize("seconds", [-400, -31 * 24 * 3600, 3600, 400])
def test_the_time_that_it_came_must_fit(signed: Signed, seconds: int) -> None:
    moved = utc_text(signed.scene.now + timedelta(seconds=seconds))
    assert "time" in signed.failed(replace(signed.evidence, received_at=moved))


def test_a_time_that_is_none_fails(signed: Signed) -> None:
    assert signed.failed(replace(signed.evidence, received_at="yesterday")) == ("time",)


def test_without_or_with_another_content_key_it_fails(signed: Signed) -> None:
    for key in (None, bytes(32), bytes(16), b"short"):
        failed = signed.failed(replace(signed.evidence, content_key=key))
        assert {"person", "receiver", "level", "answers the request"} <= set(failed)


def test_one_changed_byte_of_the_answer_fails(signed: Signed) -> None:
    raw = bytearray(base64.b64decode(signed.evidence.response))
    # The certificate in the message isn't signed, and never used.
    unsigned = range(raw.index(b"<ds:KeyInfo>"), raw.index(b"</ds:KeyInfo>"))
    for place in range(200, len(raw), len(raw) // 24):
        if place in unsigned:
            continue
        bent = bytearray(raw)
        bent[place] ^= 1
        encoded = base64.b64encode(bytes(bent)).decode()
        assert signed.failed(replace(signed.evidence, response=encoded)), place


@pytest.mark.parametrize("response", ["", "x", "PHg+", "å"])
def test_rubbish_fails(signed: Signed, response: str) -> None:
    failed = signed.failed(replace(signed.evidence, response=response))
    assert {"provider's signature", "person", "answers the request"} <= set(failed)


def test_the_answer_to_another_request_fails(signed: Signed) -> None:
    other = make(signed.scene)
    evidence = replace(signed.evidence, response=other.evidence.response, content_key=other.evidence.content_key)
    assert signed.failed(evidence) == ("answers the request",)


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"attributes": {NUMBER: ("198107162391",)}}, "person"),
        ({"attributes": {"urn:oid:2.5.4.42": ("Test",)}}, "person"),
        ({"attributes": {NUMBER: (forge.PERSON, "198107162391")}}, "person"),
        ({"issuer": "https://other.example.se/idp"}, "provider"),
        ({"assertion_issuer": "https://other.example.se/idp"}, "provider"),
        ({"destination": "https://other.example.se/saml/acs"}, "receiver"),
        ({"recipient": "https://other.example.se/saml/acs"}, "receiver"),
        ({"audience": "https://other.example.se/saml/metadata"}, "receiver"),
        ({"audience": None}, "receiver"),
        ({"subject_in_response_to": "_other"}, "answers the request"),
        ({"level": forge.LOA2}, "level"),
        ({"authn_instant": timedelta(minutes=-3)}, "time"),
        ({"authn_instant": timedelta(minutes=3)}, "time"),
        ({"issue_instant": timedelta(minutes=-10)}, "time"),
        ({"assertion_issue_instant": timedelta(minutes=-10)}, "time"),
        ({"not_on_or_after": timedelta(minutes=-3)}, "time"),
        ({"subject_not_on_or_after": timedelta(minutes=-3)}, "time"),
    ],
)
def test_what_the_provider_says_is_checked_again(scene: Scene, changes: dict[str, Any], check: str) -> None:
    assert check in make(scene, **changes).failed()


def test_a_foreign_person_signs_by_the_provisional_identifier(scene: Scene) -> None:
    binding = bind(scene, scheme="prid", attribute=names.PRID, reference="XA:1234567890")
    assert make(scene, binding, attributes={names.PRID: ("XA:1234567890",)}).failed() == ()
    assert make(scene, binding, attributes={names.PRID: ("XA:1234567891",)}).failed() == ("person",)
    assert make(scene, binding).failed() == ("person",)


def test_the_message_itself_is_checked_and_not_only_what_is_in_it(scene: Scene) -> None:
    binding = bind(scene)
    other = make(scene, binding, in_response_to="_other", subject_in_response_to=binding.request_id)
    assert other.failed() == ("answers the request",)
    other = make(scene, issuer="https://other.example.se/idp", assertion_issuer=scene.idp.entity_id)
    assert other.failed() == ("provider",)


def test_an_answer_that_nobody_was_signed_in_is_none(scene: Scene) -> None:
    failed = make(scene, status=("urn:oasis:names:tc:SAML:2.0:status:Responder",)).failed()
    assert {"status", "person"} <= set(failed)


def test_an_answer_without_signature_fails(scene: Scene) -> None:
    assert "provider's signature" in make(scene, signer=None).failed()


def test_something_moved_within_the_signed_message_fails(scene: Scene) -> None:
    def add(root: etree._Element) -> None:
        root.append(etree.fromstring(etree.tostring(root[-1])))

    assert "provider's signature" in make(scene, edit_signed=add).failed()


def spoil(change: Callable[[dict[str, Any]], Any]) -> Callable[[Signed], dict[str, Any]]:
    def of(signed: Signed) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(json.dumps(export(signed.evidence, DOCUMENT)))
        change(values)
        return values

    return of


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.pop("document"),
        lambda v: v.update(more=1),
        lambda v: v["document"].pop("text"),
        lambda v: v["document"].update(text=1),
        lambda v: v["document"].update(content="{"),
        lambda v: v["document"].update(content='{"b":1,"a":2}'),
        lambda v: v["document"].update(content="[]"),
        lambda v: v["evidence"].update(format="insyn-signature/2"),
        lambda v: v["evidence"].update(method="trust me"),
        lambda v: v["evidence"].pop("response"),
        lambda v: v["evidence"].update(response=1),
        lambda v: v["evidence"].update(content_key="å"),
        lambda v: v["evidence"].update(content_key=5),
        lambda v: v["evidence"].update(certificates="x"),
        lambda v: v["evidence"].update(binding=None),
        lambda v: v["evidence"]["binding"].pop("nonce"),
        lambda v: v["evidence"]["binding"].update(nonce=1),
        lambda v: v["evidence"]["binding"].update(levels={"x": "3"}),
        lambda v: v["evidence"]["binding"].update(levels=None),
    ],
)
def test_a_file_that_is_not_evidence_is_not_read(signed: Signed, change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(BadEvidence):
        read_export(spoil(change)(signed))


@pytest.mark.parametrize("values", [None, [], "x", {}, 1])
def test_rubbish_is_not_read(values: Any) -> None:
    with pytest.raises(BadEvidence):
        read_export(values)
    with pytest.raises(BadEvidence):
        read_evidence(values)


def test_a_file_tells_the_same_as_what_it_was_made_of(signed: Signed) -> None:
    evidence, document = read_export(json.loads(json.dumps(export(signed.evidence, DOCUMENT))))
    assert (evidence, document) == (signed.evidence, DOCUMENT)
    assert signed.failed(evidence, document=document) == ()


def test_nothing_of_the_person_shows_in_a_representation(signed: Signed) -> None:
    assert forge.PERSON not in repr(signed.evidence)
    assert forge.PERSON not in repr(verify_evidence(signed.evidence, DOCUMENT, signed.trusted))
    assert "7450" not in repr(DOCUMENT)
