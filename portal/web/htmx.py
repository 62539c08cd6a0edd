"""htmx on top of pages that work without it (flask-htmx)."""

from flask_htmx import HTMX

htmx = HTMX()


def wants_fragment() -> bool:
    """Tell whether htmx asks for a part of the page; a boosted or history-restoring request wants the whole."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request
