"""What the cleaning says: clean content, or why not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clean:
    """Content that was written anew, its media type, and how many pages it has (0: it is no document)."""

    media_type: str
    content: bytes
    pages: int = 0


class Refused(Exception):  # noqa: N818 - named after what it is
    """A file can't be taken in; ``reason`` is a code of ``portal.files.rules.Refusal``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
