"""Answers that are a file of documentation."""

from collections.abc import Iterable

from flask import Response

from portal.core.i18n import today
from portal.web.headers import sandbox


def given(content: bytes | Iterable[bytes]) -> Response:
    """Answer with a PDF to be saved, under a name that tells nothing: it may lie on a phone that is shared."""
    sandbox()
    response = Response(content, content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"insyn-{today()}.pdf")
    return response
