"""Small edits that a forger makes to a message, by XPath."""

from copy import deepcopy
from typing import cast

from lxml import etree

from tests.identity.saml.forge import NS, Edit


def find(root: etree._Element, path: str) -> etree._Element:
    found = cast("list[etree._Element]", root.xpath(path, namespaces=NS))
    assert found, f"nothing at {path}"
    return found[0]


def remove(path: str) -> Edit:
    def edit(root: etree._Element) -> None:
        element = find(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return edit


def duplicate(path: str) -> Edit:
    def edit(root: etree._Element) -> None:
        element = find(root, path)
        element.addnext(deepcopy(element))

    return edit


def attribute(path: str, name: str, value: str | None) -> Edit:
    """Set an attribute, or take it away."""

    def edit(root: etree._Element) -> None:
        element = find(root, path)
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return edit


def text(path: str, value: str) -> Edit:
    def edit(root: etree._Element) -> None:
        find(root, path).text = value

    return edit


def rename(path: str, tag: str) -> Edit:
    def edit(root: etree._Element) -> None:
        find(root, path).tag = tag

    return edit


def insert(path: str, xml: str, position: int = 0) -> Edit:
    """Put a piece of XML in as a child."""

    def edit(root: etree._Element) -> None:
        find(root, path).insert(position, etree.fromstring(xml))

    return edit


def comment(path: str, after: int) -> Edit:
    """Cut a text in two with a comment (CVE-2017-11427)."""

    def edit(root: etree._Element) -> None:
        element = find(root, path)
        whole = element.text or ""
        element.text, note = whole[:after], etree.Comment("cut")
        note.tail = whole[after:]
        element.append(note)

    return edit


def instruction(path: str) -> Edit:
    def edit(root: etree._Element) -> None:
        find(root, path).append(etree.ProcessingInstruction("x", "y"))

    return edit


def all_of(*edits: Edit) -> Edit:
    def edit(root: etree._Element) -> None:
        for one in edits:
            one(root)

    return edit
