"""Pages that several others lead to: one that asks before something is taken away, one that says who helps instead."""

from collections.abc import Sequence

from flask import Response

from portal.assistance import words
from portal.assistance.queries import ApplicationView
from portal.web.forms import ButtonForm
from portal.web.page import render


def not_here(view: ApplicationView, heading: str, status: int = 200) -> Response:
    """Say that a person helps with what can't be done here, and not why."""
    return render(
        "assistance/client/not_here.html", status, view=view, over=words.title(view.kind, view.period), heading=heading
    )


def ask(
    view: ApplicationView,
    question: str,
    told: Sequence[str],
    *,
    yes: str,
    no: str,
    action: str,
    back: tuple[str, str],
) -> Response:
    """Ask whether to do what can't be undone; ``told`` is what comes of it, ``back`` where the page was come from."""
    return render(
        "assistance/client/ask.html",
        view=view,
        over=words.title(view.kind, view.period),
        question=question,
        told=told,
        yes=yes,
        no=no,
        action=action,
        back=back,
        form=ButtonForm(formdata=None),
    )
