"""From a finished draft to a submitted application: frozen, signed by every party, handed in by the server itself."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.assistance import outgoing
from portal.assistance.events import ApplicationNews
from portal.assistance.models import Application, ApplicationParty, AssistancePeriod, Paper
from portal.assistance.rules.completeness import open_sections
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.shown import lives_together
from portal.assistance.rules.states import ApplicationState, EventKind, Handling, PartyState, PeriodState, move
from portal.assistance.service import frozen
from portal.assistance.service.drafts import PAPER
from portal.assistance.service.frozen import Whole
from portal.assistance.service.holding import hold, hold_draft, note
from portal.audit import service as audit
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, NotFound
from portal.core.events import publish
from portal.core.i18n import current_locale, lazy, today
from portal.core.ids import new_receipt_no
from portal.files import queries as files
from portal.files import service as file_service
from portal.files.rules import FileState
from portal.identity.signing import queries as signatures
from portal.identity.signing import service as signing
from portal.identity.signing.models import DocumentVersion
from portal.identity.signing.rules import FrozenDocument
from portal.identity.signing.service import DocumentSigned


class NotReady(Conflict):
    """Something of the application is left to do before it can be signed; the page tells what."""

    message = lazy("Ansökan är inte klar att skriva under än. Se vad som är kvar.")


class AlreadyDecided(Conflict):
    """The application is decided, so it can't be taken back."""

    message = lazy("Ansökan är redan beslutad. Då går den inte att ta tillbaka. Ring oss om något är fel.")


def obstacles(session: Session, found: Whole, day: date) -> list[str]:
    """Return what keeps an application from being signed, as codes: empty when nothing does.

    ``section:<party>:<key>``, ``files_coming``, ``files_refused``, ``co_applicant`` (nobody takes part, though two live
    together), ``co_applicant_alone`` (somebody takes part, though the applicant lives alone), ``decided:applicant``
    (the back office has decided on the month meanwhile), and ``not_here:<party>`` (why is never told).
    """
    not_here = {signer.party for signer in found.signers if signer.protected}
    left = [f"not_here:{party.value}" for party in sorted(not_here)]
    left += [
        f"section:{party.value}:{section.key}"
        for party, cells in found.by_party.items()
        if party not in not_here
        for section, _standing in open_sections(cells, found.row.kind, today=day, party=party, form=found.form)
    ]
    papers = session.scalars(select(Paper.id).where(Paper.application_id == found.row.id)).all()
    states = set(files.unready_of(session, PAPER, papers))
    if states & {FileState.RECEIVING, FileState.CHECKING}:
        left.append("files_coming")
    if FileState.REFUSED in states:
        left.append("files_refused")
    left.extend(_household(found))
    if _is_decided(session, found.row):
        left.append(f"decided:{Party.APPLICANT.value}")
    return left


def _is_decided(session: Session, row: Application) -> bool:
    decided = exists().where(
        AssistancePeriod.person_id == row.person_id,
        AssistancePeriod.period == row.period,
        AssistancePeriod.state == PeriodState.DECIDED,
    )
    return row.kind is not Kind.SUPPLEMENTARY and bool(session.scalar(select(decided)))


def _household(found: Whole) -> list[str]:
    cohabiting = lives_together(found.by_party[Party.APPLICANT])
    if cohabiting == (Party.CO_APPLICANT in found.by_party):
        return []
    return ["co_applicant"] if cohabiting else ["co_applicant_alone"]


def prepare(session: Session, actor: Actor, application_id: uuid.UUID) -> tuple[FrozenDocument, Party]:
    """Freeze an application for signing, and return what the actor signs and as which party.

    :raises NotFound: a foreign or unknown application.
    :raises NotADraft: it is handed in.
    :raises NotReady: something is left to do.
    """
    row, mine = hold_draft(session, actor, application_id)
    found = frozen.whole(session, row)
    if obstacles(session, found, today()):
        raise NotReady
    document = frozen.document(found, today())
    version = signing.freeze(session, actor, document, object_id=row.id)
    if row.state is ApplicationState.DRAFT:
        row.state = move(row.state, ApplicationState.SIGNING)
    elif row.frozen_id != version.id and _is_signed(session, row.frozen_id):
        # A file was taken away, say: whoever signed what it was is told that it no longer counts.
        note(session, row, EventKind.CHANGED, None)
    row.frozen_id = version.id
    mine.shown_locale = current_locale()
    session.flush()
    return document, mine.party


