"""What every adapter of a back office offers, and the two kinds of errors it may raise."""

from typing import Protocol
from uuid import UUID

from portal.sync.contract import Change, Cursor, OutboundMessage, Page, Receipt


class BackOfficeError(Exception):
    """The back office didn't do what was asked; ``code`` is ours and never holds personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Retryable(BackOfficeError):  # noqa: N818 - named after what to do
    """Worth another attempt. ``unknown``: it may have been written all the same, so ask ``find`` first."""

    def __init__(self, code: str, *, unknown: bool = False) -> None:
        super().__init__(code)
        self.unknown = unknown


class Permanent(BackOfficeError):  # noqa: N818 - named after what it is
    """No further attempt helps; a person must look."""


class BackOffice(Protocol):
    """A back-office system. Every call ends within the adapter's time-out, in a result or one of the two errors.

    Calls may come from several threads at once.
    """

    def deliver(self, message: OutboundMessage) -> Receipt:
        """Hand a message over, whole or not at all; a repeated ``message.id`` gives the first receipt again.

        Whole means with every one of ``message.files``: a back office that lacks one refuses, for another attempt.
        """

    def find(self, message_id: UUID) -> Receipt | None:
        """Return the receipt of a message if it has arrived; asked before anything is sent again."""

    def changes(self, after: Cursor, limit: int) -> Page[Change]:
        """Return the changes after a cursor, oldest first; the cursor "" is the beginning."""

    def put_file(self, checksum: str, content: bytes) -> None:
        """Store a file under its SHA-256 in hex; the same one again is harmless.

        :raises Permanent: when the content doesn't have that checksum.
        """

    def get_file(self, checksum: str) -> bytes:
        """Return a file.

        :raises Permanent: when there is none.
        """

    def ping(self) -> None:
        """Return when the back office answers."""

    def close(self) -> None:
        """Let go of connections."""
