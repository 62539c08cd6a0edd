"""The form of what is added to a handed-in application."""

import uuid

from wtforms import HiddenField, TextAreaField
from wtforms.validators import ValidationError

from portal.assistance.service.supplements import MAX_TEXT
from portal.core.i18n import Text, lazy
from portal.core.text import clean_text
from portal.web.forms import AtMost, Form, wording


class SupplementForm(Form):
    """Words to send with the files, or alone."""

    supplement = HiddenField()
    text = TextAreaField(
        wording(lazy("Vad vill du berätta?")),
        filters=[clean_text],
        validators=[AtMost(MAX_TEXT)],
        description=wording(lazy("Till exempel vad filerna är. Skriv på vilket språk du vill.")),
    )

    @property
    def supplement_id(self) -> uuid.UUID:
        """What is sent, as the page knew it when it was shown."""
        return uuid.UUID(self.supplement.data)

    def validate_supplement(self, field: HiddenField) -> None:
        """Refuse what can't be an id of ours."""
        try:
            uuid.UUID(field.data or "")
        except ValueError:
            raise ValidationError(str(lazy("Ladda om sidan och försök igen."))) from None

    def refuse(self, why: Text) -> None:
        """Show beside the field why it can't be sent."""
        self.text.errors = [*self.text.errors, str(why)]
