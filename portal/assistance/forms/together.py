"""Forms of two who apply together: whom to ask, what to have changed, and buttons alone."""

from wtforms import StringField, TextAreaField

from portal.assistance.rules.identities import read_number
from portal.assistance.service.parties import MAX_ASKED
from portal.core.i18n import Text, lazy, today
from portal.core.text import clean_text
from portal.web.forms import Form, TextLength, wording

_LONGEST_NUMBER = 40


class InviteForm(Form):
    """The identity number of whoever is asked to apply together with the person."""

    number = StringField(
        wording(lazy("Personnummer")),
        filters=[clean_text],
        validators=[TextLength(_LONGEST_NUMBER, lazy("Skriv personnumret."))],
        description=wording(lazy("Tio eller tolv siffror, till den du söker tillsammans med.")),
    )

    @property
    def twelve(self) -> str:
        """The number with twelve digits.

        :raises InvalidInput: it is none.
        """
        return read_number(self.number.data or "", today())

    def refuse(self, why: Text) -> None:
        """Show beside the field why a number can't be taken."""
        self.number.errors = [*self.number.errors, str(why)]


class AskForm(Form):
    """What a co-applicant asks to have changed before signing."""

    text = TextAreaField(
        wording(lazy("Vad behöver ändras?")),
        filters=[clean_text],
        validators=[TextLength(MAX_ASKED, lazy("Skriv vad som behöver ändras."))],
        description=wording(lazy("Till exempel en summa som är fel. Skriv på vilket språk du vill.")),
    )
