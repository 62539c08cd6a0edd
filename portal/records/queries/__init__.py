"""What clients read of their documentation, and what staff see of it."""

from portal.records.queries.listing import Found, Only, RecordPage, RecordRow, records, search, unread_count
from portal.records.queries.owners import Owner
from portal.records.queries.reading import Opened, VersionRow, changes, has_read, record
from portal.records.queries.remarks import DraftRow, RemarkRow, TurnRow, own_remark
from portal.records.queries.waiting import LateRow, WaitingRow, late, waiting, waiting_count
from portal.records.queries.working import Worked, WorkRow, WorkVersion, case_records, worked, worked_remark

__all__ = [
    "DraftRow",
    "Found",
    "LateRow",
    "Only",
    "Opened",
    "Owner",
    "RecordPage",
    "RecordRow",
    "RemarkRow",
    "TurnRow",
    "VersionRow",
    "WaitingRow",
    "WorkRow",
    "WorkVersion",
    "Worked",
    "case_records",
    "changes",
    "has_read",
    "late",
    "own_remark",
    "record",
    "records",
    "search",
    "unread_count",
    "waiting",
    "waiting_count",
    "worked",
    "worked_remark",
]
