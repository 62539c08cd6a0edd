"""The papers of a draft: which are asked for, and the files that are put to each."""

import uuid
from typing import Any

from flask import Response, url_for

from portal.assistance import queries, show
from portal.assistance.queries import Draft
from portal.assistance.rules.definition.base import NOTHING
from portal.assistance.rules.papers import PAPERS, Paper
from portal.assistance.rules.states import EDITABLE
from portal.assistance.service import drafts
from portal.core.errors import NotFound
from portal.core.i18n import _, lazy
from portal.files import http
from portal.files import queries as files
from portal.files import show as file_show
from portal.files.queries import FileView
from portal.files.service import Place
from portal.web.access import Client
from portal.web.db import close_db, db, lasting
from portal.web.page import render, settings
from portal.web.routes import Feature, actor

feature = Feature("assistance")
_BY_KEY = {paper.key: paper for paper in PAPERS}
# What the list of papers had when a file was put to it, and has no more: the file stays, and can be taken away.
_FORMER = lazy("Annat papper")


@feature.route("/ansokan/<uuid:application_id>/bilagor", access=Client())
def papers(application_id: uuid.UUID) -> Response:
    """Show the papers that are asked for, each with its files, and those that were put in and are asked for no more."""
    draft = _draft(application_id)
    mine = _mine(draft)
    asked = show.asked_papers(draft)
    keys = {one.paper.key for one in asked}
    number, count = show.place_of(draft, show.PAPERS)
    return render(
        "assistance/client/papers.html",
        view=draft.application,
        # Where none is asked for they are no part: nobody is led here, but an old address still answers.
        over=_("Del %(number)s av %(count)s", number=number, count=count) if asked else "",
        required=[_part(draft, one.paper, mine, required=True) for one in asked if one.required],
        suggested=[_part(draft, one.paper, mine, required=False) for one in asked if not one.required],
        others=[
            _part(draft, _BY_KEY.get(key) or _former(key), mine, required=False)
            for key, each in mine.items()
            if each and key not in keys
        ],
        accept=file_show.kinds(),
        most_mb=settings().file_max_mb,
        onward=show.next_address(draft, show.PAPERS),
    )


def _draft(application_id: uuid.UUID) -> Draft:
    draft = queries.draft(db(), actor(), application_id)
    if draft.application.state not in EDITABLE:
        raise NotFound
    return draft


def _former(key: str) -> Paper:
    return Paper(key, _FORMER, NOTHING, {})


def _mine(draft: Draft) -> dict[str, list[FileView]]:
    """Return the files of the actor's own papers, by the papers' keys."""
    held = queries.papers_of(db(), draft.application)
    found = files.of_objects(db(), actor(), drafts.PAPER, [one.id for one in held])
    return {one.key: found.get(one.id, []) for one in held}


def _part(draft: Draft, paper: Paper, mine: dict[str, list[FileView]], *, required: bool) -> dict[str, Any]:
    put = mine.get(paper.key, [])
    return {
        "key": paper.key,
        "title": paper.title,
        "hint": paper.hint,
        "look": show.paper_look(put, required=required),
        "rows": file_show.rows(put),
        "action": url_for("assistance.upload", application_id=draft.application.id, key=paper.key),
    }


@feature.route("/ansokan/<uuid:application_id>/bilagor/<key>", access=Client(), methods=("POST",), body=http.body_limit)
def upload(application_id: uuid.UUID, key: str) -> Response:
    """Take in files for a paper: what was signed before is void."""
    draft = _draft(application_id)
    mine = _mine(draft)
    if key not in {one.paper.key for one in show.asked_papers(draft)} and not mine.get(key):
        raise NotFound
    close_db(None)
    with lasting() as session:
        paper = drafts.paper_for(session, actor(), application_id, key)
        drafts.files_changed(session, actor(), application_id)
        place = Place(drafts.PAPER, paper.id, actor().subject_id)
    return http.accept(place, back=url_for("assistance.papers", application_id=application_id, _anchor=key))
