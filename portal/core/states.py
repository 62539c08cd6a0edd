"""Steps between states, by the table that every feature with states has in its rules; pure."""

import enum
from collections.abc import Mapping
from typing import TypeVar

State = TypeVar("State", bound=enum.StrEnum)


class IllegalTransition(Exception):  # noqa: N818 - named after what it is
    """A state was asked for that can't follow the present one."""


def move(table: Mapping[State, frozenset[State]], now: State, to: State) -> State:
    """Return the new state.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    if to not in table[now]:
        raise IllegalTransition(f"{now} -> {to}")
    return to
