"""The form of an answer to a remark."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, ValidationError

from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.records.rules.states import MAX_TEXT, Outcome
from portal.web.forms import SubmissionForm, TextLength, wording

# In the order in which a caseworker thinks: is it wrong, do we disagree, or is it only unclear?
CHOICES = (
    (Outcome.CORRECTED, lazy("Texten är rättad")),
    (Outcome.NOTED, lazy("Anteckna det klienten säger bredvid texten")),
    (Outcome.EXPLAINED, lazy("Bara förklara")),
    (Outcome.NOT_CHANGED, lazy("Ändra inte texten")),
)
HINTS = {
    Outcome.CORRECTED: lazy("Du har skrivit en ny version och visat den för klienten. Den gamla finns kvar."),
    Outcome.NOTED: lazy("Ni har olika uppfattning. 14 kap. 6 § socialtjänstlagen."),
    Outcome.EXPLAINED: lazy("Klienten förstår inte eller undrar något."),
    Outcome.NOT_CHANGED: lazy("Skriv skälen i svaret."),
}


class AnswerForm(SubmissionForm):
    """What a caseworker does with a remark, and what the client is told."""

    outcome = RadioField(
        wording(lazy("Vad gör du?")),
        choices=[SelectChoice(outcome.value, label) for outcome, label in CHOICES],
        validators=[InputRequired(message=wording(lazy("Välj vad du gör.")))],
    )
    version = SelectField(wording(lazy("Versionen där texten är rättad")), validate_choice=False)
    text = TextAreaField(
        wording(lazy("Svar till klienten")),
        description=wording(lazy("Korta meningar. Inga förkortningar.")),
        filters=[clean_text],
        validators=[TextLength(MAX_TEXT, lazy("Skriv något innan du skickar."))],
    )

    def offer(self, versions: Mapping[str, str]) -> None:
        """Set the versions that the text may have been corrected in, by id."""
        self.version.choices = [("", str(lazy("Ingen vald"))), *versions.items()]

    def validate_version(self, field: Any) -> None:
        """Demand a version with that outcome; with another one none counts."""
        known = {value for value, _label in field.choices if value}
        if self.outcome.data == Outcome.CORRECTED.value and field.data not in known:
            raise ValidationError(str(lazy("Välj den version där texten är rättad.")))
