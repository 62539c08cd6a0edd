"""What of applications a person is told outside the portal: that something is new, never a word of what."""

from sqlalchemy.orm import Session

from portal.assistance.events import ApplicationNews
from portal.notices import service as notices


def on_news(session: Session, event: ApplicationNews) -> None:
    """Tell a party, by their own choice of channel, that there is something to look at."""
    notices.notify(session, person_id=event.person_id, key=f"application:{event.key}")
