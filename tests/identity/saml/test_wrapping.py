"""Signature wrapping, plain and encrypted: nobody signs in as somebody else with another's signed answer."""

import base64
from dataclasses import replace

import pytest
from lxml import etree

from portal.identity.saml import Refusal, names
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene
from tests.identity.saml.wrapping import SHAPES, body, false_assertion

VICTIM = "198112192383"
R = Refusal
# By shape: in the clear with both signatures, in the clear with the response's signature cut away, encrypted.
EXPECTED: dict[str, tuple[Refusal, Refusal | None, Refusal]] = {
    "1": (R.UNEXPECTED_ELEMENT, None, R.UNEXPECTED_ELEMENT),
    "2": (R.UNEXPECTED_ELEMENT, None, R.UNEXPECTED_ELEMENT),
    "3": (R.BAD_SIGNATURE, R.RESPONSE_NOT_SIGNED, R.BAD_SIGNATURE),
    "4": (R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT),
    "5": (R.SIGNATURE_REFERENCE, R.RESPONSE_NOT_SIGNED, R.RESPONSE_NOT_SIGNED),
    "6": (R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT),
    "7": (R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT),
    "8": (R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT, R.UNEXPECTED_ELEMENT),
}


def genuine(scene: Scene, *, encrypted: bool) -> etree._Element:
    """A response as a browser sees it, both parts signed."""
    changes = {} if encrypted else {"receiver": None}
    return forge.build(scene.answer(sign_assertion=True, **changes))


def false_body(scene: Scene, *, encrypted: bool) -> etree._Element:
    """What a forger makes: our encryption certificate is public."""
    clear = forge.build(scene.answer(receiver=None, signer=None))
    false = false_assertion(body(clear), VICTIM, names.PERSONAL_IDENTITY_NUMBER)
    if not encrypted:
        return false
    holder = forge.response_head(scene.answer())
    holder.append(false)
    forge.encrypt(false, scene.keys["sp-new"].cert, scene.answer())
    return body(holder)


def refusal(scene: Scene, root: etree._Element, *, encrypted: bool) -> Refusal:
    encoded = base64.b64encode(etree.tostring(root)).decode()
    return scene.refusal(encoded, idp=replace(scene.idp, want_encrypted=encrypted))


@pytest.mark.parametrize("shape", SHAPES)
def test_plain_wrapping(scene: Scene, shape: str) -> None:
    wrapped = SHAPES[shape](genuine(scene, encrypted=False), false_body(scene, encrypted=False))
    assert refusal(scene, wrapped, encrypted=False) is EXPECTED[shape][0]


@pytest.mark.parametrize("shape", [name for name, reasons in EXPECTED.items() if reasons[1] is not None])
def test_plain_wrapping_without_the_responses_signature(scene: Scene, shape: str) -> None:
    root = genuine(scene, encrypted=False)
    signature = root.find(f"{{{forge.DS}}}Signature")
    assert signature is not None
    root.remove(signature)
    wrapped = SHAPES[shape](root, false_body(scene, encrypted=False))
    assert refusal(scene, wrapped, encrypted=False) is EXPECTED[shape][1]


@pytest.mark.parametrize("shape", SHAPES)
def test_encrypted_wrapping(scene: Scene, shape: str) -> None:
    wrapped = SHAPES[shape](genuine(scene, encrypted=True), false_body(scene, encrypted=True))
    assert refusal(scene, wrapped, encrypted=True) is EXPECTED[shape][2]


@pytest.mark.parametrize("encrypted", [True, False])
def test_the_wrapped_original_was_genuine(scene: Scene, encrypted: bool) -> None:
    encoded = base64.b64encode(etree.tostring(genuine(scene, encrypted=encrypted))).decode()
    found = scene.verify(encoded, idp=replace(scene.idp, want_encrypted=encrypted))
    assert found.identity_number == forge.PERSON


def test_two_signed_assertions(scene: Scene) -> None:
    def second(response: etree._Element) -> None:
        response.append(false_body(scene, encrypted=True))

    assert scene.refusal(forge.issue(scene.answer(edit_response=second))) is Refusal.ASSERTION_COUNT


def test_a_clear_and_an_encrypted_assertion(scene: Scene) -> None:
    def second(response: etree._Element) -> None:
        response.append(false_body(scene, encrypted=False))

    assert scene.refusal(forge.issue(scene.answer(edit_response=second))) is Refusal.ASSERTION_COUNT


def test_a_copy_with_the_same_id(scene: Scene) -> None:
    def second(response: etree._Element) -> None:
        false = false_body(scene, encrypted=False)
        false.set("ID", "_response")
        response.append(false)

    assert scene.refusal(forge.issue(scene.answer(edit_signed=second))) is Refusal.DUPLICATE_ID


@pytest.mark.parametrize("name", ["Id", "id", "{http://www.w3.org/XML/1998/namespace}id"])
def test_ids_by_other_names_count_too(scene: Scene, name: str) -> None:
    def same(response: etree._Element) -> None:
        body(response).set(name, "_response")

    assert scene.refusal(forge.issue(scene.answer(edit_signed=same))) is Refusal.DUPLICATE_ID
