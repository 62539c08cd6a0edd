"""Hardened reading of foreign XML: bounded in size and shape, no DTD, no entities, no network, no comments."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from portal.identity.saml.errors import Refusal, SamlRefused


@dataclass(frozen=True)
class Bounds:
    """How large and how deep a document may be."""

    elements: int = 3000
    depth: int = 40
    attributes: int = 24
    namespaces: int = 300


MESSAGE: Final = Bounds()
_DECLARED: Final = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)


def parse(data: bytes, bounds: Bounds = MESSAGE, *, comments: bool = False) -> etree._Element:
    """Parse XML and refuse what can hide or explode; `comments` are left out where they are forgiven.

    Raises SamlRefused. Source: SAML.md section 3 and CVE-2017-11427 (comments that cut a name in two).
    """
    refuse_disguise(data, bounds)
    parser = etree.XMLParser(
        encoding="UTF-8",  # as judged, whatever the message declares
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        collect_ids=False,
        recover=False,
        remove_comments=comments,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SamlRefused(Refusal.NOT_XML) from None
    refuse_comments(root)
    refuse_complexity(root, bounds)
    return root


def refuse_disguise(data: bytes, bounds: Bounds = MESSAGE) -> None:
    """Only UTF-8 without DTD reaches the parser, so that nothing is read before it is judged."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise SamlRefused(Refusal.ENCODING) from None
    # UTF-7 can hide a DTD in harmless bytes, and python3-saml would believe the declaration.
    declared = _DECLARED.match(data)
    if b"\x00" in data or (declared and declared[1].lower() != b"utf-8"):
        raise SamlRefused(Refusal.ENCODING)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise SamlRefused(Refusal.DTD)
    # Canonicalisation takes time by depth times declarations.
    if data.count(b"xmlns") > bounds.namespaces:
        raise SamlRefused(Refusal.TOO_COMPLEX)


def refuse_comments(root: etree._Element) -> None:
    """Comments and processing instructions are cut away by canonicalisation, so they are never signed."""
    if root.xpath("//comment() | //processing-instruction()"):
        raise SamlRefused(Refusal.COMMENT_OR_INSTRUCTION)


def refuse_complexity(root: etree._Element, bounds: Bounds = MESSAGE) -> None:
    """Bound elements, depth and attributes: canonicalisation sorts attributes in quadratic time."""
    count, level = 0, [(root, 1)]
    while level:
        element, depth = level.pop()
        count += 1
        if count > bounds.elements or depth > bounds.depth or len(element.attrib) > bounds.attributes:
            raise SamlRefused(Refusal.TOO_COMPLEX)
        level.extend((child, depth + 1) for child in element)


def children(element: etree._Element, namespace: str, name: str) -> list[etree._Element]:
    """Direct children of that name."""
    return element.findall(f"{{{namespace}}}{name}")


def only(element: etree._Element, namespace: str, name: str, reason: Refusal) -> etree._Element:
    """The one direct child of that name; any other number is refused for `reason`."""
    found = children(element, namespace, name)
    if len(found) != 1:
        raise SamlRefused(reason)
    return found[0]


def text_of(element: etree._Element, reason: Refusal) -> str:
    """The element's own text; empty text or child elements are refused for `reason`."""
    if len(element) or not element.text:
        raise SamlRefused(reason)
    return element.text


def instant(text: str | None) -> datetime:
    """Read a SAML time as an aware UTC datetime; only the form with Z is allowed (SAML Core 1.3.3)."""
    match = _TIME.fullmatch(text or "")
    if match is None:
        raise SamlRefused(Refusal.TIME_FORMAT)
    *parts, fraction = match.groups()
    try:
        moment = datetime(*(int(part) for part in parts), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        raise SamlRefused(Refusal.TIME_FORMAT) from None
    return moment.replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]))


def write_instant(moment: datetime) -> str:
    """Write an aware datetime the way SAML wants it, whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
