"""A question of the form's definition as a field of a page: shown as it was typed, whatever it says.

Nothing is validated here: what an answer says is read by ``rules.reading`` and told beside the field.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms import Field as Control
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from portal.assistance.rules.definition.base import NO, YES, Field, FieldType, Item, Rows
from portal.assistance.rules.shown import chosen
from portal.core.i18n import _
from portal.web.forms import CheckboxesField

# Before the name of an answer, and of what the form had seen of it: a key may be called what something else is called.
ANSWER, BASE = "a:", "b:"
_LONG_TEXT_ROWS = 5


class MoneyField(StringField):
    """An amount as it was typed; its name tells the page how to show it."""


class DayField(StringField):
    """A day as it was typed: the device's own calendar, unless what was typed is none that it can show."""

    def __call__(self, **attributes: Any) -> Any:
        """Return the control."""
        return super().__call__(**{"type": "date" if self._fits() else "text", **attributes})

    def _fits(self) -> bool:
        if not self.data:
            return True
        try:
            return date.fromisoformat(self.data).isoformat() == self.data
        except ValueError:
            return False


class NoneField(BooleanField):
    """The explicit "there is none" of a group of rows."""

    def _value(self) -> str:
        return YES


def field_id(key: str) -> str:
    """Return the id of an answer's control: without what has a meaning in selectors."""
    return "a-" + re.sub(r"[:.]", "-", key)


def unbound(key: str, item: Item) -> Any:
    """Return the control of a question, or of a group's "there is none"; not bound to a form yet."""
    return _unbound_none(key, item) if isinstance(item, Rows) else _unbound(key, item)


def _unbound_none(key: str, rows: Rows) -> Any:
    return NoneField(label=str(rows.none), id=field_id(key))


def _unbound(key: str, field: Field) -> Any:
    plain: dict[str, Any] = {"label": str(field.label), "description": str(field.hint), "id": field_id(key)}
    options = [SelectChoice(value, str(text)) for value, text in field.options.items()]
    match field.type:
        case FieldType.AREA:
            return TextAreaField(**plain, render_kw={"rows": _LONG_TEXT_ROWS})
        case FieldType.MONEY:
            return MoneyField(**plain)
        case FieldType.DATE:
            return DayField(**plain)
        case FieldType.YES_NO:
            return RadioField(**plain, choices=[SelectChoice(YES, _("Ja")), SelectChoice(NO, _("Nej"))])
        case FieldType.CHOICE:
            return RadioField(**plain, choices=options)
        case FieldType.SELECT:
            # Translators: the first line of a list to choose from
            return SelectField(**plain, choices=[SelectChoice("", _("Välj")), *options])
        case FieldType.CHOICES:
            return CheckboxesField(**plain, choices=options)
        case FieldType.EMAIL:
            return EmailField(**plain, render_kw={"autocomplete": "email"})
        case FieldType.PHONE:
            return TelField(**plain, render_kw={"autocomplete": "tel", "dir": "ltr"})
        case FieldType.NUMBER | FieldType.IDENTITY | FieldType.CLEARING | FieldType.ACCOUNT:
            return StringField(**plain, render_kw={"inputmode": "numeric", "dir": "ltr"})
        case _:
            return StringField(**plain, render_kw={"dir": "auto"})


def data_of(item: Item, raw: str) -> Any:
    """Return what the control of a question, or of a group's "there is none", shows of a text."""
    if isinstance(item, Rows):
        return raw == YES
    return list(chosen(raw)) if item.type is FieldType.CHOICES else raw


def raw_of_posted(values: list[str]) -> str:
    """Return the text of an answer as it was posted: several are the ones that were ticked."""
    return ",".join(value.replace("\0", "").replace("\r\n", "\n") for value in values)


def mark(control: Control, *, needed: bool, error: str) -> None:
    """Say of a control whether it must be answered, and what is wrong with the answer."""
    control.flags.required = needed
    control.errors = [error] if error else []


Posted = Mapping[str, list[str]]
