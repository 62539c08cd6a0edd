"""What a feature mounts to let files in: its own route calls ``accept``, its page shows ``show.rows``.

A feature's page holds ``upload_part`` of ``components/files.html`` and, once, ``remove_form``. Its POST route has
``body=http.body_limit``, and does nothing but find its own object and call ``accept``:

    @feature.route("/ansokan/<uuid:draft_id>/bilagor", access=Client(), methods=("POST",), body=http.body_limit)
    def upload(draft_id):
        found = queries.draft(db(), actor(), draft_id)
        place = Place("assistance.paper", found.id, found.owner_id)
        return http.accept(place, back=url_for("assistance.papers", draft_id=draft_id))

The same route takes a posted form with several files, and the announcement of one file by the script, which then
sends it in parts to ``portal.files.client_views``.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from flask import Response, current_app, request, url_for
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput
from portal.core.i18n import today
from portal.files import queries, service, show
from portal.files.queries import FileView
from portal.files.rules import MB
from portal.files.service import Place, Vault
from portal.settings import Settings
from portal.web.db import close_db, lasting
from portal.web.headers import sandbox
from portal.web.page import render_block, see_other, settings
from portal.web.routes import actor

TEMPLATE = "files/rows.html"
_READ = 64 * 1024
# What a form holds beside its files.
_AROUND = MB


def body_limit(conf: Settings) -> int:
    """Return how many bytes a posted form with files may have: all that one object may hold, and what is around."""
    return conf.file_max_total_mb * MB + _AROUND


def one_file_limit(conf: Settings) -> int:
    """Return how many bytes a posted form with one file may have: the largest file, and what is around."""
    return conf.file_max_mb * MB + _AROUND


def part_limit(_conf: Settings) -> int:
    """Return how many bytes a part of an upload may have."""
    return service.PART_BYTES


def vault() -> Vault:
    """Return the vault of this application."""
    if "insyn.vault" not in current_app.extensions:
        current_app.extensions["insyn.vault"] = service.make_vault(settings())
    found: Vault = current_app.extensions["insyn.vault"]
    return found


def accept(place: Place, *, back: str, still: Callable[[Session], object] | None = None) -> Response:
    """Take in the posted files, each with a row of its own, and go back; or let the script begin with one file.

    The caller has found the object through its own queries; its view of the database ends here. ``still`` looks again,
    in the transaction of each file, where the object may be sent or thrown away meanwhile; it raises what is answered.
    """
    close_db(None)
    if "upload_size" in request.form:
        return _begin(place, still)
    for posted in request.files.getlist("files"):
        if posted.filename:
            with _taking_in(still) as session:
                service.receive(
                    session,
                    actor(),
                    vault(),
                    place=place,
                    name=posted.filename,
                    stream=blocks(posted.stream),
                    declared=posted.mimetype,
                )
    return see_other(back)


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a posted file piece by piece."""
    while block := stream.read(_READ):
        yield block


@contextmanager
def _taking_in(still: Callable[[Session], object] | None) -> Iterator[Session]:
    with lasting() as session:
        if still is not None:
            still(session)
        yield session


def _begin(place: Place, still: Callable[[Session], object] | None) -> Response:
    with _taking_in(still) as session:
        row = service.begin(
            session,
            actor(),
            vault(),
            place=place,
            name=request.form.get("upload_name", ""),
            size=_whole_number(request.form.get("upload_size")),
            declared=request.form.get("upload_type", ""),
        )
        view = queries.one(session, actor(), row.id)
    return answer(view)


def _whole_number(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InvalidInput(reason="number")
    return int(text)


def offset() -> int:
    """Return where the part of this request begins.

    :raises InvalidInput: it doesn't say.
    """
    return _whole_number(request.headers.get("Upload-Offset"))


def answer(view: FileView, status: int = 200) -> Response:
    """Answer the script with the file's row, how much of it has come, and where the next part goes."""
    response = render_block(TEMPLATE, "rows", status, rows=[show.row(view, coming=True)])
    response.headers["Upload-Offset"] = str(view.received)
    response.headers["Upload-Part"] = url_for("files.append", file_id=view.id) if view.under_way else ""
    response.headers["Upload-State"] = view.state.value
    return response


def deliver(opened: service.Opened) -> Response:
    """Answer with a file to be saved, never to be shown within the portal's own pages."""
    sandbox()
    kind, size = opened.file.kind, opened.file.size
    response = Response(opened.content, content_type=kind.value if kind else "application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=opened.file.name)
    response.content_length = size
    return response


def give_pdf(content: bytes | Iterable[bytes]) -> Response:
    """Answer with a PDF to be saved, under a name that tells nothing: it may lie on a phone that is shared."""
    sandbox()
    response = Response(content, content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"insyn-{today()}.pdf")
    return response
