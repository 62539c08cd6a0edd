"""The client's forms: whom to meet and how, what to say before booking, what to change, and why one cancels."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import ValidationError

from portal.core.i18n import LazyText, lazy
from portal.core.text import clean_text
from portal.meetings.rules.arrangement import (
    MAX_AGENDA,
    MAX_REASON,
    MAX_SHORT,
    Arrangement,
)
from portal.meetings.rules.states import Form as MeetingForm
from portal.meetings.words import FORM_WORDS
from portal.people.languages import INTERPRETER_LANGUAGES, OTHER_LANGUAGE
from portal.web.forms import AtMost, Form, SubmissionForm, TextLength, wording

NO, YES = "no", "yes"
# Any: wtforms knows no lazy texts.
_LANGUAGES: Any = [SelectChoice("", lazy("Välj språk")), *(SelectChoice(*one) for one in INTERPRETER_LANGUAGES.items())]
_ANSWERS: Any = [SelectChoice(NO, lazy("Nej")), SelectChoice(YES, lazy("Ja"))]


def _line(label: LazyText, hint: LazyText, *, needed: LazyText | None = None) -> StringField:
    length = TextLength(MAX_SHORT, needed) if needed else AtMost(MAX_SHORT)
    return StringField(
        wording(label),
        filters=[clean_text],
        validators=[length],
        description=wording(hint),
    )


def _area(label: LazyText, hint: LazyText, maximum: int) -> TextAreaField:
    return TextAreaField(
        wording(label),
        filters=[clean_text],
        validators=[AtMost(maximum)],
        description=wording(hint),
    )


class InterpreterForm(Form):
    """Whether an interpreter is needed, in which language, and what to think of."""

    interpreter = RadioField(
        wording(lazy("Behöver du tolk?")),
        choices=_ANSWERS,
        default=NO,
        description=wording(lazy("Tolken är gratis och får inte berätta något för andra. Vi bokar längre tid.")),
    )
    language = SelectField(wording(lazy("Språk")), choices=_LANGUAGES, default="")
    interpreter_wish = _line(
        lazy("Något vi ska tänka på?"), lazy("Till exempel dialekt eller om du vill ha en man eller kvinna.")
    )

    def validate_language(self, field: SelectField) -> None:
        """Ask for the language where an interpreter is wished for."""
        if self.interpreter.data == YES and not field.data:
            raise ValidationError(str(lazy("Välj vilket språk du vill ha tolk till.")))

    def validate_interpreter_wish(self, field: StringField) -> None:
        """Ask for the language in words where it isn't in the list."""
        if self.interpreter.data == YES and self.language.data == OTHER_LANGUAGE and not field.data:
            raise ValidationError(str(lazy("Skriv vilket språk du vill ha tolk till.")))

    def wanted_interpreter(self) -> tuple[str, str]:
        """Return the language's code and the wish, both empty without an interpreter."""
        if self.interpreter.data != YES:
            return "", ""
        return self.language.data or "", self.interpreter_wish.data or ""


class ChooseForm(InterpreterForm):
    """Whom to meet and how: all that decides which times there are."""

    whom = RadioField(wording(lazy("Vem vill du träffa?")))
    kind = RadioField(wording(lazy("Vad för möte vill du ha?")))
    how = RadioField(wording(lazy("Hur vill du träffas?")))

    def offer(self, whom: dict[str, str], kinds: dict[str, str], forms: Sequence[MeetingForm]) -> None:
        """Set what can be chosen, by the value that is sent."""
        self.whom.choices, self.kind.choices = whom, kinds
        self.how.choices = {form.value: str(FORM_WORDS[form]) for form in forms}

    def wanted(self) -> Arrangement:
        """Return what was chosen of how to meet."""
        language, wish = self.wanted_interpreter()
        return Arrangement(form=MeetingForm(self.how.data), interpreter=language, interpreter_wish=wish)


class _Said(Form):
    place_text = _line(lazy("Var vill du träffas?"), lazy("Skriv plats och adress."))
    agenda = _area(lazy("Vad vill du ta upp?"), lazy("Skriv på vilket språk du vill."), MAX_AGENDA)
    support = _line(
        lazy("Vill du ha någon med dig?"),
        lazy("Skriv vem. Det kan vara en vän, en släkting eller ett ombud. Du bestämmer."),
    )
    needs = _line(lazy("Behöver du något för att kunna vara med?"), lazy("Till exempel hiss, hörslinga eller en paus."))

    def said(self) -> dict[str, Any]:
        """Return what was written, by the names of ``Arrangement``."""
        return {name: getattr(self, name).data or "" for name in ("place_text", "agenda", "support", "needs")}


class ConfirmForm(SubmissionForm, _Said):
    """What the client says before booking; none of it has to be said."""


class PlaceForm(ConfirmForm):
    """The same for a meeting elsewhere, where the place has to be said."""

    place_text = _line(
        lazy("Var vill du träffas?"), lazy("Skriv plats och adress."), needed=lazy("Skriv var du vill träffas.")
    )


class DetailsForm(InterpreterForm, _Said):
    """What can be changed without another time, and an interpreter where the time is long enough."""


class CancelForm(Form):
    """Why the client cancels, if the client wants to say it."""

    reason = _area(lazy("Vill du säga varför?"), lazy("Du behöver inte svara."), MAX_REASON)
