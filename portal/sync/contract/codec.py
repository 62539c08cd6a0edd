"""Payloads to and from JSON, strict both ways: a value is never guessed."""

import enum
import types
import typing
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, TypeVar

Shape = TypeVar("Shape")


class UnknownCode(Exception):  # noqa: N818 - named after what was met
    """A payload has an unknown code, or a field too few or too many; ``where`` names the field, never the value."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


def read_fields(cls: type[Shape], payload: Mapping[str, Any], where: str, *, may_lack: Set[str] = frozenset()) -> Shape:
    """Read a payload into a dataclass.

    :raises UnknownCode: for an unknown code, a wrong type, a missing field or one too many.
    """
    hints = _hints(cls)
    for name in payload.keys() ^ hints.keys():
        if name not in hints or name not in may_lack:
            raise UnknownCode(f"{where}.{name if name in hints else '?'}")
    return cls(
        **{name: _read(hint, payload[name], f"{where}.{name}") for name, hint in hints.items() if name in payload}
    )


def write_fields(record: Any) -> dict[str, Any]:
    """Write a dataclass as JSON types: codes by value, instants and days in ISO 8601, parts as objects in lists."""
    return {field.name: _write(getattr(record, field.name)) for field in fields(record)}


_HINTS: dict[type[Any], dict[str, Any]] = {}


def _hints(cls: type[Any]) -> dict[str, Any]:
    if cls not in _HINTS:
        found = typing.get_type_hints(cls)
        _HINTS[cls] = {field.name: found[field.name] for field in fields(cls)}
    return _HINTS[cls]


def _write(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    if is_dataclass(value):
        return write_fields(value)
    return value.isoformat() if isinstance(value, date) else value


def _read(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, types.UnionType):
        inner = next(part for part in hint.__args__ if part is not type(None))
        return None if value is None else _read(inner, value, where)
    if typing.get_origin(hint) is tuple:
        if type(value) is not list:
            raise UnknownCode(where)
        return tuple(_read(hint.__args__[0], item, where) for item in value)
    if is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise UnknownCode(where)
        return read_fields(typing.cast("type[Any]", hint), value, where)
    if hint in {bool, str, int}:
        if type(value) is not hint:
            raise UnknownCode(where)
        return value
    try:
        if issubclass(hint, date):
            return _day_or_instant(hint, value)
        return hint(value)
    except (ValueError, TypeError):
        raise UnknownCode(where) from None


def _day_or_instant(hint: type[date], value: str) -> date:
    found = hint.fromisoformat(value)
    if isinstance(found, datetime) and found.tzinfo is None:
        raise ValueError("an instant without a zone")
    return found
