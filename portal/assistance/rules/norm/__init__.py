"""Riksnormen and the preliminary calculation from it: dated tables, a household, and lines that explain themselves.

A preliminary calculation is no decision (beslut fattas av nämnden). Pure: no database, no web. ``calculate`` takes a
``Household`` and the ``NormTables`` and returns a ``Calculation``; what is not known is ``UNKNOWN``, never zero.
"""

from portal.assistance.rules.norm.calculation import calculate
from portal.assistance.rules.norm.household import (
    Adult,
    Asset,
    AssetKind,
    Child,
    Cost,
    CostKind,
    Household,
    HouseholdRefused,
    Income,
    IncomeKind,
    Span,
)
from portal.assistance.rules.norm.lines import Calculation, Label, Line, LineKind, Missing, Part, Section
from portal.assistance.rules.norm.money import AmountRefused, format_amount, parse_amount
from portal.assistance.rules.norm.practice import AgeOn, DayRate, PartTimeShared, Practice, practice_of
from portal.assistance.rules.norm.reading import norm_tables, read_tables
from portal.assistance.rules.norm.stimulus import Support, qualifies
from portal.assistance.rules.norm.tables import NormDataError, NormMissing, NormTables
from portal.assistance.rules.norm.unknown import UNKNOWN, Amount, Unknown

__all__ = [
    "UNKNOWN",
    "Adult",
    "AgeOn",
    "Amount",
    "AmountRefused",
    "Asset",
    "AssetKind",
    "Calculation",
    "Child",
    "Cost",
    "CostKind",
    "DayRate",
    "Household",
    "HouseholdRefused",
    "Income",
    "IncomeKind",
    "Label",
    "Line",
    "LineKind",
    "Missing",
    "NormDataError",
    "NormMissing",
    "NormTables",
    "Part",
    "PartTimeShared",
    "Practice",
    "Section",
    "Span",
    "Support",
    "Unknown",
    "calculate",
    "format_amount",
    "norm_tables",
    "parse_amount",
    "practice_of",
    "qualifies",
    "read_tables",
]
