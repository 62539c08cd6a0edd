"""The list of the client's journal, and where words stand in it."""

import uuid
from itertools import groupby
from typing import Any

from flask import Response, request, url_for

from portal.core.i18n import _, day_and_month, format_day, format_month
from portal.people import queries as people
from portal.records import device, queries, show
from portal.records.forms.client import SearchForm
from portal.records.queries import Only
from portal.web.access import Client
from portal.web.db import db
from portal.web.forms import ButtonForm
from portal.web.page import render
from portal.web.routes import Feature, actor
from portal.web.words import capital

feature = Feature("records")

FILTERS = {"": Only.ALL, "nytt": Only.UNREAD, "mina": Only.REMARKED, "svar": Only.ANSWERED}


@feature.route("/journal", access=Client())
def journal() -> Response:
    """List what the client may read, by month, with filters."""
    chosen = request.args.get("visa", "")
    case_id = request.args.get("arende", type=uuid.UUID)
    before = request.args.get("fore", type=uuid.UUID)
    only = FILTERS.get(chosen, Only.ALL)
    page = queries.records(db(), actor(), only=only, case_id=case_id, before=before)
    hidden = device.hidden(actor().id)
    older = url_for("records.journal", visa=chosen or None, arende=case_id, fore=page.older) if page.older else ""
    return render(
        "records/client/list.html",
        months=_months(page.rows, hidden),
        hides=hidden != device.Hidden(),
        button_form=ButtonForm(formdata=None),
        older=older,
        chips=_chips(chosen if chosen in FILTERS else "", case_id),
        form=SearchForm(formdata=None),
    )


def _months(rows: Any, hidden: device.Hidden) -> list[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Return by month what is shown, and what is hidden on this device."""
    found = [
        (capital(month), [_row(row, hidden) for row in each])
        for month, each in groupby(rows, key=lambda row: format_month(row.event_at))
    ]
    return [(month, *_parted(items)) for month, items in found]


def _parted(items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return [item for item in items if not item["hidden"]], [item for item in items if item["hidden"]]


def _row(row: queries.RecordRow, hidden: device.Hidden) -> dict[str, Any]:
    day, month = day_and_month(row.event_at)
    return {
        "url": url_for("records.record", record_id=row.id),
        "row": row,
        "tile_day": day,
        "tile_month": month,
        "day": format_day(row.event_at),
        "tags": show.tags(row),
        "hidden": hidden.holds(row.id, row.event_at),
    }


def _chips(chosen: str, case_id: uuid.UUID | None) -> list[dict[str, Any]]:
    unread = queries.unread_count(db(), actor())
    words = (("", _("Allt"), None), ("nytt", _("Nytt"), unread or None), ("mina", _("Det du har sagt"), None))
    found: list[dict[str, Any]] = [
        {
            "url": url_for("records.journal", visa=key or None),
            "label": label,
            "count": count,
            "current": key == chosen and case_id is None,
        }
        for key, label, count in (*words, ("svar", _("Svar till dig"), None))
    ]
    cases = people.cases(db(), actor())
    if len(cases) > 1:
        found += [
            {
                "url": url_for("records.journal", arende=case.id),
                "label": case.title,
                "count": None,
                "current": case.id == case_id,
            }
            for case in cases
        ]
    return found


@feature.route("/journal/sok", access=Client(), methods=("POST",))
def search() -> Response:
    """Show where words stand in what the client may read; the words are in no address."""
    form = SearchForm()
    form.validate_on_submit()
    found = queries.search(db(), actor(), form.words.data or "")
    hidden = device.hidden(actor().id)
    hits, folded = _parted([{**_row(hit.row, hidden), "passages": hit.passages[:3]} for hit in found])
    return render("records/client/search.html", form=form, hits=hits, folded_hits=folded)
