"""Forms of staff accounts."""

from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from portal.core.i18n import Text, lazy
from portal.core.text import clean_text
from portal.people.rules import Role
from portal.web.forms import Form, TextLength

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
    return RadioField(lazy("Roll"), validators=[InputRequired(lazy("Välj en roll."))])  # type: ignore[arg-type]


def _unit() -> SelectField:
    return SelectField(lazy("Enhet"))  # type: ignore[arg-type]


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
        lazy("Namn"),  # type: ignore[arg-type]
        filters=[_clean],
        validators=[TextLength(MAX_NAME, lazy("Skriv för- och efternamn."))],
    )
    subject = StringField(
        lazy("Identitet hos inloggningstjänsten"),  # type: ignore[arg-type]
        filters=[_clean],
        validators=[TextLength(MAX_SUBJECT, lazy("Skriv identiteten, till exempel namn@kommunen.se."))],
        description=lazy("Till exempel namn@kommunen.se eller HSA-id. Aldrig personnummer."),  # type: ignore[arg-type]
    )
    # Made anew: fields, and with them the list of errors, come in the order in which they are made.
    role = _role()
    unit = _unit()
