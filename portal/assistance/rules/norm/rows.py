"""Lines made of what an application tells in rows: costs, incomes and assets; pure."""

from decimal import Decimal

from portal.assistance.rules.norm.household import Asset, Cost, CostKind, Income, IncomeKind
from portal.assistance.rules.norm.lines import Label, Line, LineKind, Missing, Trail, Why
from portal.assistance.rules.norm.unknown import UNKNOWN

Row = Cost | Income | Asset


def unanswered(kind: LineKind, label: Label, source: str) -> Line:
    """Return the line of a part that isn't answered."""
    return Line(kind, label, UNKNOWN, source=source, stated=UNKNOWN, missing=Missing.ANSWER)


def nil(kind: LineKind, label: CostKind | IncomeKind, source: str) -> Line:
    """Return the line that tells that nothing was claimed or received."""
    return Line(kind, label, Decimal(0), source=source, stated=Decimal(0), nil=True)


def as_stated(kind: LineKind, row: Row, source: str) -> Line:
    """Return the line of a row that is counted as it stands."""
    if row.amount is UNKNOWN:
        return not_known(kind, row, source, Missing.AMOUNT)
    return reached(kind, row, source, Trail.start(Why.STATED, row.amount))


def reached(kind: LineKind, row: Row, source: str, trail: Trail) -> Line:
    """Return the line of a row that is counted as its trail tells."""
    return Line(kind, row.kind, trail.amount, trail.parts, source, row.person, stated=row.amount, note=row.note)


def not_known(kind: LineKind, row: Row, source: str, missing: Missing) -> Line:
    """Return the line of a row that can't be counted yet."""
    return Line(kind, row.kind, UNKNOWN, (), source, row.person, stated=row.amount, note=row.note, missing=missing)
