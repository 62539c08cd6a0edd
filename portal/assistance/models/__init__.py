"""Tables of applications: what is applied for and by whom, the answers, papers, what has happened, and known months."""

from portal.assistance.models.applied import (
    Application,
    ApplicationEvent,
    ApplicationParty,
    AssistancePeriod,
    Supplement,
)
from portal.assistance.models.drafted import Paper, SectionAnswers

__all__ = [
    "Application",
    "ApplicationEvent",
    "ApplicationParty",
    "AssistancePeriod",
    "Paper",
    "SectionAnswers",
    "Supplement",
]
