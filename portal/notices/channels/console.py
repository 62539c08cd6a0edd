"""The demonstration's channel: the log tells that a notice went out, and a code that is to be typed; no address."""

import re

import structlog

from portal.notices.channels.base import Parcel
from portal.notices.rules import CODE_LENGTH, Channel

log = structlog.get_logger("portal.notices")


class ConsoleSender:
    """Writes to the log instead of sending; the settings let it stand in for a channel in the demonstration alone."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def send(self, parcel: Parcel) -> None:
        """Tell that a notice went out."""
        code = re.search(rf"\d{{{CODE_LENGTH}}}", parcel.text)
        log.info("notice.console", channel=self._channel.value, **({"code": code.group()} if code else {}))
