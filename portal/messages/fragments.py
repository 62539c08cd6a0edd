"""The parts of a thread's page that htmx asks for: older messages, a message just sent, a form to mend."""

from typing import Any

from flask import Response, make_response
from markupsafe import Markup

from portal.web.page import render_block


def _blocks(template: str, names: tuple[str, ...], status: int = 200, **context: Any) -> Response:
    parts = [render_block(template, name, **context).get_data(as_text=True) for name in names]
    return make_response(Markup("").join(Markup(part) for part in parts), status)  # noqa: S704 - escaped by Jinja


def older(template: str, **context: Any) -> Response:
    """Answer with older messages, to be put first, and with the link to those before them, out of band."""
    return _blocks(template, ("entries", "older"), oob=True, **context)


def sent(template: str, confirmation: str, **context: Any) -> Response:
    """Answer with the new message, to be put last, and with an empty form and a spoken confirmation, out of band."""
    return _blocks(template, ("entries", "composer"), oob=True, confirmation=confirmation, **context)


def refused(template: str, **context: Any) -> Response:
    """Answer with the form, its errors and what was typed, in the form's own place."""
    answer = _blocks(template, ("composer",), 422, fragment=True, **context)
    answer.headers["HX-Retarget"] = "#svara"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer
