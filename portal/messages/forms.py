"""The forms under a thread, one for each side."""

from typing import TypeVar

from wtforms import TextAreaField

from portal.core.i18n import LazyText, lazy
from portal.core.text import clean_text
from portal.messages.rules import MAX_TEXT
from portal.web.forms import SubmissionForm, TextLength, wording


def _text(label: LazyText, hint: LazyText) -> TextAreaField:
    return TextAreaField(
        wording(label),
        filters=[clean_text],
        validators=[TextLength(MAX_TEXT, lazy("Skriv något innan du skickar."))],
        description=wording(hint),
    )


class MessageForm(SubmissionForm):
    """A client's message; its text is cleaned before anything looks at it."""

    text = _text(lazy("Ditt meddelande"), lazy("Skriv på vilket språk du vill."))


class AnswerForm(SubmissionForm):
    """A staff member's message to a client, cleaned likewise."""

    text = _text(lazy("Ditt svar"), lazy("Klienten läser det du skriver. Använd korta meningar och vanliga ord."))


AnyForm = TypeVar("AnyForm", MessageForm, AnswerForm)


def empty_form(kind: type[AnyForm]) -> AnyForm:
    """Return a form with a new number, for the next message; it takes the focus where htmx puts it in."""
    form = kind(formdata=None)
    form.text.render_kw = {"autofocus": True}
    return form
