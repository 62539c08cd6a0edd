"""What is done with documentation: written, released, read, remarked on and answered; in the caller's transaction."""

from portal.records.service.agreeing import agree_with_rest, undo_rest
from portal.records.service.answering import answer
from portal.records.service.documents import Upload, edit_document, revise_document, write_document
from portal.records.service.drafting import discard_draft, hold_draft, save_draft
from portal.records.service.reading import mark_read
from portal.records.service.releasing import Check, Hidden, release, withdraw
from portal.records.service.remarking import remark, reply, withdraw_remark
from portal.records.service.writing import About, correct, edit, lock, revise, write

__all__ = [
    "About",
    "Check",
    "Hidden",
    "Upload",
    "agree_with_rest",
    "answer",
    "correct",
    "discard_draft",
    "edit",
    "edit_document",
    "hold_draft",
    "lock",
    "mark_read",
    "release",
    "remark",
    "reply",
    "revise",
    "revise_document",
    "save_draft",
    "undo_rest",
    "withdraw",
    "withdraw_remark",
    "write",
    "write_document",
]
