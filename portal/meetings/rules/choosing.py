"""Which kind of meeting a choice of form leads to; pure."""

import uuid
from collections.abc import Sequence
from typing import Protocol, TypeVar

from portal.meetings.rules.states import Form, TypeKind

# The order in which they are offered.
FORMS = (Form.PHONE, Form.VISIT, Form.VIDEO, Form.HOME, Form.OTHER)


class Kind(Protocol):
    """What is asked of a kind of meeting (``models.MeetingType``)."""

    id: uuid.UUID
    kind: TypeKind
    forms: list[str]


AnyKind = TypeVar("AnyKind", bound=Kind)


def shown(kinds: Sequence[AnyKind]) -> list[AnyKind]:
    """Return the kinds that one chooses among by name: a visit at home is chosen by its form."""
    return [kind for kind in kinds if kind.kind is not TypeKind.HOME_VISIT] or list(kinds)


def forms_of(kinds: Sequence[Kind]) -> list[Form]:
    """Return the forms in which any of the kinds is held, in the order in which they are offered."""
    return [form for form in FORMS if any(form in kind.forms for kind in kinds)]


def kind_for(kinds: Sequence[AnyKind], wanted: AnyKind, form: Form) -> AnyKind | None:
    """Return the kind that was chosen, where it is held in that form, else the visit at home; None where neither is."""
    if form in wanted.forms:
        return wanted
    return next((kind for kind in kinds if kind.kind is TypeKind.HOME_VISIT and form in kind.forms), None)
