"""Files named by a payload: enough for the other side to tell that it has the whole of the right one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file: its name, media type, size (bytes) and SHA-256 (hex), by which its content was put there before."""

    name: str
    media_type: str
    size: int
    checksum: str
