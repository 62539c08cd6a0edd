"""The eight classic shapes of signature wrapping: a signed original is hidden, a false copy stands where it is read.

Shapes 1 and 2 wrap the signed Response, 3 to 8 the signed assertion (Somorovsky and others, USENIX Security 2012).
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Final

from lxml import etree

from tests.identity.saml.edits import find
from tests.identity.saml.forge import DS, SAML, SAMLP

Wrap = Callable[[etree._Element, etree._Element], etree._Element]
SIGNATURE: Final = f"{{{DS}}}Signature"


def body(root: etree._Element) -> etree._Element:
    """The assertion, plain or encrypted."""
    return find(root, "./saml:Assertion | ./saml:EncryptedAssertion")


def _take_signature(element: etree._Element) -> etree._Element:
    signature = element.find(SIGNATURE)
    assert signature is not None
    element.remove(signature)
    return signature


def _signed_part(root: etree._Element) -> etree._Element:
    # An encrypted assertion hides its signature, so the response's own is what a forger can move.
    return body(root) if body(root).find(SIGNATURE) is not None else root


def _false_root(root: etree._Element, false: etree._Element) -> tuple[etree._Element, etree._Element, etree._Element]:
    copy = deepcopy(root)
    copy.set("ID", "_false")
    copy.replace(body(copy), false)
    signature = copy.find(SIGNATURE)
    assert signature is not None
    _take_signature(root)
    return copy, signature, root


def shape_1(root: etree._Element, false: etree._Element) -> etree._Element:
    """The original Response inside the signature of the false one."""
    copy, signature, original = _false_root(root, false)
    signature.append(original)
    return copy


def shape_2(root: etree._Element, false: etree._Element) -> etree._Element:
    """The original Response before the signature of the false one."""
    copy, signature, original = _false_root(root, false)
    signature.addprevious(original)
    return copy


def shape_3(root: etree._Element, false: etree._Element) -> etree._Element:
    """The false assertion before the original."""
    body(root).addprevious(false)
    return root


def shape_4(root: etree._Element, false: etree._Element) -> etree._Element:
    """The original assertion inside the false one."""
    original = body(root)
    root.replace(original, false)
    false.append(original)
    return root


def shape_5(root: etree._Element, false: etree._Element) -> etree._Element:
    """The false assertion carries the signature, the original stands at the end."""
    original = body(root)
    signature = _take_signature(_signed_part(root))
    original.addprevious(false)
    false.insert(1, signature)
    return root


def shape_6(root: etree._Element, false: etree._Element) -> etree._Element:
    """The false assertion carries the signature, the signature carries the original."""
    original = body(root)
    signature = _take_signature(_signed_part(root))
    root.replace(original, false)
    false.insert(1, signature)
    signature.append(original)
    return root


def shape_7(root: etree._Element, false: etree._Element) -> etree._Element:
    """The false assertion in Extensions."""
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(false)
    root.insert(1, extensions)
    return root


def shape_8(root: etree._Element, false: etree._Element) -> etree._Element:
    """The original assertion in an Object of the signature that the false one carries."""
    original = body(root)
    signature = _take_signature(_signed_part(root))
    root.replace(original, false)
    false.insert(1, signature)
    holder = etree.SubElement(signature, f"{{{DS}}}Object")
    holder.append(original)
    return root


SHAPES: Final[dict[str, Wrap]] = {
    str(number): shape
    for number, shape in enumerate((shape_1, shape_2, shape_3, shape_4, shape_5, shape_6, shape_7, shape_8), start=1)
}


def false_assertion(genuine: etree._Element, number: str, name: str) -> etree._Element:
    """An unsigned copy of an assertion in the clear, about somebody else."""
    copy = deepcopy(genuine)
    signature = copy.find(SIGNATURE)
    if signature is not None:
        copy.remove(signature)
    copy.set("ID", "_false_assertion")
    value = find(copy, f".//saml:Attribute[@Name='{name}']/saml:AttributeValue")
    value.text = number
    assert copy.tag == f"{{{SAML}}}Assertion"
    return copy
