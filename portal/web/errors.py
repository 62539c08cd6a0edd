"""Every error becomes one plain page in the person's language, with the right status and a reference code.

Nothing of a trace, a value or a person reaches the page or the log: the log has the reference, the route and the type.
"""

import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.core import errors
from portal.core.i18n import Text, lazy
from portal.web.access import USUAL_LEVEL, Public, SignInNeeded, StepUpNeeded
from portal.web.htmx import htmx
from portal.web.page import render_lost, render_safely, see_other
from portal.web.routes import actor_or_none, web_kit

log = structlog.get_logger("portal.web")

_STATUS: tuple[tuple[type[errors.DomainError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.InvalidInput, 422),
    (errors.Unavailable, 503),
)

_TITLES: dict[int, Text] = {
    400: lazy("Sidan kunde inte ta emot det du skickade"),
    403: lazy("Du kommer inte åt den här sidan"),
    404: lazy("Vi hittar inte sidan"),
    405: lazy("Sidan går inte att öppna på det sättet"),
    409: lazy("Något har ändrats"),
    413: lazy("Det du skickade är för stort"),
    422: lazy("Något behöver ändras"),
    429: lazy("Vänta en liten stund"),
    500: lazy("Något gick fel hos oss"),
    503: lazy("Något gick fel hos oss"),
}

_TEXTS: dict[int, Text] = {
    400: lazy("Gå tillbaka, ladda om sidan och försök igen. Ingenting har skickats."),
    403: lazy("Du är inloggad, men sidan är inte till för dig."),
    404: lazy(
        "Adressen kan vara felskriven, eller så finns sidan inte längre. Inget har försvunnit från dina ärenden."
    ),
    405: lazy("Gå till startsidan och välj därifrån."),
    413: lazy("Korta texten eller dela upp den. Ingenting har skickats."),
    429: lazy("Det kom många försök på kort tid. Vänta en minut och försök igen."),
    500: lazy("Felet är vårt, inte ditt. Det du redan har skickat finns kvar. Försök igen om en stund."),
    503: lazy("Felet är vårt, inte ditt. Det du redan har skickat finns kvar. Försök igen om en stund."),
}


# flask-wtf's words for a token that we have signed, but for another session.
_SHOWN_EARLIER = "The CSRF tokens do not match."
_FILES_TOO_LARGE = lazy("Filerna är för stora tillsammans. Gå tillbaka och skicka en i taget.")


def new_reference() -> str:
    """Return a short code that the person can read out and that stands in the log."""
    return secrets.token_hex(4).upper()


def error_page(
    status: int, text: Text | None = None, *, reference: str = "", title: Text | None = None, menu: bool = False
) -> Response:
    """Render the one error page; it asks no database, unless whoever is signed in shall keep the ``menu``."""
    title = title or _TITLES.get(status, _TITLES[500])
    return (render_lost if menu else render_safely)(
        "site/error.html",
        status,
        title=str(title),
        text=str(text or _TEXTS.get(status, _TEXTS[500])),
        reference=reference,
    )


def _forget_transaction() -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()


def _domain_error(error: errors.DomainError) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    # The actor is resolved before the transaction goes: afterwards there is nothing to ask.
    who = actor_or_none()
    _forget_transaction()
    if status in {403, 404} and error.reason != "undeclared" and not g.get("denial_recorded"):
        web_kit().guard.record_denial(who, request.endpoint or "", error.reason)
    return error_page(status, error.message, menu=True)


def _sign_in_needed(_error: SignInNeeded) -> Response:
    here = _own_path()
    kept = request.method == "POST" and here is not None and web_kit().keeper.keep(here)
    _forget_transaction()
    return _go_to(url_for("identity.sign_in", next=here, kept=1 if kept else None, level=_special_level()))


def _special_level() -> int | None:
    """Return the level that this route needs, where an ordinary sign-in falls short of it."""
    access = web_kit().access.get(request.endpoint or "")
    level = USUAL_LEVEL if access is None or isinstance(access, Public) else access.level
    return level if level > USUAL_LEVEL else None


def _go_to(target: str) -> Response:
    if htmx:
        # A fragment can't show another page: htmx is told to go there.
        answer = Response(status=401)
        answer.headers["HX-Redirect"] = target
        return answer
    return see_other(target)


def _step_up_needed(_error: StepUpNeeded) -> Response:
    here = _own_path()
    kept = request.method == "POST" and here is not None and web_kit().keeper.keep(here)
    _forget_transaction()
    return _go_to(url_for("identity.sign_in", next=here, fresh=1, kept=1 if kept else None, level=_special_level()))


def _own_path() -> str | None:
    """Return the path to come back to: a form's address, where it can be opened again; None for a button."""
    return request.path if can_be_opened(request.path) and request.path != "/" else None


def can_be_opened(path: str) -> bool:
    """Tell whether a path of ours shows a page: what was typed can come back there."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, method="GET")


def safe_path(path: str | None) -> str | None:
    """Return a path of ours to go on to, or None for anything that leads elsewhere (open redirects)."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or len(path) > 300:
        return None
    if any(ord(char) < 32 or char == "\\" for char in path):
        return None
    parts = urlsplit(path)
    return parts.path if not parts.scheme and not parts.netloc else None


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    _forget_transaction()
    if status >= 500:
        # What failed while another error was told stands behind Flask's own.
        return _unexpected(getattr(error, "original_exception", None) or error)
    too_large = status == 413 and request.endpoint in web_kit().bodies
    answer = error_page(status, _FILES_TOO_LARGE if too_large else None, menu=True)
    for name, value in error.get_headers():
        if name == "Allow" or name == "Retry-After":
            answer.headers[name] = value
    return answer


def _csrf_error(error: CSRFError) -> Response:
    who, here = actor_or_none(), _own_path()
    web_kit().guard.record_denial(who, request.endpoint or "", "csrf")
    # Shown before a new sign-in in another tab: the same person finds the text in a fresh form.
    if who is not None and here is not None and error.description == _SHOWN_EARLIER and web_kit().keeper.keep(here):
        return _go_to(here)
    return error_page(400, menu=True)


def _unexpected(error: Exception) -> Response:
    _forget_transaction()
    reference = new_reference()
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    # The type and the places, never the message: messages of libraries repeat values.
    log.error("unexpected", reference=reference, route=request.endpoint, kind=type(error).__name__, at=frames[-6:])
    return error_page(500, reference=reference)


def register_errors(app: Flask) -> None:
    """Map every error to its page."""
    handlers: list[tuple[Any, Any]] = [
        (errors.DomainError, _domain_error),
        (SignInNeeded, _sign_in_needed),
        (StepUpNeeded, _step_up_needed),
        (CSRFError, _csrf_error),
        (HTTPException, _http_error),
        (Exception, _unexpected),
    ]
    for kind, handler in handlers:
        app.register_error_handler(kind, handler)
    app.logger.addFilter(_without_trace)


def _without_trace(record: logging.LogRecord) -> bool:
    # Flask's logger, which tells of errors in the making of error pages: a trace repeats values.
    record.exc_info = record.exc_text = None
    return True
