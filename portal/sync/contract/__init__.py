"""What the portal and a back office say to each other: vendor-neutral, frozen, without any table.

Serialisation is strict both ways: an unknown code, a missing field or one too many raises ``UnknownCode``; a value
is never guessed. Every change carries the whole object, so that a newer version replaces an older one. Each subject
has a module here; ``RECORDS`` and ``OWNERSHIP`` are over all of them.
"""

import types
from collections.abc import Mapping
from dataclasses import fields

from portal.sync.contract.applications import (
    ApplicationRecord,
    ApplicationStatusRecord,
    AssistancePeriodRecord,
    SupplementRecord,
)
from portal.sync.contract.base import (
    Change,
    Cursor,
    Delivered,
    Kind,
    OutboundMessage,
    Owner,
    Page,
    Receipt,
    Record,
    Resent,
    Stuck,
)
from portal.sync.contract.codec import UnknownCode
from portal.sync.contract.meetings import BusyRecord, MeetingRecord, ProposalRecord
from portal.sync.contract.messages import Author, CaseMessage
from portal.sync.contract.people import (
    AssignmentRecord,
    BoardRecord,
    CaseRecord,
    PersonRecord,
    StaffRecord,
    UnitRecord,
)
from portal.sync.contract.records import NoteRecord, RemarkRecord

RECORDS: Mapping[Kind, type[Record]] = types.MappingProxyType(
    {
        record.kind: record
        for record in (
            PersonRecord,
            StaffRecord,
            BoardRecord,
            UnitRecord,
            CaseRecord,
            AssignmentRecord,
            CaseMessage,
            MeetingRecord,
            ProposalRecord,
            BusyRecord,
            NoteRecord,
            RemarkRecord,
            ApplicationRecord,
            SupplementRecord,
            ApplicationStatusRecord,
            AssistancePeriodRecord,
        )
    }
)

# Whose the fields of an object are, where nothing else is said of one.
_OWNER = {
    Kind.CASE_MESSAGE: Owner.WRITER,
    Kind.MEETING_PROPOSAL: Owner.WRITER,  # its turns never change; the back office only receives them
    Kind.MEETING: Owner.EITHER,
    Kind.NOTE: Owner.EITHER,  # a correction and a release may be written on either side, each a version of its own
    Kind.REMARK: Owner.WRITER,
    # What is signed never changes; that it is taken back is the client's word, too.
    Kind.APPLICATION: Owner.CLIENT,
    Kind.APPLICATION_SUPPLEMENT: Owner.CLIENT,
}
_EXCEPT: Mapping[Kind, Mapping[str, Owner]] = {
    # The portal's own fields of an object are listed too: what the back office never may overwrite.
    Kind.PERSON: {"locale": Owner.CLIENT},
    # See ``people.rules.may_assign``; an account closed in the portal stays closed.
    Kind.STAFF: dict.fromkeys(("role", "unit_id", "active"), Owner.ASSIGNED),
    # What the client needs and wants to say is the client's own.
    Kind.MEETING: dict.fromkeys(("interpreter", "interpreter_wish", "support", "needs", "agenda"), Owner.CLIENT)
    | dict.fromkeys(("case_id", "person_id", "type"), Owner.WRITER),
}

OWNERSHIP: Mapping[Kind, Mapping[str, Owner]] = types.MappingProxyType(
    {
        kind: types.MappingProxyType(
            {field.name: _OWNER.get(kind, Owner.BACK_OFFICE) for field in fields(record)} | dict(_EXCEPT.get(kind, {}))
        )
        for kind, record in RECORDS.items()
    }
)

__all__ = [
    "OWNERSHIP",
    "RECORDS",
    "ApplicationRecord",
    "ApplicationStatusRecord",
    "AssignmentRecord",
    "AssistancePeriodRecord",
    "Author",
    "BoardRecord",
    "BusyRecord",
    "CaseMessage",
    "CaseRecord",
    "Change",
    "Cursor",
    "Delivered",
    "Kind",
    "MeetingRecord",
    "NoteRecord",
    "OutboundMessage",
    "Owner",
    "Page",
    "PersonRecord",
    "ProposalRecord",
    "Receipt",
    "Record",
    "RemarkRecord",
    "Resent",
    "StaffRecord",
    "Stuck",
    "SupplementRecord",
    "UnitRecord",
    "UnknownCode",
]
