"""Reading the log: refusals of one reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal: when, and the reference that the person was shown."""

    at: datetime
    reference: str


def refusals(session: Session, reason: str, *, days: int, moment: datetime) -> list[Refusal]:
    """Return the sign-ins and step-ups refused for a reason within so many days, the latest first."""
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.reference, AuditEntry.detail)
        .where(
            AuditEntry.action.in_(("sign_in", "step_up", "sign")),
            AuditEntry.at > moment - timedelta(days=days),
            AuditEntry.outcome == "refused",
        )
        .order_by(AuditEntry.at.desc())
    )
    return [Refusal(at, reference) for at, reference, detail in rows if detail.get("reason") == reason]
