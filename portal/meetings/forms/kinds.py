"""Forms of kinds of meetings and of places: what is typed is only read here, ``rules.kinds`` says what may stand."""

import uuid
from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from portal.core.i18n import LazyText, _, lazy
from portal.core.text import clean_text
from portal.meetings.models import MeetingType, Place
from portal.meetings.rules.kinds import KindSettings, PlaceSettings
from portal.meetings.rules.states import Form as MeetingForm
from portal.meetings.rules.states import TypeKind
from portal.meetings.words import FORM_NAMES, KIND_NAMES
from portal.web.forms import CheckboxesField, Form, wording


def _number(label: LazyText, hint: LazyText | None = None) -> IntegerField:
    # 0 is an answer, so it is asked whether something was typed, not whether it counts as true.
    return IntegerField(wording(label), validators=[InputRequired()], description=wording(hint or ""))


class _OfUnit(Form):
    unit = SelectField(wording(lazy("Enhet")), default="")
    active = BooleanField(wording(lazy("Används")), default=True)

    def __init__(self, *args: Any, units: Mapping[uuid.UUID, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.unit.choices = {"": _("Alla enheter"), **{str(id_): name for id_, name in units.items()}}

    @property
    def unit_id(self) -> uuid.UUID | None:
        """Return the chosen unit, None for all of them."""
        return uuid.UUID(self.unit.data) if self.unit.data else None


class KindForm(_OfUnit):
    """A kind of meeting."""

    kind = SelectField(wording(lazy("Sort")), default=TypeKind.FOLLOW_UP.value)
    name = StringField(
        wording(lazy("Eget namn")),
        filters=[clean_text],
        description=wording(lazy("Utan eget namn används sortens namn, på klientens språk.")),
    )
    minutes = _number(lazy("Längd i minuter"))
    interpreter_percent = _number(lazy("Så mycket längre med tolk, i procent"))
    buffer_minutes = _number(lazy("Minuter fria efter mötet"))
    forms = CheckboxesField(wording(lazy("Hur ni kan ses")))
    notice_hours = _number(lazy("Senast så många timmar före"), lazy("Så sent kan klienten boka."))
    ahead_days = _number(lazy("Tidigast så många dagar före"), lazy("Så långt fram kan klienten boka."))
    client_bookable = BooleanField(
        wording(lazy("Klienten kan boka det själv")),
        description=wording(lazy("Annars bjuder handläggaren in, eller klienten föreslår.")),
    )
    hidden_from_guardians = BooleanField(
        wording(lazy("Döljs för vårdnadshavare")),
        description=wording(lazy("För samtal med barn utan vårdnadshavare.")),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind.choices = {kind.value: str(name) for kind, name in KIND_NAMES.items()}
        self.forms.choices = {form.value: str(name) for form, name in FORM_NAMES.items()}

    def validate_forms(self, field: CheckboxesField) -> None:
        """Refuse a meeting that can't be held."""
        if not field.data:
            raise ValidationError(str(lazy("Välj minst ett sätt att ses.")))

    def settings(self, before: MeetingType | None) -> KindSettings:
        """Return what was typed; forms keep the order that they had, for the first one is suggested."""
        chosen = [MeetingForm(form) for form in self.forms.data or ()]
        order = [*(before.forms if before else ()), *MeetingForm]
        return KindSettings(
            kind=TypeKind(self.kind.data),
            name=self.name.data or "",
            minutes=self.minutes.data or 0,
            interpreter_percent=self.interpreter_percent.data or 0,
            buffer_minutes=self.buffer_minutes.data or 0,
            forms=tuple(sorted(chosen, key=order.index)),
            notice_hours=self.notice_hours.data or 0,
            ahead_days=self.ahead_days.data or 0,
            client_bookable=bool(self.client_bookable.data),
            hidden_from_guardians=bool(self.hidden_from_guardians.data),
        )


class PlaceForm(_OfUnit):
    """A place where clients are met."""

    name = StringField(wording(lazy("Namn")), validators=[InputRequired()], filters=[clean_text])
    address = StringField(wording(lazy("Adress")), validators=[InputRequired()], filters=[clean_text])
    access_note = TextAreaField(
        wording(lazy("Så kommer man in")),
        filters=[clean_text],
        description=wording(lazy("Till exempel dörr, våning, hiss och vem man säger till. Inget som avslöjar varför.")),
    )

    @property
    def settings(self) -> PlaceSettings:
        """Return what was typed."""
        return PlaceSettings(self.name.data or "", self.address.data or "", self.access_note.data or "")


def shown_kind(kind: MeetingType | KindSettings) -> dict[str, Any]:
    """Return a kind of meeting as its form shows it."""
    names = (
        *("name", "minutes", "interpreter_percent", "buffer_minutes", "notice_hours", "ahead_days"),
        *("client_bookable", "hidden_from_guardians"),
    )
    values = {name: getattr(kind, name) for name in names}
    return {**values, "kind": kind.kind.value, "forms": [str(form) for form in kind.forms]}


def shown_place(place: Place) -> dict[str, Any]:
    """Return a place as its form shows it."""
    return {"name": place.name, "address": place.address, "access_note": place.access_note}
