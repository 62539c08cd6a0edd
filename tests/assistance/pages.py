"""Applications as pages: who acts, over an application that answers requests."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from portal.assistance import queries
from portal.assistance.rules.answers import Cells, row_ids
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.core.actor import Actor
from portal.core.db import writing
from portal.core.events import EventBus, bind
from portal.core.i18n import today
from tests.assistance import world as worlds
from tests.assistance.world import Scene
from tests.messages import world as messages
from tests.support.client import Page, PageClient

Sessions = sessionmaker[Session]
GO_ON, LATER = "Fortsätt", "Spara och stäng"


class Desk:
    """Mariam and the others, with drafts of one call, and what is kept of them."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        with writing(sessions) as session:
            session.info.update(bind(EventBus()))  # the portal's own is wired already
            made = worlds.make(session)
        self.world, self.mariam, self.tor, self.jonas = made.world, made.mariam, made.tor, made.jonas

    def scene(self, session: Session) -> Scene:
        """Return the world over a session."""
        return Scene(session, self.world, self.mariam, self.tor, self.jonas)

    def sign_in(self, browser: PageClient, who: Actor) -> None:
        """Sign somebody in."""
        messages.sign_in(self.sessions, browser, who)

    def draft(self, sections: Mapping[str, Mapping[str, str]] | None = None, kind: Kind = Kind.MONTHLY) -> UUID:
        """Begin an application of Mariam's for this month, with answers in it."""
        with writing(self.sessions) as session:
            scene = self.scene(session)
            made = worlds.start(scene, kind=kind, period=Period.of(today()))
            worlds.fill(scene, made, sections or {})
            return made

    def answer(self, application_id: UUID, section: str, answers: Mapping[str, str]) -> None:
        """Answer on another device."""
        with writing(self.sessions) as session:
            worlds.answer(self.scene(session), application_id, section, answers)

    def submitted(self, period: Period, sections: Mapping[str, Mapping[str, str]]) -> UUID:
        """Hand in a monthly application."""
        with writing(self.sessions) as session:
            scene = self.scene(session)
            made = worlds.start(scene, period=period)
            worlds.fill(scene, made, sections)
            worlds.sign(scene, made)
            return made

    def cells(self, application_id: UUID, section: str, who: Actor | None = None) -> Cells:
        """Return what is kept of a section."""
        with self.sessions() as session:
            found = queries.draft(session, who or self.mariam, application_id)
        each = section in {"planning", "contact"}
        return found.answers.get((found.application.party if each else Party.APPLICANT, section), {})

    def texts(self, application_id: UUID, section: str) -> dict[str, str]:
        """Return the texts that are kept of a section."""
        return {key: cell.raw for key, cell in self.cells(application_id, section).items()}

    def rows(self, application_id: UUID, section: str, group: str) -> list[str]:
        """Return the ids of the rows that are kept."""
        return row_ids(self.cells(application_id, section), group)


def part(application_id: UUID, key: str) -> str:
    """Return the address of a part."""
    return f"/ansokan/{application_id}/del/{key}"


def typed(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers by the names of their fields."""
    return {f"a:{key}": value for key, value in answers.items()}


def go_on(browser: PageClient, page: Page, answers: Mapping[str, Any], *, status: int = 200) -> Page:
    """Fill a part in and press its filled button."""
    return browser.submit(page, "#del", typed(answers), button=GO_ON, status=status)
