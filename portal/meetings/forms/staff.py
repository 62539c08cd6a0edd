"""The staff's forms of a meeting: to cancel, to move, and to hand it to a colleague."""

from wtforms import DateField, SelectField, TextAreaField, TimeField
from wtforms.validators import InputRequired

from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.meetings.rules.arrangement import MAX_REASON
from portal.web.forms import Form, SubmissionForm, TextLength


def _reason() -> TextAreaField:
    return TextAreaField(
        lazy("Varför?"),  # type: ignore[arg-type]  # wtforms' stubs know no lazy texts
        filters=[clean_text],
        validators=[TextLength(MAX_REASON, lazy("Skriv varför, så att klienten förstår."))],
        description=lazy("Klienten läser det du skriver."),  # type: ignore[arg-type]  # as above
    )


class CancelForm(Form):
    """Why a meeting is cancelled."""

    reason = _reason()


class MoveForm(SubmissionForm):
    """When a meeting is instead, and why."""

    day = DateField(lazy("Dag"), validators=[InputRequired(lazy("Välj en dag."))])  # type: ignore[arg-type]  # as above
    start = TimeField(lazy("Tid"), validators=[InputRequired(lazy("Skriv en tid, till exempel 13.00."))])  # type: ignore[arg-type]  # as above
    reason = _reason()


class CoverForm(Form):
    """Which colleague holds the meeting."""

    colleague = SelectField(lazy("Kollega"))  # type: ignore[arg-type]  # as above

    def offer(self, colleagues: dict[str, str]) -> None:
        """Set who can be chosen."""
        self.colleague.choices = colleagues
