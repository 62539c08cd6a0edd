"""Forms of hours: what is typed is only read here, what may stand is said by ``rules.hours``."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy, ngettext, today
from portal.core.text import clean_text
from portal.meetings.models import MeetingType, Place, WeeklyRule
from portal.meetings.rules.availability import Kinds
from portal.meetings.rules.hours import STEPS, HoursRefused, WeeklyHours, instant
from portal.meetings.rules.states import Form as MeetingForm
from portal.meetings.words import FORM_NAMES, WEEKDAYS, kind_name
from portal.web.forms import CheckboxesField, Form, wording

_HALF_HOUR = "30"
_NEEDED = InputRequired()


def refuse(form: Form, refused: HoursRefused) -> None:
    """Put every fault beside its field, or above the form where it has no such field."""
    for name, message in refused.faults.items():
        if name in form:
            form[name].errors = [str(message)]
        else:
            form.form_errors.append(str(message))


def _minute(at: time | None) -> int:
    return at.hour * 60 + at.minute if at else 0


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _instant(day: DateField, minute: int, field: str, *, last: bool = False) -> datetime:
    try:
        return instant(day.data or today(), minute, last=last)
    except InvalidInput as error:
        raise HoursRefused({field: error.message}) from error


class OfferedForm(Form):
    """What hours are for: how far apart times begin, forms, kinds of meetings, and where visits are."""

    step = SelectField(wording(lazy("En ny tid börjar")), default=_HALF_HOUR)
    forms = CheckboxesField(wording(lazy("Hur ni kan ses")))
    place = SelectField(wording(lazy("Var besöken är")), default="")
    types = CheckboxesField(wording(lazy("Vilka möten")))

    def __init__(self, *args: Any, kinds: Sequence[MeetingType], places: Sequence[Place], **options: Any) -> None:
        super().__init__(*args, **options)
        self.step.choices = {
            # Translators: how often a bookable time begins
            str(step): ngettext("var %(num)s:e minut", "var %(num)s:e minut", step)
            for step in STEPS
        }
        self.forms.choices = {form.value: str(name) for form, name in FORM_NAMES.items()}
        self.types.choices = {str(kind.id): kind_name(kind) for kind in kinds}
        self.place.choices = {"": str(lazy("Ingen plats")), **{str(place.id): place.name for place in places}}

    def validate_forms(self, field: CheckboxesField) -> None:
        """Refuse hours that are for nothing."""
        if not field.data:
            raise ValidationError(str(lazy("Välj minst ett sätt att ses.")))

    def validate_types(self, field: CheckboxesField) -> None:
        """Refuse hours that are for no kind of meeting, where there is any."""
        if field.choices and not field.data:
            raise ValidationError(str(lazy("Välj minst en sorts möte.")))

    @property
    def kinds(self) -> Kinds:
        """Return what was chosen; all of something also means what is added to it later."""
        forms = frozenset(map(MeetingForm, self.forms.data or ()))
        types = frozenset(map(uuid.UUID, self.types.data or ()))
        return Kinds(
            frozenset() if len(forms) == len(MeetingForm) else forms,
            frozenset() if len(types) == len(self.types.choices or ()) else types,
            uuid.UUID(self.place.data) if self.place.data else None,
        )

    @property
    def step_minutes(self) -> int:
        """Return how far apart times begin."""
        return int(self.step.data)


class WeeklyForm(OfferedForm):
    """Hours of one day of the week."""

    from_time = TimeField(wording(lazy("Från")), validators=[_NEEDED])
    to_time = TimeField(wording(lazy("Till")), validators=[_NEEDED])
    valid_from = DateField(wording(lazy("Första dagen")), validators=[_NEEDED])
    valid_until = DateField(wording(lazy("Sista dagen")), validators=[Optional()])

    @property
    def hours(self) -> WeeklyHours:
        """Return what was typed; midnight ends the day."""
        return WeeklyHours(
            from_minute=_minute(self.from_time.data),
            to_minute=_minute(self.to_time.data) or 24 * 60,
            step_minutes=self.step_minutes,
            valid_from=self.valid_from.data or today(),
            valid_until=self.valid_until.data,
            kinds=self.kinds,
        )


class NewWeeklyForm(WeeklyForm):
    """The same hours on some days of the week."""

    weekdays = CheckboxesField(wording(lazy("Dagar")))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.weekdays.choices = {str(number): str(name) for number, name in enumerate(WEEKDAYS)}

    def validate_weekdays(self, field: CheckboxesField) -> None:
        """Refuse hours on no day."""
        if not field.data:
            raise ValidationError(str(lazy("Välj minst en dag.")))


class OpeningForm(OfferedForm):
    """A single opening on one day."""

    day = DateField(wording(lazy("Dag")), validators=[_NEEDED])
    from_time = TimeField(wording(lazy("Från")), validators=[_NEEDED])
    to_time = TimeField(wording(lazy("Till")), validators=[_NEEDED])

    def span(self) -> tuple[datetime, datetime]:
        """Return from when until when.

        :raises HoursRefused: the clocks skip one of the times.
        """
        start = _instant(self.day, _minute(self.from_time.data), "from_time")
        return start, _instant(self.day, _minute(self.to_time.data) or 24 * 60, "to_time", last=True)


class AbsenceForm(Form):
    """An absence: whole days, or from and to a time."""

    first_day = DateField(wording(lazy("Första dagen")), validators=[_NEEDED])
    from_time = TimeField(wording(lazy("Från klockan")), validators=[Optional()])
    last_day = DateField(wording(lazy("Sista dagen")), validators=[_NEEDED])
    to_time = TimeField(wording(lazy("Till klockan")), validators=[Optional()])
    note = TextAreaField(
        wording(lazy("Anteckning")),
        filters=[clean_text],
        description=wording(lazy("Bara du och din gruppledare ser den. Skriv inget om hälsa.")),
    )

    def span(self) -> tuple[datetime, datetime]:
        """Return from when until when; without a time it is the whole day.

        :raises HoursRefused: the clocks skip one of the times.
        """
        start = _instant(self.first_day, _minute(self.from_time.data), "from_time")
        ends = _minute(self.to_time.data) or 24 * 60
        return start, _instant(self.last_day, ends, "to_time", last=True)


class ClosingForm(AbsenceForm):
    """A time in which a whole unit is closed."""

    note = TextAreaField(
        wording(lazy("Anteckning")),
        filters=[clean_text],
        description=wording(lazy("Alla i enheten ser den, till exempel: planeringsdag.")),
    )


class CalendarForm(Form):
    """Whether clients may book somebody."""

    bookable = BooleanField(wording(lazy("Klienter kan boka tider")))
    intake = BooleanField(wording(lazy("Tar emot dem som inte har en handläggare än")))
    calls_from = StringField(
        wording(lazy("Så syns det när du ringer")),
        filters=[clean_text],
        description=wording(lazy("Klienten ser det före ett telefonmöte, till exempel: dolt nummer.")),
    )


def shown(rule: WeeklyRule, kinds: Sequence[MeetingType]) -> dict[str, Any]:
    """Return weekly hours as their form shows them."""
    return {
        "from_time": _time(rule.from_minute),
        "to_time": _time(rule.to_minute),
        "step": str(rule.step_minutes),
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
        "place": str(rule.place_id or ""),
        "forms": rule.forms or [form.value for form in MeetingForm],
        "types": rule.type_ids or [str(kind.id) for kind in kinds],
    }


def fresh(kinds: Sequence[MeetingType], places: Sequence[Place]) -> dict[str, Any]:
    """Return what a form of new hours begins with: all forms that can be had, all kinds, from today."""
    forms = [form.value for form in MeetingForm if places or form is not MeetingForm.VISIT]
    place = str(places[0].id) if len(places) == 1 else ""
    return {"forms": forms, "types": [str(kind.id) for kind in kinds], "place": place, "valid_from": today()}
