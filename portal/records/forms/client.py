"""The client's forms in the journal: a remark, a reply, a button, a search."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.records.rules.states import MAX_TEXT, RemarkKind
from portal.web.forms import Form, SubmissionForm, TextLength, wording

KINDS = (
    (RemarkKind.RIGHT, lazy("Stämmer")),
    (RemarkKind.WRONG, lazy("Stämmer inte")),
    (RemarkKind.MISSING, lazy("Något saknas")),
    (RemarkKind.DISAGREE, lazy("Håller inte med")),
    (RemarkKind.NOT_UNDERSTOOD, lazy("Förstår inte")),
)


class RemarkForm(SubmissionForm):
    """What the client says of a passage or of the whole; the length of the text is the service's to judge."""

    kind = RadioField(
        wording(lazy("Vad tycker du om stycket?")),
        choices=[SelectChoice(kind.value, label) for kind, label in KINDS],
        validators=[InputRequired(message=wording(lazy("Välj vad du vill säga.")))],
    )
    text = TextAreaField(filters=[clean_text])
    # The stamp of the draft that this form has seen.
    seen = HiddenField()


class DraftForm(RemarkForm):
    """A remark that is being written: nothing has to be chosen yet."""

    kind = RadioField(
        choices=[SelectChoice(kind.value, label) for kind, label in KINDS],
        validators=[Optional()],
    )


class ReplyForm(SubmissionForm):
    """The client's reply to an answer."""

    text = TextAreaField(
        wording(lazy("Ditt svar")),
        filters=[clean_text],
        validators=[TextLength(MAX_TEXT, lazy("Skriv något innan du skickar."))],
    )


class RestForm(SubmissionForm):
    """The button that marks the rest as right, and the one that takes that back: the number tells what was marked."""


class SearchForm(Form):
    """Words to look for; sent in the body, for an address would keep them."""

    words = StringField(wording(lazy("Sök i det som är skrivet")), filters=[clean_text])
