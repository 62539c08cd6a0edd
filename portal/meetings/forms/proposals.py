"""Forms of proposals: times in rows, ways to meet, and a client's or a caseworker's answer."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import wtforms
from flask import request
from wtforms import DateField, FieldList, FormField, SelectField, SelectMultipleField, TextAreaField, TimeField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.clock import now
from portal.core.errors import InvalidInput
from portal.core.i18n import STOCKHOLM, lazy
from portal.core.text import clean_text
from portal.meetings.forms.client import YES, InterpreterForm
from portal.meetings.models import MeetingType
from portal.meetings.queries import meeting_minutes
from portal.meetings.rules.arrangement import MAX_REASON
from portal.meetings.rules.availability import Span
from portal.meetings.rules.proposing import MAX_SHORT, MAX_TEXT, Terms, VisitNowhere, check_place, checked_windows
from portal.meetings.rules.states import MAX_WINDOWS
from portal.meetings.rules.states import Form as MeetingForm
from portal.web.forms import AtMost, Form, SubmissionForm, TextLength, load_form, wording

ADD, REMOVE = "lagg-till", "ta-bort"


class WindowForm(wtforms.Form):
    """A day, and from when until when."""

    class Meta(Form.Meta):
        """Our words for what can't be read; the whole form guards against forgery."""

        csrf = False

    day = DateField(wording(lazy("Dag")))
    start = TimeField(wording(lazy("Från")))
    end = TimeField(wording(lazy("Till")))

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was written in the row."""
        return not any(field.raw_data and field.raw_data[0] for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was written; a row with nothing in it is no fault."""
        return self.is_blank or bool(super().validate(extra_validators))

    def span(self) -> Span | None:
        """Return the time in the row, or None with the fields marked that are missing or can't be read."""
        for field, text in (
            (self.day, lazy("Välj en dag.")),
            (self.start, lazy("Skriv från vilken tid, till exempel 13.00.")),
            (self.end, lazy("Skriv till vilken tid, till exempel 15.00.")),
        ):
            if field.data is None:
                field.errors = [str(text)]
        if self.day.data is None or self.start.data is None or self.end.data is None:
            return None
        start = datetime.combine(self.day.data, self.start.data, STOCKHOLM)
        return Span(start, datetime.combine(self.day.data, self.end.data, STOCKHOLM))


