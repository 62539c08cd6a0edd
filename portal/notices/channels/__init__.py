"""The ways by which notices leave the portal: SMTP, an SMS gateway, and the console of the demonstration."""

from portal.notices.channels.base import Sender
from portal.notices.channels.console import ConsoleSender
from portal.notices.channels.sms import SmsSender
from portal.notices.channels.smtp import SmtpSender
from portal.notices.rules import Channel
from portal.settings import Settings


def senders(settings: Settings) -> dict[Channel, Sender]:
    """Return the ways that are set up; in the demonstration the console stands in for those that are not."""
    found: dict[Channel, Sender] = {}
    if settings.smtp_host:
        found[Channel.EMAIL] = SmtpSender(settings)
    if settings.sms_url:
        found[Channel.SMS] = SmsSender(settings)
    if settings.environment == "demo":
        for channel in Channel:
            found.setdefault(channel, ConsoleSender(channel))
    return found


def offered(settings: Settings) -> list[Channel]:
    """Return the channels that people may choose, in the order in which they are shown."""
    return [channel for channel in Channel if channel in senders(settings)]
