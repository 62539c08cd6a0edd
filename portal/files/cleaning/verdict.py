"""What the cleaning says: clean content, or why not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clean:
    """Content that was written anew, and its media type."""

    media_type: str
    content: bytes


class Refused(Exception):  # noqa: N818 - named after what it is
    """A file can't be taken in; ``reason`` is a code of ``portal.files.rules.Refusal``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