class _Ways(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TermsForm(SubmissionForm, InterpreterForm):
    """What one side proposes; ``minutes`` is how long the meeting takes."""

    windows = FieldList(FormField(WindowForm), min_entries=1, max_entries=MAX_WINDOWS)
    how = _Ways(wording(lazy("Hur vill du helst träffas?")), validate_choice=True)
    place_text = wtforms.StringField(
        wording(lazy("Var?")),
        filters=[clean_text],
        validators=[AtMost(MAX_SHORT)],
        description=wording(lazy("Bara om du vill träffas på en annan plats.")),
    )
    participants = wtforms.StringField(
        wording(lazy("Vill du ha någon med dig?")),
        filters=[clean_text],
        validators=[AtMost(MAX_SHORT)],
        description=wording(lazy("Skriv vem. Det kan vara en vän, en släkting eller ett ombud. Du bestämmer.")),
    )
    text = TextAreaField(
        wording(lazy("Vad vill du ta upp, och är det något mer vi ska veta?")),
        filters=[clean_text],
        validators=[AtMost(MAX_TEXT)],
    )
    minutes = 0
    # The row that was just added, which takes the focus.
    added = -1
    spans: tuple[Span, ...] = ()

    def offer(self, forms: Sequence[MeetingForm], words: dict[MeetingForm, Any]) -> None:
        """Set in which ways one can meet."""
        self.how.choices = {form.value: str(words[form]) for form in forms}

    def rows_only(self, pressed: dict[str, str]) -> bool:
        """Add or remove a row where that was what was asked for, and tell whether it was."""
        if ADD in pressed:
            if len(self.windows.entries) < MAX_WINDOWS:
                self.windows.append_entry()
                self.added = len(self.windows.entries) - 1
            return True
        number = pressed.get(REMOVE, "")
        if not (number.isascii() and number.isdigit() and int(number) < len(self.windows.entries)):
            return REMOVE in pressed
        if len(self.windows.entries) > 1:
            self.windows.entries.pop(int(number))
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the rows, too: each for itself, and that they don't run into each other."""
        fields_ok: bool = super().validate(extra_validators)
        if not self.how.data:
            self.how.errors = [str(lazy("Välj minst ett sätt att träffas."))]
        return self._windows_ok() and fields_ok and bool(self.how.data)

    def _windows_ok(self) -> bool:
        rows = [entry.form for entry in self.windows.entries if not entry.form.is_blank] or [
            self.windows.entries[0].form
        ]
        found = []
        for row in rows:
            span = row.span()
            if span is not None and self._fits(row, [span]):
                found.append(span)
        if len(found) < len(rows) or not self._fits(rows[-1], found):
            return False
        self.spans = checked_windows(found, now(), minutes=self.minutes)
        return True

    def _fits(self, row: WindowForm, spans: list[Span]) -> bool:
        try:
            checked_windows(spans, now(), minutes=self.minutes)
        except InvalidInput as error:
            at_end = error.reason in {"reversed", "short", "long"}
            (row.end if at_end else row.day if error.reason in {"past", "ahead"} else row.start).errors = [
                str(error.message)
            ]
            return False
        return True

    def row_errors(self) -> list[tuple[str, str]]:
        """Return the errors of the rows, with the ids of their fields, for the summary."""
        return [(field.id, field.errors[0]) for entry in self.windows.entries for field in entry.form if field.errors]

    def terms(self) -> Terms:
        """Return what was written."""
        language, wish = self.wanted_interpreter()
        return Terms(
            windows=self.spans,
            forms=tuple(MeetingForm(value) for value in self.how.data or ()),
            place_text=self.place_text.data or "",
            interpreter=language,
            interpreter_wish=wish,
            participants=self.participants.data or "",
            text=self.text.data or "",
        )


AnyTerms = TypeVar("AnyTerms", bound=TermsForm)


class OfferForm(TermsForm):
    """What a caseworker proposes: in one of our places, too, where it is a visit."""

    place = SelectField(
        wording(lazy("Var ses ni på besök?")),
        validate_choice=True,
        description=wording(lazy("Gäller bara ett besök.")),
    )

    def validate_place(self, field: SelectField) -> None:
        """Refuse a visit nowhere."""
        _check_place(self.how.data or (), field)

    def terms(self) -> Terms:
        """Return what was written, with the place where a visit is among the ways."""
        is_visit = MeetingForm.VISIT.value in (self.how.data or ())
        place_id = uuid.UUID(self.place.data) if is_visit and self.place.data else None
        return replace(super().terms(), place_id=place_id)


def offer_form(
    kind: MeetingType, data: dict[str, Any], words: dict[MeetingForm, Any], places: dict[str, str]
) -> OfferForm:
    """Return the form of a caseworker's proposal, with the places of the client's unit."""
    form = load_form(OfferForm, data=data)
    form.place.choices = places
    return _prepared(form, kind, words)


def terms_form(kind: MeetingType, data: dict[str, Any], words: dict[MeetingForm, Any]) -> TermsForm:
    """Return the form of a proposal for a kind of meeting: posted, kept from before a sign-in, or filled in."""
    return _prepared(load_form(TermsForm, data=data), kind, words)


def _prepared(form: AnyTerms, kind: MeetingType, words: dict[MeetingForm, Any]) -> AnyTerms:
    form.offer([MeetingForm(value) for value in kind.forms] or list(MeetingForm), words)
    form.minutes = meeting_minutes(kind, with_interpreter=form.interpreter.data == YES)
    return form


def interpreter_data(language: str, wish: str) -> dict[str, str]:
    """Return what fills the questions about an interpreter in, as it was said before."""
    return {"interpreter": YES, "language": language, "interpreter_wish": wish} if language else {}


def is_sent(form: TermsForm) -> bool:
    """Tell whether the form was sent whole and right; before that, rows may be added and removed."""
    if request.method != "POST" or form.rows_only(request.form.to_dict()):
        return False
    return form.validate()


class AcceptForm(SubmissionForm):
    """A time of the other side's proposal, and one of its ways to meet."""

    how = SelectField(wording(lazy("Hur träffas ni?")), validate_choice=True)
    place = SelectField(wording(lazy("Var?")), validate_choice=True)
    time = SelectField(wording(lazy("Dag och tid")), validate_choice=True)

    def offer(self, times: dict[str, str], forms: dict[str, str], places: dict[str, str]) -> None:
        """Set what can be chosen."""
        self.time.choices, self.how.choices, self.place.choices = times, forms, places

    def validate_place(self, field: SelectField) -> None:
        """Refuse a visit nowhere."""
        _check_place((self.how.data,), field)


def _check_place(how: Iterable[str], field: SelectField) -> None:
    try:
        check_place(map(MeetingForm, how), uuid.UUID(field.data) if field.data else None)
    except VisitNowhere as error:
        raise ValidationError(str(error.message)) from error


class NoForm(SubmissionForm):
    """A client's no; it needs no reason."""

    reason = TextAreaField(
        wording(lazy("Vill du säga varför?")),
        filters=[clean_text],
        validators=[AtMost(MAX_REASON)],
        description=wording(lazy("Du behöver inte svara.")),
    )


class StaffNoForm(SubmissionForm):
    """A caseworker's no, with a reason."""

    reason = TextAreaField(
        wording(lazy("Varför går det inte?")),
        filters=[clean_text],
        validators=[TextLength(MAX_REASON, lazy("Skriv varför, så att klienten förstår."))],
        description=wording(lazy("Klienten läser det du skriver.")),
    )


def next_quarters(span: Span, minutes: int) -> list[datetime]:
    """Return the times at which a meeting of so many minutes can begin within a span, a quarter apart."""
    found, at = [], span.start
    while at + timedelta(minutes=minutes) <= span.end:
        found.append(at)
        at += timedelta(minutes=15)
    return found
