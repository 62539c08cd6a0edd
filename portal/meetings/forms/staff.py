"""The staff's forms of a meeting: to cancel, to move, and to hand it to a colleague."""

from wtforms import DateField, SelectField, TextAreaField, TimeField
from wtforms.validators import InputRequired

from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.meetings.rules.arrangement import MAX_REASON
from portal.web.forms import Form, SubmissionForm, TextLength, wording


def _reason() -> TextAreaField:
    return TextAreaField(
        wording(lazy("Varför?")),
        filters=[clean_text],
        validators=[TextLength(MAX_REASON, lazy("Skriv varför, så att klienten förstår."))],
        description=wording(lazy("Klienten läser det du skriver.")),
    )


class CancelForm(Form):
    """Why a meeting is cancelled."""

    reason = _reason()


class MoveForm(SubmissionForm):
    """When a meeting is instead, and why."""

    day = DateField(wording(lazy("Dag")), validators=[InputRequired(wording(lazy("Välj en dag.")))])
    start = TimeField(
        wording(lazy("Tid")), validators=[InputRequired(wording(lazy("Skriv en tid, till exempel 13.00.")))]
    )
    reason = _reason()


class CoverForm(Form):
    """Which colleague holds the meeting."""

    colleague = SelectField(wording(lazy("Kollega")))

    def offer(self, colleagues: dict[str, str]) -> None:
        """Set who can be chosen."""
        self.colleague.choices = colleagues
