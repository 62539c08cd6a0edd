"""Signed metadata of a federation: what the pinned key signed is read, and nothing that stands beside it."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import xmlsec
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree

from portal.identity.saml import ProviderFileError, names
from portal.identity.saml.metadata_aggregate import (
    Aggregate,
    Pin,
    _signed_bytes,
    fingerprint,
    read_aggregate,
    read_pin,
)
from tests.identity.saml import forge
from tests.identity.saml.federation import aggregate, days, entity, group, signed
from tests.identity.saml.scene import IDP_ID, Scene

EVIL = "https://evil.example.se/idp"


def pin(scene: Scene, key: str = "other-idp") -> Pin:
    return Pin(fingerprint(load_pem_x509_certificate(scene.keys[key].cert.encode())))


def read(scene: Scene, data: bytes, **changes: object) -> Aggregate:
    given = {"pin": pin(scene), "now": scene.now, **changes}
    return read_aggregate(data, given.pop("pin"), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("digits", ["fingerprint", "pem"])
def test_a_genuine_aggregate(scene: Scene, digits: str, tmp_path: Path) -> None:
    (tmp_path / "operator.pem").write_text(scene.keys["other-idp"].cert)
    given = read_pin("operator.pem", tmp_path) if digits == "pem" else pin(scene)
    second = entity(scene, "https://second.example.se/idp", key="idp-curve", levels=(forge.LOA2, forge.LOA3))
    data = aggregate(scene, entity(scene), group(second, id_=""))
    found = read(scene, data, pin=given)
    assert [one.entity_id for one in found.providers] == [IDP_ID, "https://second.example.se/idp"]
    assert found.providers[0].signing_certs == (scene.keys["idp"].cert,)
    assert found.providers[1].certified_levels == {forge.LOA2, forge.LOA3}
    assert found.valid_until == scene.now + timedelta(days=7)
    assert found.left_out == ()


def test_one_entity_alone_may_be_signed(scene: Scene) -> None:
    whole = group(entity(scene, outer=f'ID="_one" validUntil="{days(scene.now, 3)}"'))
    alone = etree.tostring(etree.fromstring(whole)[0]).decode()
    assert [one.entity_id for one in read(scene, signed(scene, alone)).providers] == [IDP_ID]


def test_service_providers_are_none_of_ours(scene: Scene) -> None:
    other = entity(scene, "https://sp.example.se").replace("IDPSSODescriptor", "SPSSODescriptor")
    assert len(read(scene, aggregate(scene, entity(scene), other)).providers) == 1


def test_a_comment_neither_hides_nor_splits(scene: Scene) -> None:
    document = group(entity(scene), until=days(scene.now, 7)).replace(
        "</md:EntitiesDescriptor>", "<!-- x --></md:EntitiesDescriptor>"
    )
    assert len(read(scene, signed(scene, document)).providers) == 1
    split = aggregate(scene).replace(forge.LOA3.encode(), forge.LOA3.encode()[:-1] + b"<!-- x -->3")
    assert read(scene, split).providers[0].certified_levels == {forge.LOA3}


def test_a_curve_may_sign(scene: Scene) -> None:
    data = aggregate(scene, signer="idp-curve", signature=xmlsec.constants.TransformEcdsaSha256)
    assert len(read(scene, data, pin=pin(scene, "idp-curve")).providers) == 1


def test_faulty_providers_are_left_out_and_told(scene: Scene) -> None:
    weak = forge.make_pair("weak", bits=1024)
    keys = {**scene.keys, "weak": weak}
    found = read(
        scene,
        aggregate(
            scene,
            entity(scene),
            entity(scene, "https://http.example.se", sso="http://idp.example.se/sso"),
            entity(replace(scene, keys=keys), "https://weak.example.se", key="weak"),
            entity(scene, "https://old.example.se", outer=f'validUntil="{days(scene.now, -1)}"'),
        ),
    )
    assert [one.entity_id for one in found.providers] == [IDP_ID]
    assert [words for words in ("https address", "too weak", "expired") if any(words in one for one in found.left_out)]
    assert len(found.left_out) == 3


def _original_last(scene: Scene) -> bytes:
    # What the library reads wrongly: the attacker's entity first, the signed document whole behind it.
    root = etree.fromstring(aggregate(scene))
    evil = etree.fromstring(group(entity(scene, EVIL, key="idp-second"), until=days(scene.now, 7), id_="_evil"))
    evil.append(root)
    return etree.tostring(evil)


def _original_first(scene: Scene) -> bytes:
    root = etree.fromstring(aggregate(scene))
    evil = etree.fromstring(group(entity(scene, EVIL, key="idp-second"), until=days(scene.now, 7), id_="_evil"))
    evil.insert(0, root)
    return etree.tostring(evil)


def _signature_moved_up(scene: Scene) -> bytes:
    root = etree.fromstring(aggregate(scene))
    evil = etree.fromstring(group(entity(scene, EVIL, key="idp-second"), until=days(scene.now, 7), id_="_evil"))
    signature = root.find("ds:Signature", forge.NS)
    assert signature is not None
    evil.insert(0, signature)
    evil.append(root)
    return etree.tostring(evil)


def _same_id(scene: Scene) -> bytes:
    return _signature_moved_up(scene).replace(b'"_evil"', b'"_md"')


def _in_an_object(scene: Scene) -> bytes:
    root = etree.fromstring(aggregate(scene))
    signature = root.find("ds:Signature", forge.NS)
    assert signature is not None
    holder = forge.sub(signature, forge.DS, "Object")
    holder.append(etree.fromstring(entity_in_namespaces(scene)))
    return etree.tostring(root)


def entity_in_namespaces(scene: Scene) -> bytes:
    return etree.tostring(etree.fromstring(group(entity(scene, EVIL)))[0])


def _child_signed(scene: Scene) -> bytes:
    root = etree.fromstring(group(entity(scene, outer='ID="_child"'), until=days(scene.now, 7)))
    forge.sign(root[0], scene.keys["other-idp"], scene.answer())
    return etree.tostring(root)


def _reference_to_a_child(scene: Scene) -> bytes:
    root = etree.fromstring(_child_signed(scene))
    signature = root[0].find("ds:Signature", forge.NS)
    assert signature is not None
    root.insert(0, signature)
    return etree.tostring(root)


def _two_signatures(scene: Scene) -> bytes:
    root = etree.fromstring(aggregate(scene))
    forge.sign(root, scene.keys["other-idp"], scene.answer())
    return etree.tostring(root)


def _xslt(scene: Scene) -> bytes:
    style = b"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">
 <xsl:value-of select="document('file:///etc/passwd')"/></xsl:template></xsl:stylesheet>"""
    transform = b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">' + style + b"</ds:Transform>"
    return aggregate(scene).replace(b"<ds:Transforms>", b"<ds:Transforms>" + transform)


