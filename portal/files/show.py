"""A file in words: what a row of a page says of it, in which colour, and what can be done with it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from babel.numbers import format_decimal
from flask import url_for

from portal.core.i18n import _, current_locale
from portal.files.queries import FileView
from portal.files.rules import MB, REFUSAL_WORDS, FileKind, FileState, Refusal

_KB = 1000


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a list of files. ``percent`` is set while a file comes in; an empty address: it can't be done."""

    id: uuid.UUID
    name: str
    text: str
    color: str
    icon: str
    checking: bool
    percent: int | None
    open_url: str
    remove_url: str
    row_url: str


def size_words(size: int) -> str:
    """Return a size as people read it: "340 kB", "1,2 MB"."""
    if size < MB:
        return f"{max(1, round(size / _KB))} kB"
    return f"{format_decimal(round(size / (_KB * _KB), 1), locale=current_locale())} MB"


def rows(files: Iterable[FileView]) -> list[FileRow]:
    """Return the rows of an object's files."""
    return [row(file) for file in files]


def row(file: FileView, *, coming: bool = False) -> FileRow:
    """Return the row of a file; ``coming``: a script is sending it right now, else it was broken off."""
    color, icon = _look(file)
    return FileRow(
        id=file.id,
        name=file.name,
        text=_text(file, coming=coming),
        color=color,
        icon=icon,
        checking=file.state is FileState.CHECKING,
        percent=percent(file) if coming and file.state is FileState.RECEIVING else None,
        open_url=url_for("files.download", file_id=file.id) if file.state is FileState.READY else "",
        remove_url="" if file.handed_over_at else url_for("files.remove", file_id=file.id),
        row_url=url_for("files.status", file_id=file.id),
    )


def percent(file: FileView) -> int:
    """Return how much of a file has come."""
    return 100 * file.received // max(1, file.size)


def _look(file: FileView) -> tuple[str, str]:
    match file.state:
        case FileState.READY:
            return "success", "ok"
        case FileState.REFUSED:
            return "danger", "no"
        case FileState.CHECKING:
            return "", "shield"
        case _:
            return "", "document"


def _text(file: FileView, *, coming: bool) -> str:
    match file.state:
        case FileState.READY:
            return _("Klar. %(size)s", size=size_words(file.size))
        case FileState.REFUSED:
            return str(REFUSAL_WORDS[file.reason or Refusal.UNREADABLE])
        case FileState.CHECKING:
            return _("Kontrolleras. Du kan gå vidare.")
        case _ if coming:
            return _("Laddas upp, %(percent)s procent", percent=percent(file))
        case _:
            return _("Uppladdningen avbröts. Välj filen igen.")


def kinds() -> str:
    """Return the value of ``accept`` of a file field; without heic phones turn their pictures into jpg themselves."""
    return ",".join([*(kind.value for kind in FileKind), "image/webp"])
