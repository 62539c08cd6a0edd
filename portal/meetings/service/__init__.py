"""What is done with meetings: times taken, bookings made, moved and cancelled; in the caller's transaction."""

from portal.meetings.service import booking, claims, drafts

__all__ = ["booking", "claims", "drafts"]