def _add(text: str) -> Callable[[etree._Element], None]:
    def edit(root: etree._Element) -> None:
        root.append(etree.fromstring(text))

    return edit


def _dtd(scene: Scene) -> bytes:
    return b"<!DOCTYPE md:EntitiesDescriptor>" + aggregate(scene)


def _external_entity(scene: Scene) -> bytes:
    return b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + aggregate(scene).replace(
        b"</md:EntitiesDescriptor>", b"&x;</md:EntitiesDescriptor>"
    )


def _bomb(scene: Scene) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY e0 "x">{entities}]><a>&e9;</a>'.encode()


def _xinclude(scene: Scene) -> bytes:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    return aggregate(scene, edit=_add(include))


def _hidden_entity(scene: Scene) -> bytes:
    # Signed by the operator, yet not where entities stand.
    inner = entity(scene).replace("</md:Extensions>", entity(scene, EVIL) + "</md:Extensions>", 1)
    return aggregate(scene, inner)


HOSTILE: list[tuple[str, Callable[[Scene], bytes], str]] = [
    ("empty", lambda s: b"", "not_xml"),
    ("truncated", lambda s: aggregate(s)[:-40], "not_xml"),
    ("two-roots", lambda s: aggregate(s) + aggregate(s), "not_xml"),
    ("unsigned", lambda s: aggregate(s, signer=None), "not_signed"),
    ("wrong-key", lambda s: aggregate(s, signer="idp"), "bad_signature"),
    ("sha1", lambda s: aggregate(s, signature=xmlsec.constants.TransformRsaSha1), "signature_algorithm"),
    ("sha1-digest", lambda s: aggregate(s, digest=xmlsec.constants.TransformSha1), "digest_algorithm"),
    ("hmac", lambda s: aggregate(s, signature=xmlsec.constants.TransformHmacSha256), "signature_algorithm"),
    ("changed", lambda s: aggregate(s).replace(b"idp.example.se/sso", b"evil.example/sso"), "bad_signature"),
    ("added", lambda s: aggregate(s, edit=_add(entity_in_namespaces(s).decode())), "bad_signature"),
    ("wrapped-original-last", _original_last, "not_signed"),
    ("wrapped-original-first", _original_first, "not_signed"),
    ("signature-moved-up", _signature_moved_up, "signature_reference"),
    ("same-id-twice", _same_id, "duplicate_id"),
    ("in-an-object", _in_an_object, "signature_shape"),
    ("child-signed", _child_signed, "not_signed"),
    ("reference-to-a-child", _reference_to_a_child, "signature_reference"),
    ("two-signatures", _two_signatures, "signature_shape"),
    ("xslt", _xslt, "transform"),
    ("expired", lambda s: aggregate(s, until=-1), "expired"),
    ("no-valid-until", lambda s: signed(s, group(entity(s))), "no validUntil"),
    ("valid-too-long", lambda s: aggregate(s, until=15), "more than 14 days"),
    ("odd-valid-until", lambda s: signed(s, group(entity(s), until="tomorrow")), "not a SAML time"),
    ("dtd", _dtd, "dtd"),
    ("external-entity", _external_entity, "dtd"),
    ("entity-bomb", _bomb, "dtd"),
    ("xinclude", _xinclude, "bad_signature"),
    ("instruction", lambda s: b"<?xml-stylesheet href='file:///x'?>" + aggregate(s), "comment_or_instruction"),
    ("utf-16", lambda s: aggregate(s).decode().encode("utf-16"), "encoding"),
    ("entity-twice", lambda s: aggregate(s, entity(s), entity(s)), "twice"),
    ("entity-twice-nested", lambda s: aggregate(s, entity(s), group(entity(s), id_="")), "twice"),
    ("entity-without-id", lambda s: aggregate(s, entity(s).replace("entityID", "name")), "twice"),
    ("hidden-entity", _hidden_entity, "hides"),
    (
        "no-metadata",
        lambda s: signed(s, '<md:x xmlns:md="urn:x" ID="_x" validUntil="2099-01-01T00:00:00Z"/>'),
        "not SAML",
    ),
    ("huge", lambda s: aggregate(s) + b" " * 9_000_000, "larger"),
    ("deep", lambda s: ("<a>" * 200 + "</a>" * 200).encode(), "too_complex"),
    ("wide", lambda s: ("<a" + "".join(f' b{n}="x"' for n in range(9_000)) + "/>").encode(), "too_complex"),
    (
        "namespaces",
        lambda s: ("<a" + "".join(f' xmlns:b{n}="x"' for n in range(30_000)) + "/>").encode(),
        "too_complex",
    ),
]


