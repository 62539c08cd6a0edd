"""Which versions of the form there are, the steps from one to the next, and which one is filled in; pure."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from portal.assistance.rules.answers import Cells
from portal.assistance.rules.definition.base import Definition
from portal.assistance.rules.definition.first import FIRST

Step = Callable[[Mapping[str, Cells]], dict[str, Cells]]


@dataclass(frozen=True, slots=True)
class Versions:
    """Every version of the form by its number, and the step from each but the newest to the next.

    A version stays for ever: what was handed in by it is shown, delivered and taken back by it.
    """

    forms: Mapping[int, Definition]
    steps: Mapping[int, Step]

    @property
    def newest(self) -> Definition:
        """The version that drafts are filled in by."""
        return self.forms[max(self.forms)]


VERSIONS = Versions({FIRST.version: FIRST}, {})
_in_use: ContextVar[Versions] = ContextVar("form_versions", default=VERSIONS)


def definition(version: int) -> Definition:
    """Return a version of the form.

    :raises KeyError: there is none of this number.
    """
    return _in_use.get().forms[version]


def newest() -> Definition:
    """Return the version of the form that drafts are filled in by."""
    return _in_use.get().newest


def steps() -> Mapping[int, Step]:
    """Return the step from each version to the next one, by the version it starts from."""
    return _in_use.get().steps


@contextmanager
def using(versions: Versions) -> Iterator[None]:
    """Let other versions be in use in this context: to try a version before it is there."""
    token = _in_use.set(versions)
    try:
        yield
    finally:
        _in_use.reset(token)
