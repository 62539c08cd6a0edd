"""Signatures, algorithms and encryption that must not be trusted, though some are signed with the right key."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from xmlsec import constants as c

from portal.identity.saml import Refusal
from tests.identity.saml import forge
from tests.identity.saml.edits import all_of, attribute, duplicate, find, insert, remove, text
from tests.identity.saml.scene import Scene

SIGNED_INFO = "/samlp:Response/ds:Signature/ds:SignedInfo"
METHOD = f"{SIGNED_INFO}/ds:SignatureMethod"
REFERENCE = f"{SIGNED_INFO}/ds:Reference"
TRANSFORMS = f"{REFERENCE}/ds:Transforms"
_DS = f'xmlns:ds="{forge.DS}"'
_XENC = f'xmlns:xenc="{forge.XENC}"'
XSLT = f"""<ds:Transform {_DS} Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet
 xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/"><x/></xsl:template>
 </xsl:stylesheet></ds:Transform>"""
XPATH = f"""<ds:Transform {_DS} Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">
 <ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"""
XPATH_IN_C14N = f"<ds:XPath {_DS}>true()</ds:XPath>"
OBJECT = f"<ds:Object {_DS}><x/></ds:Object>"
MANIFEST = (
    f'<ds:Reference {_DS} URI=""><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/></ds:Reference>'
)
RETRIEVAL = f'<ds:RetrievalMethod {_DS} URI="#x" Type="http://www.w3.org/2001/04/xmlenc#EncryptedKey"/>'
AGREEMENT = f'<xenc:AgreementMethod {_XENC} Algorithm="http://www.w3.org/2009/xmlenc11#ECDH-ES"/>'
OAEP = '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>'
SHAPE = Refusal.ENCRYPTION_SHAPE

SIGNED: list[tuple[str, dict[str, Any], Refusal]] = [
    ("rsa-sha1", {"signature": c.TransformRsaSha1}, Refusal.SIGNATURE_ALGORITHM),
    ("ecdsa-sha1", {"signer": "idp-curve", "signature": c.TransformEcdsaSha1}, Refusal.SIGNATURE_ALGORITHM),
    ("hmac-with-the-certificate", {"signature": c.TransformHmacSha256}, Refusal.SIGNATURE_ALGORITHM),
    ("digest-sha1", {"digest": c.TransformSha1}, Refusal.DIGEST_ALGORITHM),
    ("inclusive-c14n", {"canonicalisation": c.TransformInclC14N}, Refusal.CANONICALISATION),
    ("c14n-with-comments", {"canonicalisation": c.TransformExclC14NWithComments}, Refusal.CANONICALISATION),
    (
        "transform-with-comments",
        {"transforms": (c.TransformEnveloped, c.TransformExclC14NWithComments)},
        Refusal.TRANSFORM,
    ),
    ("transform-inclusive", {"transforms": (c.TransformEnveloped, c.TransformInclC14N)}, Refusal.TRANSFORM),
    (
        "three-transforms",
        {"transforms": (c.TransformEnveloped, c.TransformExclC14N, c.TransformExclC14N)},
        Refusal.TRANSFORM,
    ),
    ("key-transport-rsa15", {"transport": c.TransformRsaPkcs1}, Refusal.KEY_TRANSPORT),
    ("cipher-3des", {"cipher": c.TransformDes3Cbc}, Refusal.ENCRYPTION_ALGORITHM),
    ("unsigned", {"signer": None}, Refusal.RESPONSE_NOT_SIGNED),
    ("key-of-nobody", {"signer": "sp-old"}, Refusal.BAD_SIGNATURE),
    ("key-of-another-provider", {"signer": "other-idp"}, Refusal.BAD_SIGNATURE),
    ("encrypted-for-another", {"receiver": "other-idp"}, Refusal.DECRYPTION),
    ("in-the-clear", {"receiver": None}, Refusal.NOT_ENCRYPTED),
    (
        "signature-on-the-assertion-alone",
        {"sign_assertion": True, "edit_signed": remove("/samlp:Response/ds:Signature")},
        Refusal.RESPONSE_NOT_SIGNED,
    ),
]
# What somebody on the way can change; the message was genuine before.
TAMPERED: list[tuple[str, forge.Edit, Refusal]] = [
    ("xslt-transform", insert(TRANSFORMS, XSLT), Refusal.TRANSFORM),
    ("xpath-transform", insert(TRANSFORMS, XPATH, 1), Refusal.TRANSFORM),
    ("xpath-inside-c14n", insert(f"{TRANSFORMS}/ds:Transform", XPATH_IN_C14N), Refusal.TRANSFORM),
    ("no-transforms", remove(TRANSFORMS), Refusal.TRANSFORM),
    ("no-enveloped-transform", remove(f"{TRANSFORMS}/ds:Transform"), Refusal.TRANSFORM),
    ("algorithm-missing", attribute(METHOD, "Algorithm", None), Refusal.SIGNATURE_ALGORITHM),
    ("algorithm-none", attribute(METHOD, "Algorithm", "none"), Refusal.SIGNATURE_ALGORITHM),
    ("algorithm-swapped", attribute(METHOD, "Algorithm", c.TransformEcdsaSha256.href), Refusal.BAD_SIGNATURE),
    ("whole-document-reference", attribute(REFERENCE, "URI", ""), Refusal.SIGNATURE_REFERENCE),
    ("no-reference-uri", attribute(REFERENCE, "URI", None), Refusal.SIGNATURE_REFERENCE),
    ("reference-to-another", attribute(REFERENCE, "URI", "#_x"), Refusal.SIGNATURE_REFERENCE),
    ("reference-to-a-file", attribute(REFERENCE, "URI", "file:///etc/passwd"), Refusal.SIGNATURE_REFERENCE),
    ("reference-to-the-network", attribute(REFERENCE, "URI", "http://127.0.0.1:9/"), Refusal.SIGNATURE_REFERENCE),
    ("xpointer-reference", attribute(REFERENCE, "URI", "#xpointer(/)"), Refusal.SIGNATURE_REFERENCE),
    ("two-references", insert(SIGNED_INFO, MANIFEST, 2), Refusal.SIGNATURE_SHAPE),
    ("no-reference", remove(REFERENCE), Refusal.SIGNATURE_SHAPE),
    ("object-in-signature", insert("/samlp:Response/ds:Signature", OBJECT, 3), Refusal.SIGNATURE_SHAPE),
    ("two-signatures", duplicate("/samlp:Response/ds:Signature"), Refusal.SIGNATURE_SHAPE),
    ("two-signed-infos", duplicate(SIGNED_INFO), Refusal.SIGNATURE_SHAPE),
    ("two-values", duplicate("/samlp:Response/ds:Signature/ds:SignatureValue"), Refusal.SIGNATURE_SHAPE),
    ("no-value", remove("/samlp:Response/ds:Signature/ds:SignatureValue"), Refusal.SIGNATURE_SHAPE),
    ("empty-value", text("/samlp:Response/ds:Signature/ds:SignatureValue", ""), Refusal.BAD_SIGNATURE),
    ("retrieval-in-key-info", insert("//ds:Signature/ds:KeyInfo", RETRIEVAL), Refusal.SIGNATURE_SHAPE),
    ("digest-of-nothing", text(f"{REFERENCE}/ds:DigestValue", ""), Refusal.BAD_SIGNATURE),
    ("destination-changed", attribute("/samlp:Response", "Destination", "https://x.example"), Refusal.BAD_SIGNATURE),
    ("id-changed", attribute("/samlp:Response", "ID", "_other"), Refusal.SIGNATURE_REFERENCE),
    (
        "cipher-text-changed",
        text("//xenc:EncryptedData/xenc:CipherData/xenc:CipherValue", "AAAA"),
        Refusal.BAD_SIGNATURE,
    ),
]


def _cipher_reference(uri: str) -> forge.Edit:
    data = "//xenc:EncryptedData/xenc:CipherData"
    return all_of(
        remove(f"{data}/xenc:CipherValue"),
        insert(data, f'<xenc:CipherReference {_XENC} URI="{uri}"/>'),
    )


# A provider that signs it: the guard must still not follow.
REFERENCES: list[tuple[str, forge.Edit, Refusal]] = [
    ("cipher-reference-file", _cipher_reference("file:///dev/zero"), Refusal.EXTERNAL_REFERENCE),
    ("cipher-reference-network", _cipher_reference("http://127.0.0.1:9/x"), Refusal.EXTERNAL_REFERENCE),
    ("retrieval-method", insert("//xenc:EncryptedData/ds:KeyInfo", RETRIEVAL), Refusal.EXTERNAL_REFERENCE),
    (
        "data-reference",
        insert("//xenc:EncryptedKey", f"<xenc:ReferenceList {_XENC}/>", 3),
        Refusal.EXTERNAL_REFERENCE,
    ),
    ("no-key-info", remove("//xenc:EncryptedData/ds:KeyInfo"), Refusal.ENCRYPTION_SHAPE),
    ("two-keys", duplicate("//xenc:EncryptedKey"), Refusal.ENCRYPTION_SHAPE),
    ("two-data", duplicate("//xenc:EncryptedData"), Refusal.ENCRYPTION_SHAPE),
    ("no-data", remove("//xenc:EncryptedData"), Refusal.ENCRYPTION_SHAPE),
    (
        "name-of-key",
        insert("//xenc:EncryptedData/ds:KeyInfo", f"<ds:KeyName {_DS}>x</ds:KeyName>"),
        Refusal.ENCRYPTION_SHAPE,
    ),
    ("no-method", remove("//xenc:EncryptedData/xenc:EncryptionMethod"), Refusal.ENCRYPTION_ALGORITHM),
    ("no-key-method", remove("//xenc:EncryptedKey/xenc:EncryptionMethod"), Refusal.KEY_TRANSPORT),
    (
        "aes-key-wrap",
        attribute("//xenc:EncryptedKey/xenc:EncryptionMethod", "Algorithm", c.TransformKWAes128.href),
        Refusal.KEY_TRANSPORT,
    ),
    (
        "oaep-md5",
        insert(
            "//xenc:EncryptedKey/xenc:EncryptionMethod",
            f'<ds:DigestMethod {_DS} Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"/>',
        ),
        Refusal.DIGEST_ALGORITHM,
    ),
    (
        "unknown-mask",
        insert(
            "//xenc:EncryptedKey/xenc:EncryptionMethod",
            '<e:MGF xmlns:e="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1md5"/>',
        ),
        Refusal.KEY_TRANSPORT,
    ),
    ("agreed-key", insert("//xenc:EncryptedKey/xenc:EncryptionMethod", AGREEMENT), Refusal.KEY_TRANSPORT),
    (
        "encrypted-elsewhere",
        insert("//samlp:Status", f"<xenc:EncryptedKey {_XENC}>{OAEP}</xenc:EncryptedKey>", 1),
        SHAPE,
    ),
    ("broken-key", text("//xenc:EncryptedKey//xenc:CipherValue", "AAAA"), Refusal.DECRYPTION),
    ("broken-data", text("//xenc:EncryptedData/xenc:CipherData/xenc:CipherValue", "AAAA"), Refusal.DECRYPTION),
]


@pytest.mark.parametrize(("changes", "reason"), [pytest.param(*rest, id=name) for name, *rest in SIGNED])
def test_weak_or_foreign_cryptography(scene: Scene, changes: dict[str, Any], reason: Refusal) -> None:
    given = dict(changes)
    if isinstance(given.get("signer"), str):
        given["signer"] = scene.keys[given["signer"]]
    if isinstance(given.get("receiver"), str):
        given["receiver"] = scene.keys[given["receiver"]].cert
    assert scene.refusal(forge.issue(scene.answer(**given))) is reason


@pytest.mark.parametrize(("edit", "reason"), [pytest.param(*rest, id=name) for name, *rest in TAMPERED])
def test_tampering_on_the_way(scene: Scene, edit: forge.Edit, reason: Refusal) -> None:
    assert scene.refusal(forge.issue(scene.answer(edit_signed=edit))) is reason


@pytest.mark.parametrize(("edit", "reason"), [pytest.param(*rest, id=name) for name, *rest in REFERENCES])
def test_signed_but_pointing_elsewhere(scene: Scene, edit: forge.Edit, reason: Refusal) -> None:
    assert scene.refusal(forge.issue(scene.answer(edit_response=edit))) is reason


@pytest.mark.parametrize(
    ("edit", "reason"),
    [pytest.param(*rest, id=name) for name, *rest in REFERENCES if rest[1] is not Refusal.KEY_TRANSPORT],
)
def test_nothing_is_decrypted_before_the_signature_is_right(scene: Scene, edit: forge.Edit, reason: Refusal) -> None:
    found = scene.refusal(forge.issue(scene.answer(edit_signed=edit)))
    before = {Refusal.ENCRYPTION_ALGORITHM, Refusal.DIGEST_ALGORITHM}
    assert found is (reason if reason in before else Refusal.BAD_SIGNATURE)


def test_a_pipe_is_not_opened(scene: Scene, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # opening it would hang
    encoded = forge.issue(scene.answer(edit_response=_cipher_reference(f"file://{pipe}")))
    assert scene.refusal(encoded) is Refusal.EXTERNAL_REFERENCE


def test_the_key_inside_the_message_is_never_used(scene: Scene) -> None:
    encoded = forge.issue(scene.answer(signer=scene.keys["other-idp"]))
    assert scene.refusal(encoded, idp=replace(scene.idp, signing_certs=())) is Refusal.BAD_SIGNATURE


def test_comments_that_only_appear_after_decryption(scene: Scene) -> None:
    def cut(assertion: etree._Element) -> None:
        find(assertion, "//saml:NameID").append(etree.Comment("x"))

    encoded = forge.issue(scene.answer(edit_clear=cut))
    assert scene.refusal(encoded) is Refusal.COMMENT_OR_INSTRUCTION


def test_weak_inner_signature_is_refused_after_decryption(scene: Scene) -> None:
    weak = insert("./ds:Signature//ds:Transforms", XSLT)
    encoded = forge.issue(scene.answer(sign_assertion=True, edit_clear=weak))
    assert scene.refusal(encoded) is Refusal.TRANSFORM


def test_something_else_inside_the_encryption(scene: Scene) -> None:
    def replace_by_response(assertion: etree._Element) -> None:
        assertion.tag = f"{{{forge.SAMLP}}}Response"

    encoded = forge.issue(scene.answer(edit_clear=replace_by_response))
    assert scene.refusal(encoded) is Refusal.UNEXPECTED_ELEMENT