def _is_signed(session: Session, version_id: uuid.UUID | None) -> bool:
    version = session.get(DocumentVersion, version_id) if version_id else None
    return version is not None and bool(signatures.signatures_of(session, version))


def on_signed(session: Session, event: DocumentSigned) -> None:
    """Go on after a signature: wait for the other party, or hand the application in.

    A signature of something that has changed since counts for nothing, and the person is told so by the page.
    """
    if event.kind != frozen.KIND:
        return
    held = select(Application).where(Application.id == event.object_id).with_for_update()
    row = session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    version = session.get(DocumentVersion, event.version_id)
    if row is None or version is None or row.state is not ApplicationState.SIGNING or row.frozen_id != version.id:
        return
    found, day = frozen.whole(session, row), frozen.frozen_day(version)
    if frozen.document(found, day).digest != version.digest or obstacles(session, found, day):
        # A file was taken away, say: what was signed is not what would be sent.
        row.state, row.frozen_id = move(row.state, ApplicationState.DRAFT), None
        note(session, row, EventKind.CHANGED, None)
        return
    party = Party(event.party)
    signed = note(session, row, EventKind.SIGNED, party)
    session.flush()
    have = signatures.signatures_of(session, version)
    missing = {signer.party for signer in found.signers} - {Party(one.party) for one in have}
    if missing:
        for signer in found.signers:
            if signer.party in missing:
                publish(session, ApplicationNews(row.id, signer.person_id, f"signed:{signed.id}"))
        return
    _submit(session, found, have, version)


def _submit(session: Session, found: Whole, have: Sequence[signatures.SignatureView], version: DocumentVersion) -> None:
    row = found.row
    row.state = move(row.state, ApplicationState.SUBMITTED)
    row.submitted_at, row.receipt_no = now(), new_receipt_no()
    if row.kind is Kind.SUPPLEMENTARY:
        _close(session, row)  # there may be several of a month
    file_service.hand_over_all(session, [one.file.id for one in found.papers], case_id=row.case_id)
    note(session, row, EventKind.SUBMITTED, None)
    audit.record(
        session,
        "application.submitted",
        side=Side.CLIENT,
        subject_id=row.person_id,
        object_id=row.id,
        reference=row.receipt_no,
        detail={"kind": row.kind.value, "parties": len(found.signers), "files": len(found.papers)},
    )
    outgoing.enqueue(session, found, list(have), version)
    for signer in found.signers:
        publish(session, ApplicationNews(row.id, signer.person_id, f"submitted:{row.id}"))


def withdraw(session: Session, actor: Actor, application_id: uuid.UUID) -> None:
    """Take a submitted application back before it is decided; a second time changes nothing.

    Only the applicant can: a co-applicant who no longer wants it turns to a caseworker, so that nobody loses the
    household's money by the other's tap.

    :raises NotFound: a foreign or unknown application, or the actor is not its applicant.
    :raises Conflict: it isn't handed in.
    :raises AlreadyDecided: it is decided.
    """
    row, mine = hold(session, actor, application_id)
    if mine.party is not Party.APPLICANT:
        raise NotFound
    if row.state is ApplicationState.WITHDRAWN:
        return
    if row.handling is Handling.DECIDED:
        raise AlreadyDecided
    if row.state is not ApplicationState.SUBMITTED or row.frozen_id is None:
        raise Conflict
    row.state, row.withdrawn_at = move(row.state, ApplicationState.WITHDRAWN), now()
    _close(session, row)
    note(session, row, EventKind.WITHDRAWN, mine.party)
    audit.record(session, "application.withdrawn", actor=actor, subject_id=row.person_id, object_id=row.id)
    version = session.get_one(DocumentVersion, row.frozen_id)
    found = frozen.whole(session, row)
    outgoing.enqueue(session, found, signatures.signatures_of(session, version), version)
    for signer in found.signers:
        if signer.party is not Party.APPLICANT:
            publish(session, ApplicationNews(row.id, signer.person_id, f"withdrawn:{row.id}"))


def _close(session: Session, row: Application) -> None:
    """Let another application of the same kind and month be begun."""
    parts = select(ApplicationParty).where(
        ApplicationParty.application_id == row.id, ApplicationParty.state == PartyState.JOINED
    )
    for part in session.scalars(parts):
        part.open_key = None
