"""Tables of documentation: what is written, what of it may be read, and what is said of it."""

from portal.records.models.released import Mask, Reading, Release
from portal.records.models.remarked import Chase, Correction, Draft, Remark, Turn
from portal.records.models.written import CaseRecord, Document, Passage, Version

__all__ = [
    "CaseRecord",
    "Chase",
    "Correction",
    "Document",
    "Draft",
    "Mask",
    "Passage",
    "Reading",
    "Release",
    "Remark",
    "Turn",
    "Version",
]
