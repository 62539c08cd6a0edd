"""Reads of applications, each for an actor: their own, those they take part in, and invitations to take part."""

from portal.assistance.queries.after import (
    Added,
    Frozen,
    Happening,
    added,
    begun_supplement,
    frozen,
    happenings,
    said,
    signed_by,
)
from portal.assistance.queries.applications import (
    ApplicationView,
    Invitation,
    PartyView,
    application,
    applications,
    invitation,
    invitations,
    is_protected,
    known_periods,
)
from portal.assistance.queries.drafts import Draft, draft, draft_of, drafts_of, papers_of
from portal.assistance.queries.offering import facts, main_of, submitted_main
from portal.assistance.queries.stuck import stuck
from portal.assistance.queries.support import support

__all__ = [
    "Added",
    "ApplicationView",
    "Draft",
    "Frozen",
    "Happening",
    "Invitation",
    "PartyView",
    "added",
    "application",
    "applications",
    "begun_supplement",
    "draft",
    "draft_of",
    "drafts_of",
    "facts",
    "frozen",
    "happenings",
    "invitation",
    "invitations",
    "is_protected",
    "known_periods",
    "main_of",
    "papers_of",
    "said",
    "signed_by",
    "stuck",
    "submitted_main",
    "support",
]
