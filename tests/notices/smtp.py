"""A mail server of ours on this machine: keeps what it gets, and fails in every way that it is told to."""

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# The ways to fail, each for so many mails as its count says.
FAULTS = ("rcpt_451", "rcpt_550", "data_452", "data_554", "sender_550", "drop_before", "drop_after", "hang")


@dataclass
class Mailbox:
    """What has come, and what to do wrong next."""

    mails: list[tuple[str, bytes]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    hung: threading.Event = field(default_factory=threading.Event)

    def parsed(self) -> list[EmailMessage]:
        """The mails, read as a mail program reads them."""
        return [cast("EmailMessage", BytesParser(policy=default).parsebytes(raw)) for _, raw in self.mails]

    def next_fault(self, *kinds: str) -> str:
        """Take the next fault if it belongs to this step."""
        return self.faults.pop(0) if self.faults and self.faults[0] in kinds else ""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.next_fault("sender_550"):
            return "550 5.7.1 not from you, klient@post.example"
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fault = self.next_fault("rcpt_451", "rcpt_550", "drop_before")
        if fault == "drop_before":
            cast("Any", server).transport.abort()
        elif fault:
            return f"{fault[-3:]} no such klient@post.example"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self.next_fault("data_452", "data_554", "drop_after", "hang")
        if fault.startswith("data_"):
            return f"{fault[-3:]} not now, klient@post.example"
        self.mails.append((envelope.rcpt_tos[0], bytes(cast("bytes", envelope.content))))
        if fault == "drop_after":
            cast("Any", server).transport.abort()
        if fault == "hang":
            self.hung.set()
            await asyncio.sleep(30)
        return "250 OK"


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        # The port is known only now that the server listens.
        self.port = cast("Any", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(box: Mailbox, **options: Any) -> Iterator[int]:
    """Serve on a free port of this machine."""
    controller = _AnyPort(box, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield cast("int", controller.port)
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for localhost; return its file, and the context of a server that has it."""
    key, file = folder / "smtp.key", folder / "smtp.crt"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(file)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context
