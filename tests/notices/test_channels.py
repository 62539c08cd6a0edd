"""Mail over a real SMTP conversation and texts over real HTTP, with everything that goes wrong there."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from pydantic import ValidationError

from portal.notices.channels import offered, senders
from portal.notices.channels.base import Parcel, Refused, Uncertain, Unreachable
from portal.notices.channels.sms import SmsSender, filled
from portal.notices.channels.smtp import SmtpSender
from portal.notices.rules import Channel, NoticeKind
from portal.notices.texts import sentence
from tests.conftest import make_settings
from tests.notices import gateway, smtp
from tests.notices.gateway import Gateway
from tests.notices.people import MAIL, PHONE
from tests.notices.smtp import Mailbox

ARABIC = sentence(NoticeKind.NEWS, "ar")


def mailer(port: int, **more: Any) -> SmtpSender:
    values = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "mail_from": "insyn@kommun.example"}
    return SmtpSender(make_settings(**{**values, "notice_timeout_seconds": 2, **more}))


def parcel(text: str = "Du har något nytt i Insyn.", locale: str = "sv") -> Parcel:
    return Parcel("0193-id", MAIL, text, locale)


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(box: Mailbox) -> Iterator[int]:
    with smtp.serving(box) as number:
        yield number


@pytest.fixture
def sms() -> Iterator[Gateway]:
    with gateway.serving() as made:
        yield made


def texter(sms: Gateway, **more: Any) -> SmsSender:
    return SmsSender(make_settings(sms_url=sms.url, **{"notice_timeout_seconds": 2, **more}))


@pytest.mark.parametrize(("text", "locale"), [("Du har något nytt i Insyn.", "sv"), (ARABIC, "ar")])
def test_a_mail_holds_the_sentence_and_nothing_else(box: Mailbox, port: int, text: str, locale: str) -> None:
    mailer(port, mail_reply_to="svara-ej@kommun.example").send(parcel(text, locale))
    (mail,) = box.parsed()
    assert box.mails[0][0] == MAIL
    assert mail.get_content().strip() == text
    assert mail.get_content_type() == "text/plain"
    assert (mail["Subject"], mail["From"], mail["To"]) == ("Insyn", "Insyn <insyn@kommun.example>", MAIL)
    assert (mail["Auto-Submitted"], mail["Reply-To"]) == ("auto-generated", "svara-ej@kommun.example")
    known = {"From", "Reply-To", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"}
    known |= {"Content-Language", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    assert {name for name in mail if not name.startswith("X-Peer")} <= known | {"X-MailFrom", "X-RcptTo"}
    assert "0193-id" not in box.mails[0][1].decode()


def test_each_attempt_bears_the_same_message_id(box: Mailbox, port: int) -> None:
    mailer(port).send(parcel())
    mailer(port).send(parcel())
    mailer(port).send(Parcel("another", MAIL, "x"))
    ids = [mail["Message-ID"] for mail in box.parsed()]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("rcpt_451", Unreachable, "smtp_451"),
        ("rcpt_550", Refused, "refused_smtp_550"),
        ("data_452", Unreachable, "smtp_452"),
        ("data_554", Refused, "refused_smtp_554"),
        ("sender_550", Unreachable, "smtp_550"),
        ("drop_before", Unreachable, "smtp_SMTPServerDisconnected"),
        ("drop_after", Uncertain, "smtp_SMTPServerDisconnected"),
    ],
)
def test_what_goes_wrong_is_told_apart(box: Mailbox, port: int, fault: str, error: type[Exception], code: str) -> None:
    box.faults = [fault]
    with pytest.raises(error) as caught:
        mailer(port).send(parcel())
    assert str(caught.value) == code  # never the server's words: they repeat the address
    mailer(port).send(parcel())
    assert box.parsed()[-1]["To"] == MAIL


def test_a_server_that_does_not_answer_after_the_text_may_have_sent_it(box: Mailbox, port: int) -> None:
    box.faults = ["hang"]
    with pytest.raises(Uncertain, match="smtp_SMTPServerDisconnected"):
        mailer(port, notice_timeout_seconds=0.3).send(parcel())


def test_a_server_that_is_away_or_silent_has_sent_nothing() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Unreachable, match="smtp_SMTPServerDisconnected"):
            mailer(port := silent.getsockname()[1], notice_timeout_seconds=0.3).send(parcel())
    with pytest.raises(Unreachable, match="smtp_ConnectionRefusedError"):
        mailer(port).send(parcel())


def test_starttls_and_a_log_in(box: Mailbox, tmp_path: Path) -> None:
    file, context = smtp.certificate(tmp_path)
    asked: list[Any] = []

    def authenticate(_server: Any, session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        asked.append((session.ssl is not None, data.login, data.password))
        return AuthResult(success=data.password == b"rikets-hemlighet")

    options = {"tls_context": context, "require_starttls": True, "authenticator": authenticate, "auth_required": True}
    right = {"smtp_tls": "starttls", "smtp_ca": str(file), "smtp_user": "insyn", "smtp_password": "rikets-hemlighet"}
    with smtp.serving(box, **options) as port:
        mailer(port, **right).send(parcel())
        assert asked == [(True, b"insyn", b"rikets-hemlighet")]
        with pytest.raises(Unreachable, match="smtp_SMTP"):
            mailer(port, **{**right, "smtp_password": "fel"}).send(parcel())
        # A certificate of nobody we know: no mail, and no password.
        with pytest.raises(Unreachable, match="SSLCertVerificationError"):
            mailer(port, **{**right, "smtp_ca": ""}).send(parcel())
        assert len(asked) == 2
    assert len(box.mails) == 1


def test_tls_from_the_first_byte(box: Mailbox, tmp_path: Path) -> None:
    file, context = smtp.certificate(tmp_path)
    with smtp.serving(box, ssl_context=context) as port:
        mailer(port, smtp_tls="tls", smtp_ca=str(file)).send(parcel())
    assert len(box.mails) == 1


def test_no_mail_goes_in_clear_where_tls_is_wanted(box: Mailbox, port: int) -> None:
    with pytest.raises(Unreachable, match="smtp_SMTPNotSupportedError"):
        mailer(port, smtp_tls="starttls").send(parcel())
    assert box.mails == []


def test_a_line_that_begins_with_a_dot_stays_whole(box: Mailbox, port: int) -> None:
    mailer(port).send(parcel("rad\n.rad\n.\nslut"))
    assert box.parsed()[0].get_content().splitlines() == ["rad", ".rad", ".", "slut"]


def test_a_text_is_posted_as_the_template_says(sms: Gateway) -> None:
    template = '{"messages": [{"to": ["{to}"], "from": "Insyn", "text": "{text}", "ref": "{id}", "n": 1}]}'
    texter(sms, sms_body=template, sms_authorization="Bearer x").send(Parcel("id-1", PHONE, ARABIC, "ar"))
    assert sms.texts == [{"messages": [{"to": [PHONE], "from": "Insyn", "text": ARABIC, "ref": "id-1", "n": 1}]}]
    assert sms.headers[0]["Authorization"] == "Bearer x"
    assert sms.headers[0]["Idempotency-Key"] == "id-1"


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (400, Refused, "refused_sms_400"),
        (422, Refused, "refused_sms_422"),
        (401, Unreachable, "sms_401"),
        (404, Unreachable, "sms_404"),
        (429, Unreachable, "sms_429"),
        (500, Unreachable, "sms_500"),
        (503, Unreachable, "sms_503"),
        (302, Unreachable, "sms_302"),
        ("drop", Uncertain, "sms_RemoteDisconnected"),
    ],
)
def test_what_goes_wrong_at_the_gateway_is_told_apart(
    sms: Gateway, answer: int | str, error: type[Exception], code: str
) -> None:
    sms.answers = [answer]
    with pytest.raises(error) as caught:
        texter(sms).send(Parcel("id-1", PHONE, "x"))
    assert str(caught.value) == code
    assert len(sms.texts) == (1 if answer == "drop" else 0)


def test_a_gateway_that_does_not_answer_may_have_sent_it(sms: Gateway) -> None:
    sms.answers = ["hang"]
    with pytest.raises(Uncertain):
        texter(sms, notice_timeout_seconds=0.3).send(Parcel("id-1", PHONE, "x"))


def test_a_gateway_that_is_away_has_sent_nothing() -> None:
    with gateway.serving() as gone:
        pass
    with pytest.raises(Unreachable, match="sms_ConnectionRefusedError"):
        texter(gone).send(Parcel("id-1", PHONE, "x"))


def test_a_template_fills_strings_alone() -> None:
    assert filled({"a": ["{to}", 1, None], "{to}": "till {to}"}, {"to": "x"}) == {"a": ["x", 1, None], "{to}": "till x"}


def test_the_console_tells_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    settings = make_settings(environment="demo")
    for channel, address in ((Channel.EMAIL, MAIL), (Channel.SMS, PHONE)):
        senders(settings)[channel].send(Parcel("id", address, sentence(NoticeKind.CODE, "ar", "123456")))
        senders(settings)[channel].send(Parcel("id", address, sentence(NoticeKind.NEWS, "sv")))
    told = "".join(capsys.readouterr())
    assert told.count("notice.console") == 4
    assert told.count("123456") == 2
    assert MAIL not in told
    assert PHONE not in told


def test_only_what_is_set_up_is_offered() -> None:
    assert offered(make_settings()) == []
    assert offered(make_settings(sms_url="https://sms.example/send")) == [Channel.SMS]
    assert offered(make_settings(environment="demo")) == [Channel.EMAIL, Channel.SMS]


@pytest.mark.parametrize(
    "values",
    [
        {"sms_url": "http://sms.example/send"},
        {"sms_url": "https:///send"},
        {"sms_url": "ftp://sms.example"},
        {"sms_url": "http://127.0.0.1/send", "environment": "demo"},
        {"sms_body": "{to} {text}"},
        {"sms_body": '{"to": "{to}"}'},
        {"smtp_host": "mail.example"},
        {"smtp_tls": "none", "environment": "production", "client_url": "https://a.example", "staff_url": "https://b"},
    ],
)
def test_unsafe_settings_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        make_settings(**values)
