"""Whatever is posted to the addresses of sign-in is answered soon, and makes the portal open no file and no socket."""

import base64
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from lxml import etree

from portal.core.actor import Side
from portal.core.clock import now
from portal.identity.saml.metadata_aggregate import Pin, read_aggregate
from portal.identity.saml.metadata_reader import ProviderFileError
from tests.identity.provider import MARIAM, Provider, Visitor
from tests.identity.saml import forge

WORK_SECONDS, WAIT_SECONDS = 2.0, 20.0


@contextmanager
def soon() -> Iterator[None]:
    """What is done takes little work; and it doesn't wait for anything either, however busy the machine is."""
    worked, waited = time.process_time(), time.monotonic()
    yield
    assert time.process_time() - worked < WORK_SECONDS
    assert time.monotonic() - waited < WAIT_SECONDS


@pytest.fixture
def database_kind() -> str:
    """What is refused reaches no table but the log's: one database is enough."""
    return "sqlite"


class Canary:
    """A file and a server that notice whoever opens them: libraries in C are seen, too."""

    def __init__(self, directory: Path) -> None:
        self.touched: list[str] = []
        self.fifo = directory / "canary"
        os.mkfifo(self.fifo)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.stopped = False
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._wait, daemon=True).start()

    def _listen(self) -> None:
        try:
            self.listener.accept()[0].close()
        except OSError:
            return
        self.touched.append("socket")

    def _wait(self) -> None:
        descriptor = os.open(self.fifo, os.O_WRONLY)  # returns when somebody reads
        if not self.stopped:
            self.touched.append("file")
        os.close(descriptor)

    def stop(self) -> None:
        self.stopped = True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.close(os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK))

    @property
    def addresses(self) -> list[str]:
        return [self.fifo.as_uri(), f"http://127.0.0.1:{self.port}/x"]


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    found = Canary(tmp_path)
    yield found
    found.stop()


def test_the_canary_sings(canary: Canary) -> None:
    socket.create_connection(("127.0.0.1", canary.port)).close()
    os.close(os.open(canary.fifo, os.O_RDONLY))
    ends = time.monotonic() + 5
    while len(canary.touched) < 2 and time.monotonic() < ends:
        time.sleep(0.01)
    assert sorted(canary.touched) == ["file", "socket"]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def attributes(count: int) -> bytes:
    return b"<a" + b"".join(b' a%d="x"' % number for number in range(count)) + b"/>"


def entities() -> bytes:
    lines = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
    return b'<!DOCTYPE a [<!ENTITY e0 "x">' + lines + b"]><a>&e11;</a>"


def signatures(count: int) -> bytes:
    one = f'<ds:Signature xmlns:ds="{forge.DS}"><ds:SignedInfo/></ds:Signature>'.encode()
    return b"<a>" + one * count + b"</a>"


BOMBS: list[tuple[str, Callable[[], str]]] = [
    ("empty", lambda: ""),
    ("ten-megabytes", lambda: "A" * 10_000_000),
    ("as-much-as-is-read", lambda: "A" * 1_900_000),
    ("largest-field", lambda: "A" * 262_144),
    ("not-base64", lambda: "ö" * 100_000),
    ("nested", lambda: encoded(nested(25_000))),
    ("attributes", lambda: encoded(attributes(18_000))),
    ("namespaces", lambda: encoded(attributes(9_000).replace(b" a", b" xmlns:a"))),
    ("entities", lambda: encoded(entities())),
    ("siblings", lambda: encoded(b"<a>" + b"<b/>" * 45_000 + b"</a>")),
    ("signatures", lambda: encoded(signatures(1_500))),
    ("long-text", lambda: encoded(b"<a>" + b"x" * 190_000 + b"</a>")),
]


@pytest.mark.parametrize("address", ["/saml/acs", "/saml/slo"])
@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in BOMBS])
def test_bombs(visitor: Visitor, address: str, make: Callable[[], str]) -> None:
    visitor.start()
    data = make()
    for field in ("SAMLResponse", "SAMLRequest"):
        with soon():
            answer = visitor.browser.post(address, data={field: data}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert "Referenskod" in answer.text


def test_a_bomb_in_the_address(visitor: Visitor) -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = compressor.compress(b"<a>" + b" " * 20_000_000) + compressor.flush()
    query = f"SAMLRequest={quote_plus(encoded(bomb))}&SigAlg=x&Signature=x"
    with soon():
        assert visitor.browser.get(f"/saml/slo?{query}").status_code == 403


def pointing(target: str) -> list[Callable[[etree._Element], None]]:
    """What makes careless libraries open an address: put into a genuine, signed answer."""
    xenc = forge.XENC

    def cipher_reference(root: etree._Element) -> None:
        for data in root.iter(f"{{{xenc}}}CipherData"):
            data.clear()
            etree.SubElement(data, f"{{{xenc}}}CipherReference", URI=target)

    def retrieval_method(root: etree._Element) -> None:
        for info in root.iter(f"{{{forge.DS}}}KeyInfo"):
            etree.SubElement(info, f"{{{forge.DS}}}RetrievalMethod", URI=target)

    def reference(root: etree._Element) -> None:
        for found in root.iter(f"{{{forge.DS}}}Reference"):
            found.set("URI", target)

    def stylesheet(root: etree._Element) -> None:
        for found in root.iter(f"{{{forge.DS}}}Transforms"):
            transform = etree.SubElement(found, f"{{{forge.DS}}}Transform")
            transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")
            transform.append(
                etree.fromstring(
                    '<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform"><x:template match="/">'
                    f"<x:value-of select=\"document('{target}')\"/></x:template></x:stylesheet>"
                )
            )

    def include(root: etree._Element) -> None:
        etree.SubElement(root, "{http://www.w3.org/2001/XInclude}include", href=target)

    def schema(root: etree._Element) -> None:
        root.set("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", f"{forge.SAMLP} {target}")

    return [cipher_reference, retrieval_method, reference, stylesheet, include, schema]


def test_nothing_is_opened_that_an_answer_points_to(visitor: Visitor, provider: Provider, canary: Canary) -> None:
    genuine = base64.b64decode(provider.answer(Side.CLIENT, visitor.start(), MARIAM))
    for target in canary.addresses:
        doctype = f'<!DOCTYPE a SYSTEM "{target}" [<!ENTITY % p SYSTEM "{target}"> %p; <!ENTITY x SYSTEM "{target}">]>'
        hostile = [doctype.encode() + b"<a>&x;</a>", f'<?xml-stylesheet href="{target}"?>'.encode() + genuine]
        for edit in pointing(target):
            root = etree.fromstring(genuine)
            edit(root)
            hostile.append(etree.tostring(root))
        for data in hostile:
            for address in ("/saml/acs", "/saml/slo"):
                with soon():
                    answer = visitor.browser.post(
                        address, data={"SAMLResponse": encoded(data), "SAMLRequest": encoded(data)}
                    )
                assert answer.status_code == 403
            with soon(), pytest.raises(ProviderFileError):
                read_aggregate(data, Pin("0" * 64), now=now())
    assert canary.touched == []
