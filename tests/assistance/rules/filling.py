"""Answers for the tests: cells from plain texts, and whole sections as somebody could have filled them in."""

from collections.abc import Mapping

from portal.assistance.rules.answers import Cell
from portal.assistance.rules.definition.base import YES

CHILD, PUPIL, GROWN = "202105182386", "201104292394", "199501182399"


def cells(**answers: str) -> dict[str, Cell]:
    """Return cells by keyword; ``incomes__r1__amount`` is the key ``incomes:r1:amount``, ``x__none`` is ``x.none``."""
    return {_key(name): Cell(raw) for name, raw in answers.items()}


def _key(name: str) -> str:
    name = name.replace("__none", ".none")
    return name.replace("__", ":")


def row(group: str, row_id: str, **answers: str) -> dict[str, Cell]:
    """Return the cells of a row."""
    return {f"{group}:{row_id}": Cell(row_id), **{f"{group}:{row_id}:{key}": Cell(raw) for key, raw in answers.items()}}


def texts(found: Mapping[str, Cell]) -> dict[str, str]:
    """Return the texts of cells."""
    return {key: cell.raw for key, cell in found.items()}


SINGLE = cells(civil_status="single", children__none=YES, changed="nothing", stays=YES)
COUPLE = {
    **cells(civil_status="cohabiting", changed="nothing", stays=YES),
    **row(
        "children", "c1", name="Barn ett", number=CHILD, school="preschool", lunch="preschool", lives="part", days="15"
    ),
    **row("children", "c2", name="Barn två", number=PUPIL, school="compulsory", lives="full"),
}
# A single person's monthly application, whole.
MONTHLY = {
    "household": SINGLE,
    "costs": row("costs", "k1", kind="rent", amount="6 450", period="december"),
    "incomes": {
        **cells(authorities="none", pending__none=YES),
        **row("incomes", "i1", kind="salary", amount="3 200,50", date="2026-11-25"),
    },
    "assets": cells(assets__none=YES),
    "payment": cells(same_account=YES),
    "planning": cells(occupation="work_part,jobseeking", workplace="Affären i Ekdala", worked=YES),
    "contact": cells(interpreter="no"),
}
