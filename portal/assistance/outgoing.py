"""Applications on their way to the back office, whole, in the words of ``sync.contract``."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from portal.assistance.models import Application, Supplement
from portal.assistance.rules.answers import row_ids
from portal.assistance.rules.completeness import standing
from portal.assistance.rules.definition.base import Field
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.shown import Filled
from portal.assistance.rules.states import ApplicationState
from portal.assistance.rules.summary import written
from portal.assistance.service.frozen import Whole, frozen_day
from portal.core.i18n import SOURCE_LOCALE, use_locale
from portal.files.queries import ManifestEntry
from portal.identity.signing.models import DocumentVersion
from portal.identity.signing.queries import SignatureView
from portal.sync import service as outbox
from portal.sync.contract import ApplicationRecord, Kind, SupplementRecord
from portal.sync.contract.applications import AnswerPart, HandedIn, PaperPart, PartyPart
from portal.sync.contract.files import FilePart
from portal.sync.queries import external_id, their_id
from portal.sync.rules import Delivery


def enqueue(session: Session, found: Whole, signatures: list[SignatureView], version: DocumentVersion) -> None:
    """Put a submitted or withdrawn application into its applicant's lane, with the manifest of its files."""
    record = record_of(session, found, signatures, version)
    row = found.row
    checksums = [one.file.checksum for one in found.papers]
    row.outbox_id = outbox.enqueue(session, Kind.APPLICATION, row.person_id, record.to_payload(), files=checksums)
    row.delivery, row.delivered_at = Delivery.PENDING, None
    session.flush()


def record_of(
    session: Session, found: Whole, signatures: list[SignatureView], version: DocumentVersion
) -> ApplicationRecord:
    """Return an application as the contract writes it; ``version`` is what was signed.

    :raises ValueError: it isn't handed in.
    """
    row = found.row
    if row.submitted_at is None or row.receipt_no is None:
        raise ValueError("not handed in")
    with use_locale(SOURCE_LOCALE):
        answers = tuple(_answers(found, frozen_day(version)))
    return ApplicationRecord(
        id=str(row.id),
        person_id=their_id(session, Kind.PERSON, row.person_id),
        case_id=their_id(session, Kind.CASE, row.case_id) if row.case_id else None,
        application_kind=row.kind,
        period=row.period,
        state=HandedIn.WITHDRAWN if row.state is ApplicationState.WITHDRAWN else HandedIn.SUBMITTED,
        receipt_no=row.receipt_no,
        submitted_at=row.submitted_at,
        changed_at=row.withdrawn_at or row.submitted_at,
        definition=row.definition,
        # As it was vouched for: there may be newer words by the time it is taken back.
        attestation=version.document().content["attestation"],
        digest=version.digest.hex(),
        parties=tuple(_parties(session, found, signatures)),
        answers=answers,
        papers=tuple(PaperPart(one.party, one.paper, file_part(one.file)) for one in found.papers),
    )


def _parties(session: Session, found: Whole, signatures: list[SignatureView]) -> Iterator[PartyPart]:
    by_party = {Party(one.party): one for one in signatures}
    for signer in found.signers:
        signature = by_party[signer.party]
        yield PartyPart(
            party=signer.party,
            person_id=external_id(session, Kind.PERSON, signer.person_id),
            identity_number=signer.number or None,
            given_name=signer.given_name,
            surname=signer.surname,
            signed_at=signature.signed_at,
            level=signature.level,
            signature_id=str(signature.id),
            locale=signer.locale or SOURCE_LOCALE,
        )


def _answers(found: Whole, today: date) -> Iterator[AnswerPart]:
    for party, cells in found.by_party.items():
        filled = Filled(found.row.kind, cells, found.form)
        for section in filled.sections(party):
            read = standing(filled, section, today)
            for item in filled.items(section):
                for key, field in filled.answers(section, item):
                    if key in read.values:
                        row_id = key.split(":")[1] if ":" in key else None
                        group = "" if isinstance(item, Field) else f"{item.key}."
                        yield AnswerPart(
                            party=party,
                            section=section.key,
                            key=f"{group}{field.key}",
                            row=row_id,
                            label=str(field.label),
                            value=written(read.values[key]),
                            typed=filled.cells(section)[key].raw,
                        )
                if not isinstance(item, Field) and not row_ids(filled.cells(section), item.key):
                    yield AnswerPart(party, section.key, f"{item.key}.none", None, str(item.none), "yes", "")


def file_part(entry: ManifestEntry) -> FilePart:
    """Return a file as the contract names it."""
    return FilePart(entry.name, entry.kind.value, entry.size, entry.checksum)


def enqueue_supplement(
    session: Session, row: Application, added: Supplement, entries: tuple[ManifestEntry, ...]
) -> None:
    """Put what was added to an application into the lane of its applicant, after the application itself.

    :raises ValueError: it isn't sent.
    """
    if added.sent_at is None or added.receipt_no is None:
        raise ValueError("not sent")
    record = SupplementRecord(
        id=str(added.id),
        application_id=str(row.id),
        person_id=their_id(session, Kind.PERSON, row.person_id),
        case_id=their_id(session, Kind.CASE, row.case_id) if row.case_id else None,
        receipt_no=added.receipt_no,
        sent_at=added.sent_at,
        text=added.text,
        files=tuple(map(file_part, entries)),
    )
    checksums = [entry.checksum for entry in entries]
    added.outbox_id = outbox.enqueue(
        session, Kind.APPLICATION_SUPPLEMENT, row.person_id, record.to_payload(), files=checksums
    )
    added.delivery = Delivery.PENDING
    session.flush()
