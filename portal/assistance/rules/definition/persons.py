"""Whose an income, a cost or a thing is."""

from portal.assistance.rules.definition.base import YES, Field, FieldType, when
from portal.assistance.rules.definition.household import SINGLE
from portal.core.i18n import LazyText, lazy

_ALONE = (when("household/civil_status", SINGLE), when("household/children.none", YES))

APPLICANT, CO_APPLICANT, CHILD = "applicant", "co_applicant", "child"
PERSONS: dict[str, LazyText] = {
    # Translators: whose an income, a cost or a thing is: the one who applies
    APPLICANT: lazy("Sökande"),
    # Translators: whose an income, a cost or a thing is: spouse or cohabitant who applies together with the other
    CO_APPLICANT: lazy("Medsökande"),
    CHILD: lazy("Barn"),
}


def whose(label: LazyText, needed: LazyText, **others: LazyText) -> Field:
    """Return the question of a row whose it is; one person alone isn't asked."""
    return Field("whose", FieldType.SELECT, label, needed, options={**PERSONS, **others}, unless=_ALONE)


# Each child's own work is counted by itself (SoL 12:9).
WHICH_CHILD = Field(
    "child",
    FieldType.LINE,
    lazy("Vilket barn?"),
    lazy("Skriv vilket barn det är."),
    when=(when("whose", CHILD),),
    length=120,
)
