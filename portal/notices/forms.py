"""Forms of one's own addresses and choices."""

from typing import Any

from wtforms import EmailField, RadioField, SelectField, StringField, TelField

from portal.core.i18n import LANGUAGES, LazyText, lazy
from portal.core.text import clean_text
from portal.notices.rules import Channel, Reminder
from portal.web.forms import Form, TextLength, wording

MAX_ADDRESS, MAX_CODE = 320, 40
NOWHERE = "none"


def _clean(text: str | None) -> str:
    return clean_text(text)


class MailForm(Form):
    """A mail address."""

    address = EmailField(
        wording(lazy("Din e-postadress")),
        filters=[_clean],
        validators=[TextLength(MAX_ADDRESS, lazy("Skriv e-postadressen så här: namn@exempel.se."))],
        description=wording(lazy("Välj en adress som bara du läser.")),
    )


class MobileForm(Form):
    """A mobile number."""

    address = TelField(
        wording(lazy("Ditt mobilnummer")),
        filters=[_clean],
        validators=[TextLength(MAX_ADDRESS, lazy("Skriv ett mobilnummer med siffror, till exempel 070-174 06 05."))],
        description=wording(lazy("Välj en telefon som bara du använder.")),
    )


ADDRESS_FORMS: dict[Channel, type[MailForm | MobileForm]] = {Channel.EMAIL: MailForm, Channel.SMS: MobileForm}


class CodeForm(Form):
    """The code that was sent to an address."""

    code = StringField(
        wording(lazy("Koden")),
        filters=[_clean],
        validators=[TextLength(MAX_CODE, lazy("Skriv koden med sex siffror."))],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 8},
    )


# Translators: how notices of something new reach a person
CHANNEL_NAMES: dict[Channel, LazyText] = {Channel.EMAIL: lazy("E-post"), Channel.SMS: lazy("Sms")}
REMINDER_NAMES: dict[Reminder, LazyText] = {
    Reminder.ONE_DAY: lazy("En dag innan"),
    Reminder.TWO_HOURS: lazy("Två timmar innan"),
    Reminder.NONE: lazy("Ingen påminnelse"),
}


class ChoiceForm(Form):
    """Where notices go, how long before a meeting a reminder comes, and in which language."""

    channel = RadioField(wording(lazy("Hur vill du få veta att något är nytt?")))
    reminder = RadioField(wording(lazy("Påminnelse före möten")))
    locale = SelectField(wording(lazy("Språk")))

    def __init__(self, *args: Any, addresses: dict[Channel, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.channel.choices = [
            *((channel.value, f"{CHANNEL_NAMES[channel]} {shown}") for channel, shown in addresses.items()),
            (NOWHERE, str(lazy("Skicka ingenting"))),
        ]
        self.reminder.choices = [(reminder.value, str(name)) for reminder, name in REMINDER_NAMES.items()]
        self.locale.choices = [(language.code, language.own_name) for language in LANGUAGES]
