"""Forms of staff accounts."""

from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from portal.core.i18n import Text, lazy
from portal.core.text import clean_text
from portal.people.rules import Role
from portal.web.forms import Form, TextLength, wording

MAX_NAME, MAX_SUBJECT = 120, 200

ROLE_NAMES: dict[Role, Text] = {
    Role.CASEWORKER: lazy("Handläggare"),
    Role.TEAM_LEADER: lazy("Gruppledare"),
    Role.MANAGER: lazy("Förvaltare"),
}
ROLE_HINTS: dict[Role, Text] = {
    Role.CASEWORKER: lazy("Läser och svarar i de ärenden de arbetar med."),
    Role.TEAM_LEADER: lazy("Som handläggare, och kan skicka om det som har fastnat."),
    Role.MANAGER: lazy("Sköter konton och drift. Ser inga klienter."),
}


def _clean(text: str | None) -> str:
    return " ".join(clean_text(text or "").split())


class ConfirmForm(Form):
    """A button that is pressed on purpose."""


def _role() -> RadioField:
    # wtforms' stubs know no lazy texts.
    return RadioField(wording(lazy("Roll")), validators=[InputRequired(wording(lazy("Välj en roll.")))])


def _unit() -> SelectField:
    return SelectField(wording(lazy("Enhet")))


class AccountForm(Form):
    """Role and unit of an account."""

    role = _role()
    unit = _unit()

    def __init__(self, *args: Any, units: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.role.choices = {role.value: str(name) for role, name in ROLE_NAMES.items()}
        self.unit.choices = units


class NewAccountForm(AccountForm):
    """A new account: the name, and what the identity provider calls its holder."""

    name = StringField(
        wording(lazy("Namn")),
        filters=[_clean],
        validators=[TextLength(MAX_NAME, lazy("Skriv för- och efternamn."))],
    )
    subject = StringField(
        wording(lazy("Identitet hos inloggningstjänsten")),
        filters=[_clean],
        validators=[TextLength(MAX_SUBJECT, lazy("Skriv identiteten, till exempel namn@kommunen.se."))],
        description=wording(lazy("Till exempel namn@kommunen.se eller HSA-id. Aldrig personnummer.")),
    )
    # Made anew: fields, and with them the list of errors, come in the order in which they are made.
    role = _role()
    unit = _unit()
