"""The form kit: translated messages, text cleaned at the edge, double clicks, and forms that survive a sign-in."""

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.i18n import Text, lazy, ngettext
from portal.web import form_messages
from portal.web.routes import web_kit


def wording(text: Text) -> Any:
    """Return a text as a field takes it for its label, description or message: translated when it is shown.

    WTForms shows whatever can be made a string; its stubs know strings alone.
    """
    return text


class _Translations:
    """WTForms' own messages in our words; it fills in their place-holders itself."""

    def gettext(self, message: str) -> str:
        """Return one of WTForms' messages in our words."""
        return form_messages.words(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return one of WTForms' messages with a count in our words."""
        return form_messages.counted_words(singular, plural, n)


class Form(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """The base of every form of ours."""

    restored: bool = False

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # flask-wtf has no types
        """Translation through our own catalogue."""

        def get_translations(self, form: Any) -> _Translations:
            """Return our translations."""
            return _Translations()


class ButtonForm(Form):
    """A button that changes something: only the token that proves where it was pressed."""


class SubmissionForm(Form):
    """A form that must count once however often its button is pressed: its number is drawn when it is shown."""

    submission = HiddenField(default=lambda: secrets.token_urlsafe(18))

    def validate_submission(self, field: HiddenField) -> None:
        """Refuse a number that we can't have drawn."""
        if not field.data or len(field.data) > 64 or not field.data.isascii():
            raise ValidationError(str(lazy("Ladda om sidan och försök igen.")))


class CheckboxesField(SelectMultipleField):
    """Any number of choices, each a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


AnyForm = TypeVar("AnyForm", bound=Form)


def load_form(kind: type[AnyForm], **options: Any) -> AnyForm:
    """Return the form of this request: posted, kept from before a sign-in (``form.restored``), or empty."""
    if request.method == "POST":
        form = kind(**options)
        form.restored = False
        return form
    kept = web_kit().keeper.take()
    values: MultiDict[str, str] | None = MultiDict(_without_tokens(kept)) if kept else None
    form = kind(formdata=values, **options)
    form.restored = kept is not None
    return form


def _without_tokens(kept: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in kept.items() if name not in {"csrf_token"}}


class AtMost:
    """Refuse too long text, counted after cleaning, in plain words; it may be empty."""

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum

    def __call__(self, _form: Any, field: Any) -> None:
        """Check the field.

        :raises ValidationError: with how much is too much.
        """
        length = len(field.data or "")
        if length > self.maximum:
            raise ValidationError(
                ngettext(
                    "Texten är %(num)s tecken för lång. Korta den eller dela upp den.",
                    "Texten är %(num)s tecken för lång. Korta den eller dela upp den.",
                    length - self.maximum,
                )
            )


class TextLength(AtMost):
    """Refuse empty text, too, with words of the field's own."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, maximum: int, empty: Text) -> None:
        super().__init__(maximum)
        self.empty = empty

    def __call__(self, form: Any, field: Any) -> None:
        """Check the field.

        :raises ValidationError: it is empty, or with how much is too much.
        """
        if not field.data:
            raise ValidationError(str(self.empty))
        super().__call__(form, field)
