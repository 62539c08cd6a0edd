"""States of a file, why one is refused, how large it may be, and what its name may hold; pure."""

import enum
import re
import unicodedata
from dataclasses import dataclass

from portal.core import states
from portal.core.i18n import LazyText, lazy
from portal.core.text import clean_text

MB = 1024 * 1024
# Room for a long name as phones and scanners give them; file systems take 255 bytes.
MAX_NAME = 100


class FileState(enum.StrEnum):
    """Where a file is on its way in."""

    RECEIVING = "receiving"
    CHECKING = "checking"
    READY = "ready"
    REFUSED = "refused"
    REMOVED = "removed"


TRANSITIONS: dict[FileState, frozenset[FileState]] = {
    FileState.RECEIVING: frozenset({FileState.CHECKING, FileState.REFUSED, FileState.REMOVED}),
    FileState.CHECKING: frozenset({FileState.READY, FileState.REFUSED, FileState.REMOVED}),
    FileState.READY: frozenset({FileState.REMOVED}),
    FileState.REFUSED: frozenset({FileState.REMOVED}),
    FileState.REMOVED: frozenset(),
}
# What counts towards the limits of an object, and may be on its way to being handed over.
ALIVE = (FileState.RECEIVING, FileState.CHECKING, FileState.READY)


def move(now: FileState, to: FileState) -> FileState:
    """Return the new state.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    return states.move(TRANSITIONS, now, to)


class FileKind(enum.StrEnum):
    """What a stored file is, by its content: its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


ENDINGS: dict[FileKind, str] = {FileKind.JPEG: ".jpg", FileKind.PNG: ".png", FileKind.PDF: ".pdf"}


class Refusal(enum.StrEnum):
    """Why a file was refused."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_MUCH = "too_much"
    WRONG_KIND = "wrong_kind"
    HEIC = "heic"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    LOCKED = "locked"
    VIRUS = "virus"


REFUSAL_WORDS: dict[Refusal, LazyText] = {
    Refusal.EMPTY: lazy("Filen är tom. Välj den igen eller fota."),
    Refusal.TOO_LARGE: lazy("Filen är för stor. Dela upp den eller fota sidorna."),
    Refusal.TOO_MANY: lazy("Det är för många filer. Ta bort någon först."),
    Refusal.TOO_MUCH: lazy("Filerna är för stora tillsammans. Ta bort någon först."),
    Refusal.WRONG_KIND: lazy("Den här sorten går inte. Spara som pdf eller fota."),
    Refusal.HEIC: lazy("Bilder i formatet heic går inte. Spara bilden som jpg och försök igen."),
    Refusal.UNREADABLE: lazy("Vi kunde inte läsa filen. Spara den på nytt eller fota."),
    Refusal.TOO_MANY_PIXELS: lazy("Bilden är för stor att öppna. Ta en ny med lägre upplösning."),
    Refusal.TOO_MANY_PAGES: lazy("Filen har för många sidor. Dela upp den."),
    Refusal.LOCKED: lazy("Filen är låst med lösenord. Spara den utan lösenord och försök igen."),
    Refusal.VIRUS: lazy("Vi hittade virus i filen. Den är borttagen. Fota papperet i stället."),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken in: bytes of a file, files and bytes of one object, pages of a PDF, pixels of a picture."""

    file_bytes: int = 20 * MB
    object_files: int = 30
    object_bytes: int = 150 * MB
    pages: int = 300
    pixels: int = 60_000_000

    def refusal(self, size: int, files: int, used: int) -> Refusal | None:
        """Return why a file of some size can't be added to an object that has so many files and bytes already."""
        if size > self.file_bytes:
            return Refusal.TOO_LARGE
        if files >= self.object_files:
            return Refusal.TOO_MANY
        return Refusal.TOO_MUCH if used + size > self.object_bytes else None


_ENDING = re.compile(r"\.(?=[a-z0-9]{1,5}$)[a-z0-9]*[a-z][a-z0-9]*$", re.IGNORECASE)
# Windows takes no file of these names, whatever their ending.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_UNFIT = re.compile(r'[<>:"|?*]+')


def clean_name(name: str | None) -> str:
    """Return the name of a file without path, control, invisible or direction-turning characters; never empty.

    Source: CWE-22 (paths), CVE-2021-42574 (direction), PEERS.md B2 row 9 (soft hyphens); Windows' rules for names.
    """
    last = re.split(r"[/\\]", clean_text(name).replace("\0", ""))[-1]
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in last)
    kept = " ".join(_UNFIT.sub(" ", kept).split()).strip(". ")
    stem, ending = split_name(kept)
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    stem = stem[: MAX_NAME - len(ending)].strip(". ")
    return f"{stem or 'fil'}{ending}"


def split_name(name: str) -> tuple[str, str]:
    """Return a name and its ending; what stands after a dot and holds no letter is no ending ("hyra 2026.11")."""
    found = _ENDING.search(name)
    return (name[: found.start()], found.group()) if found else (name, "")


def fit_ending(name: str, kind: FileKind) -> str:
    """Return a clean name with the ending of what the file is, whatever it was called."""
    stem, ending = split_name(name)
    same = {".jpg", ".jpeg"} if kind is FileKind.JPEG else {ENDINGS[kind]}
    if ending.lower() in same:
        return name
    return f"{stem[: MAX_NAME - len(ENDINGS[kind])] or 'fil'}{ENDINGS[kind]}"


_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}")


def clean_type(declared: str | None) -> str:
    """Return the media type that a browser declared, or nothing if it isn't one; only ever shown to system managers."""
    text = (declared or "").partition(";")[0].strip().lower()
    return text if _MEDIA_TYPE.fullmatch(text) else ""
