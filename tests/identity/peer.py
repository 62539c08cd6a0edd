"""Auth0's samlp as the identity provider: started by Node.js on this machine, spoken to over HTTP alone."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from bs4 import BeautifulSoup
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from portal.identity.saml import names
from tests.identity.provider import PORTAL
from tests.identity.saml import forge
from tests.support.node import node_environment

ENTITY = "https://peer.example.se/idp"
SCRIPT = Path(__file__).parents[1] / "support" / "samlp_peer.cjs"
NAME = "opaque-name-at-the-peer"
REDIRECT, POST = names.BINDING_REDIRECT, names.BINDING_POST


class Peer:
    """The running provider."""

    def __init__(self, port: int) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        self.url = str(self.http.base_url)

    def next(self, **wanted: Any) -> None:
        """Tell what it shall do from now on: a status, a level, a binding for log-outs."""
        assert self.http.post("/next", content=json.dumps(wanted)).status_code == 200

    def forget(self) -> None:
        """Forget every session: each test has a portal of its own."""
        assert self.http.post("/forget").status_code == 200

    @property
    def sessions(self) -> int:
        """How many sessions it thinks there are."""
        return int(self.http.get("/sessions").text)

    def metadata(self) -> str:
        """Its own metadata, by its own hand."""
        return self.http.get("/metadata").text


def fields(page: str, form: str = "form") -> tuple[str, dict[str, str]]:
    """Where a page's form goes and what it carries; `form` is a CSS selector."""
    found = BeautifulSoup(page, "html5lib").select_one(form)
    assert found is not None, page
    inputs = found.find_all("input", attrs={"name": True})
    return str(found["action"]), {str(tag["name"]): str(tag.get("value", "")) for tag in inputs}


@contextmanager
def running_peer(directory: Path, key: forge.Pair, portal_cert: str) -> Iterator[Peer]:
    """Start the provider; it ends with the block."""
    public = load_pem_x509_certificate(portal_cert.encode()).public_key()
    config = {
        "issuer": ENTITY,
        "key": key.key,
        "cert": key.cert,
        "level": forge.LOA3,
        "user": {
            "name": NAME,
            "claims": {
                names.PERSONAL_IDENTITY_NUMBER: forge.PERSON,
                names.GIVEN_NAME: "Test",
                names.SURNAME: "Person",
                names.DISPLAY_NAME: "Test Person",
            },
        },
        "portal": {
            "entity": f"{PORTAL}/saml/metadata",
            "acs": f"{PORTAL}/saml/acs",
            "slo": f"{PORTAL}/saml/slo",
            "signing": portal_cert,
            "encryption": portal_cert,
            "encryptionKey": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        },
    }
    file = directory / "peer.json"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as writer:
        json.dump(config, writer)
    process = subprocess.Popen(
        ["node", "--no-deprecation", str(SCRIPT), str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=node_environment(),
        cwd=SCRIPT.parent,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        peer = Peer(int(process.stdout.readline()))
        yield peer
        peer.http.close()
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
