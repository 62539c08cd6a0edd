"""E-mail over SMTP with TLS: one short plain text from a neutral sender (RFC 5321, 5322, 3207, 3834).

A certificate that doesn't verify, or a server without STARTTLS where it is demanded, gets no mail.
"""

import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from portal.core.clock import now
from portal.notices.channels.base import Parcel, Refused, Uncertain, Unreachable
from portal.notices.texts import SUBJECT
from portal.settings import Settings

_ACCEPTED = 250
# Any server takes it, also one without 8BITMIME.
_POLICY = SMTP.clone(cte_type="7bit")
_DATA = 354


class SmtpSender:
    """Sends through one submission server; a connection for each mail, so that nothing is held between them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, parcel: Parcel) -> None:
        """Send a mail.

        :raises Refused: 5xx on the recipient or the text. :raises Unreachable: no connection, no TLS, no log-in, 4xx.
        :raises Uncertain: no answer after the text was given over.
        """
        with _not_sent():
            server = self._connect()
        try:
            self._hand_over(server, parcel)
        finally:
            # The mail is the server's by now, or never will be: how the connection ends changes nothing.
            server.close()

    def _connect(self) -> smtplib.SMTP:
        conf = self._settings
        context = ssl.create_default_context(cafile=conf.smtp_ca or None)
        timeout = conf.notice_timeout_seconds
        if conf.smtp_tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(conf.smtp_host, conf.smtp_port, timeout=timeout, context=context)
        else:
            server = smtplib.SMTP(conf.smtp_host, conf.smtp_port, timeout=timeout)
        try:
            if conf.smtp_tls == "starttls":
                server.starttls(context=context)
            server.ehlo()
            if conf.smtp_user:
                server.login(conf.smtp_user, conf.smtp_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, parcel: Parcel) -> None:
        with _not_sent():
            _expect(*server.mail(self._settings.mail_from), recipient=False)
            _expect(*server.rcpt(parcel.address), recipient=True)
            _expect(*server.docmd("DATA"), recipient=False, wanted=_DATA)
        try:
            # smtplib's own data() would ask for DATA once more.
            server.send(_stuffed(self._mail(parcel).as_bytes()))
            answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain(f"smtp_{type(error).__name__}") from None
        _expect(*answer, recipient=True)

    def _mail(self, parcel: Parcel) -> EmailMessage:
        conf = self._settings
        mail = EmailMessage(policy=_POLICY)
        domain = conf.mail_from.rpartition("@")[2]
        mail["From"] = Address(conf.mail_name, addr_spec=conf.mail_from)
        if conf.mail_reply_to:
            mail["Reply-To"] = conf.mail_reply_to
        mail["To"] = parcel.address
        mail["Subject"] = SUBJECT
        mail["Date"] = format_datetime(now())
        # The same at every attempt, so that a mailbox may drop a second copy; it tells nothing of the notice's id.
        mail["Message-ID"] = f"<{hashlib.sha256(parcel.id.encode()).hexdigest()[:32]}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Content-Language"] = parcel.locale
        mail.set_content(parcel.text + "\n")
        return mail


@contextlib.contextmanager
def _not_sent() -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(f"smtp_{type(error).__name__}") from None


def _expect(code: int, _words: bytes, *, recipient: bool, wanted: int = _ACCEPTED) -> None:
    if code == wanted or (wanted == _ACCEPTED and code == 251):
        return
    # A refused sender is our own fault and can be mended; a refused recipient or text can't.
    if recipient and code >= 500:
        raise Refused(f"refused_smtp_{code}")
    raise Unreachable(f"smtp_{code}")


def _stuffed(text: bytes) -> bytes:
    """Return a mail as it goes over the line: a dot before a line that begins with one, and one alone at the end."""
    lines = text.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines).rstrip(b"\r\n") + b"\r\n.\r\n"
