"""What every channel does, and the three ways in which it can fail."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """A finished text on its way to one address; ``id`` is the same at every attempt. Never shown in a trace."""

    id: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    locale: str = "sv"


class ChannelError(Exception):
    """A text was not sent; ``code`` is for logs and never holds a word of the other side, which may repeat values."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(ChannelError):  # noqa: N818 - read as what happened
    """The address is refused, and would be at every other attempt."""


class Unreachable(ChannelError):  # noqa: N818 - named after what it is
    """Certainly not sent, and worth another attempt: the way is closed for now, or set up wrongly."""


class Uncertain(ChannelError):  # noqa: N818 - named after what it is
    """Given over, and no answer came: it may have been sent."""


class Sender(Protocol):
    """A way to send."""

    def send(self, parcel: Parcel) -> None:
        """Send a text to an address.

        :raises Refused: for good. :raises Unreachable: not sent. :raises Uncertain: perhaps sent.
        """
        ...
