"""Files that belong to a remark: kept with its draft, and sent with it, each whole and checked, or not at all.

Their object is the draft, whose id the remark takes over when it is sent.
"""

import uuid

from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.errors import InvalidInput
from portal.core.i18n import lazy
from portal.files import queries as files
from portal.files import service as file_service
from portal.files.rules import FileState
from portal.records.models import CaseRecord, Draft
from portal.records.queries.remarks import REMARK_FILES


def has_files(session: Session, draft: Draft) -> bool:
    """Tell whether something was uploaded for a draft, whatever became of it."""
    waiting, ready = (ask(session, REMARK_FILES, [draft.id]) for ask in (files.unready_of, files.ready_of))
    return bool(waiting or ready)


def check_files(session: Session, draft: Draft) -> None:
    """Refuse to send while a file is still coming in or being checked: it would be left behind unseen.

    Who doesn't want to wait takes the file away. A file that was refused keeps nobody, for its row tells so.

    :raises InvalidInput: a file is under way.
    """
    states = files.unready_of(session, REMARK_FILES, [draft.id])
    if set(states) - {FileState.REFUSED}:
        raise InvalidInput(
            lazy("En fil kontrolleras fortfarande. Vänta en stund och skicka sedan, eller ta bort filen."),
            reason="files",
        )


def hand_over(session: Session, actor: Actor, record: CaseRecord, remark_id: uuid.UUID) -> None:
    """Let staff of the case see the files of a remark that is sent."""
    ready = [entry.id for _object_id, entry in files.ready_of(session, REMARK_FILES, [remark_id])]
    file_service.hand_over(session, actor, ready, case_id=record.case_id)


def discard(session: Session, draft: Draft) -> None:
    """Remove what was uploaded for a draft that is thrown away."""
    file_service.discard(session, REMARK_FILES, draft.id)
