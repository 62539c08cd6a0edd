"""The preliminary calculation: what the answers so far lead to by the norm, line by line; no decision."""

import uuid
from collections.abc import Iterable
from typing import Any

from flask import Response

from portal.assistance import queries, show, words
from portal.assistance.queries import Draft
from portal.assistance.rules import counted
from portal.assistance.rules.definition import definition
from portal.assistance.rules.definition.persons import APPLICANT, CO_APPLICANT, PERSONS
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.norm import (
    UNKNOWN,
    Amount,
    Calculation,
    HouseholdRefused,
    Line,
    NormMissing,
    Section,
    calculate,
    format_amount,
    norm_tables,
    practice_of,
    qualifies,
)
from portal.assistance.rules.norm.words import NOT_YET, PRELIMINARY, arithmetic, explanations, line_name
from portal.assistance.rules.states import EDITABLE
from portal.core.errors import NotFound
from portal.core.i18n import Text, _, today
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import render, settings
from portal.web.routes import Feature, actor

feature = Feature("assistance")


@feature.route("/ansokan/<uuid:application_id>/berakning", access=Client())
def calculation(application_id: uuid.UUID) -> Response:
    """Show what the answers so far lead to, or why nothing can be calculated."""
    draft = queries.draft(db(), actor(), application_id)
    view = draft.application
    if view.state not in EDITABLE or view.party is not Party.APPLICANT or view.kind is Kind.SUPPLEMENTARY:
        raise NotFound
    found, faults = _calculated(draft)
    return render(
        "assistance/client/calculation.html",
        view=view,
        over=words.title(view.kind, view.period),
        preliminary=PRELIMINARY,
        faults=faults,
        source=found.source if found else "",
        result=_amount(found.result) if found else "",
        known=found is not None and found.result is not UNKNOWN,
        below=found is not None and found.result is not UNKNOWN and found.result <= 0,
        missing=len(found.unknown) if found else 0,
        tables=_tables(draft, found) if found else [],
    )


def _calculated(draft: Draft) -> tuple[Calculation | None, list[Text]]:
    view, tables = draft.application, norm_tables()
    try:
        rule = tables.at(view.period.first).rules.stimulus
        known = queries.support(db(), actor(), today=today())
        told = counted.household(
            show.by_section(draft),
            view.kind,
            view.period,
            today=today(),
            stimulus=qualifies(known, view.period, rule),
            form=definition(view.definition),
        )
        return calculate(told, tables, practice_of(settings())), []
    except NormMissing as missing:
        return None, [missing.message]
    except HouseholdRefused as refused:
        return None, [*dict.fromkeys(refused.faults.values())]


def _tables(draft: Draft, found: Calculation) -> list[dict[str, Any]]:
    names = _names(draft)
    return [
        _table("norm", _("Norm"), found.norm, names),
        _table("utgifter", _("Utgifter som du söker för"), found.costs, names),
        _table("inkomster", _("Inkomster"), found.incomes, names),
        # What is owned is shown and not counted.
        _table("tillgangar", _("Tillgångar, räknas inte här"), found.assets, names, summed=False),
    ]


def _table(key: str, title: str, part: Section, names: dict[str, Text], *, summed: bool = True) -> dict[str, Any]:
    nothing = [line for line in part.lines if _is_nothing(line)]
    return {
        "key": key,
        "title": title,
        "lines": list(_lines((line for line in part.lines if line not in nothing), names)),
        "nothing": [line_name(line) for line in nothing],
        "total": _amount(part.total) if summed else "",
        "known": part.total is not UNKNOWN,
    }


def _is_nothing(line: Line) -> bool:
    """Tell whether a line says nothing but that there is nothing: those are named together below the table."""
    return line.amount is not UNKNOWN and line.amount == 0 and not (line.note or arithmetic(line) or explanations(line))


def _lines(lines: Iterable[Line], names: dict[str, Text]) -> Iterable[dict[str, Any]]:
    for line in lines:
        yield {
            "name": line_name(line),
            "whose": names.get(line.person, ""),
            "note": line.note,
            "amount": _amount(line.amount),
            "known": line.amount is not UNKNOWN,
            "how": arithmetic(line),
            "why": explanations(line),
        }


def _amount(amount: Amount) -> str:
    return str(NOT_YET) if amount is UNKNOWN else _("%(amount)s kr", amount=format_amount(amount))


def _names(draft: Draft) -> dict[str, Text]:
    """Return what persons of the household are called, by their keys: children by the names that were typed."""
    section = definition(draft.application.definition).section("household")
    cells = draft.cells(section, draft.application.party)
    children = {
        key.split(":")[1]: cell.raw
        for key, cell in cells.items()
        if key.startswith("children:") and key.endswith(":name")
    }
    return {APPLICANT: PERSONS[APPLICANT], CO_APPLICANT: PERSONS[CO_APPLICANT], **children}
