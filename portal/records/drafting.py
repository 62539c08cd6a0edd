"""Keeping what a client writes before it is sent, as the form posts it."""

import uuid

from portal.core.errors import InvalidInput
from portal.records import queries, service
from portal.records.forms.client import DraftForm
from portal.records.models import Draft
from portal.records.rules.states import RemarkKind
from portal.web.db import db
from portal.web.routes import actor


def keep(opened: queries.Opened, spot: uuid.UUID, form: DraftForm, *, files_follow: bool = False) -> Draft | None:
    """Save what is written at a passage, or of the whole, whose spot is the record's own id; None: nothing is kept.

    :raises InvalidInput: it can't be saved. :raises Conflict: there is a draft that the form has not seen.
    :raises NotFound: there is no such passage.
    """
    if not form.validate():
        raise InvalidInput(next(str(errors[0]) for errors in form.errors.values()), reason="draft")
    return service.save_draft(
        db(),
        actor(),
        record_id=opened.id,
        number=opened.version.number,
        passage_id=None if spot == opened.id else spot,
        kind=RemarkKind(form.kind.data) if form.kind.data else None,
        text=form.text.data or "",
        submission=form.submission.data or "",
        seen=form.seen.data or "",
        keep=files_follow,
    )
