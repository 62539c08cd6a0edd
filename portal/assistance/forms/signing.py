"""The form of the attestation: nothing is signed without having vouched for it."""

from wtforms import BooleanField
from wtforms.validators import DataRequired

from portal.core.i18n import lazy
from portal.web.forms import Form, wording


class AttestForm(Form):
    """Whether the person vouches for the answers; its label is the first line of the attestation."""

    attest = BooleanField(
        validators=[DataRequired(wording(lazy("Kryssa i att uppgifterna är riktiga, om de är det.")))],
    )
