"""The form under a thread."""

from wtforms import TextAreaField

from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.messages.rules import MAX_TEXT
from portal.web.forms import SubmissionForm, TextLength


class MessageForm(SubmissionForm):
    """A message, written by either side; its text is cleaned before anything looks at it."""

    text = TextAreaField(
        lazy("Ditt meddelande"),  # type: ignore[arg-type]  # wtforms' stubs know no lazy texts
        filters=[clean_text],
        validators=[TextLength(MAX_TEXT, lazy("Skriv något innan du skickar."))],
        description=lazy("Skriv på vilket språk du vill."),  # type: ignore[arg-type]
    )


def empty_form() -> MessageForm:
    """Return a form with a new number, for the next message; it takes the focus where htmx puts it in."""
    form = MessageForm(formdata=None)
    form.text.render_kw = {"autofocus": True}
    return form