@pytest.mark.parametrize(("make", "words"), [pytest.param(*rest, id=name) for name, *rest in HOSTILE])
def test_hostile_aggregates(scene: Scene, make: Callable[[Scene], bytes], words: str) -> None:
    data = make(scene)
    begun = time.process_time()
    with pytest.raises(ProviderFileError, match=words):
        read(scene, data)
    assert time.process_time() - begun < 2


def test_what_is_read_is_compared_with_what_was_signed(scene: Scene) -> None:
    """The second lock: also where the library believed a signature, only the bytes that it covers are read."""
    root = etree.fromstring(aggregate(scene))
    root.append(etree.fromstring(entity_in_namespaces(scene)))
    with pytest.raises(ProviderFileError, match="not what its signature covers"):
        _signed_bytes(root)


def test_a_provider_with_an_http_address_is_not_read(scene: Scene) -> None:
    found = read(scene, aggregate(scene, entity(scene, sso="http://idp.example.se/sso")))
    assert (found.providers, len(found.left_out)) == ((), 1)


def test_a_shorter_cap(scene: Scene) -> None:
    with pytest.raises(ProviderFileError, match="more than 3 days"):
        read(scene, aggregate(scene, until=4), max_days=3)


@pytest.mark.parametrize("text", ["abc", "../operator.pem", "missing.pem", "0" * 63])
def test_odd_pins(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProviderFileError, match="pin"):
        read_pin(text, tmp_path)


def test_a_pin_with_colons(tmp_path: Path, scene: Scene) -> None:
    digits = pin(scene).fingerprint
    shown = ":".join(digits[n : n + 2] for n in range(0, 64, 2)).upper()
    assert read_pin(shown, tmp_path) == pin(scene)


def test_a_thousand_providers_in_bounded_time(scene: Scene) -> None:
    data = aggregate(scene, *(entity(scene, f"https://idp-{n}.example.se") for n in range(1000)))
    begun = time.process_time()
    assert len(read(scene, data).providers) == 1000
    assert time.process_time() - begun < 10


def test_names_of_namespaces_that_the_signature_includes(scene: Scene) -> None:
    # As some operators sign: with a list of prefixes that count although the element does not use them.
    root = etree.fromstring(group(entity(scene), until=days(scene.now, 7)))
    node = xmlsec.template.create(
        root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
    )
    root.insert(0, node)
    reference = xmlsec.template.add_reference(node, xmlsec.constants.TransformSha256, uri="#_md")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    transform = xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    etree.SubElement(transform, f"{{{names.EXC_C14N}}}InclusiveNamespaces", PrefixList="md saml attr")
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(scene.keys["other-idp"].key, xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(scene.keys["other-idp"].cert, xmlsec.constants.KeyDataFormatPem)
    context.register_id(root, "ID")
    context.sign(node)
    assert len(read(scene, etree.tostring(root)).providers) == 1
