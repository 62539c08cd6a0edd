"""Signing an application through the whole portal, with the development provider's real answers."""

import uuid
from datetime import timedelta
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance.models import Application
from portal.assistance.rules.states import ApplicationState
from portal.assistance.service import parties
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.db import writing
from portal.demo.idp_config import DemoPerson
from portal.identity.models import SignedInSession
from portal.identity.signing.models import Signature
from portal.sync.models import OutboxMessage
from tests.assistance.world import ALONE, OWN, TWO, Scene, answer, fill, start
from tests.identity.fixtures import provider, settings, world
from tests.identity.provider import MARIAM, TOR, Provider, Visitor
from tests.messages.world import World
from tests.support.client import Page, PageClient, form_values

__all__ = ["provider", "settings", "world"]
Sessions = sessionmaker[Session]


class Household:
    """Mariam and Tor, each in a browser, who sign at the provider."""

    def __init__(self, app: Flask, sessions: Sessions, world: World, provider: Provider) -> None:
        self.app, self.sessions, self.world, self.provider = app, sessions, world, provider

    def browser(self, person: DemoPerson) -> Visitor:
        visitor = Visitor(cast("PageClient", self.app.test_client()), self.provider, Side.CLIENT)
        visitor.sign_in(person)
        return visitor

    def scene(self, session: Session) -> Scene:
        mariam, tor = self.world.client(self.world.mariam), self.world.client(self.world.tor)
        return Scene(session, self.world, mariam, tor, tor)

    def draft(self, *, couple: bool = False) -> uuid.UUID:
        with writing(self.sessions) as session:
            scene = self.scene(session)
            draft = start(scene)
            fill(scene, draft, TWO if couple else ALONE)
            if couple:
                parties.invite(session, scene.mariam, draft, TOR.identity_number or "")
                parties.join(session, scene.tor, draft)
                fill(scene, draft, OWN, scene.tor)
            return draft

    def change(self, draft: uuid.UUID) -> None:
        with writing(self.sessions) as session:
            answer(self.scene(session), draft, "planning", {"sick_extent": "50"})

    def state(self, draft: uuid.UUID) -> ApplicationState:
        with self.sessions() as session:
            return session.get_one(Application, draft).state

    def sent(self) -> int:
        with self.sessions() as session:
            return len(session.scalars(select(OutboxMessage)).all())


@pytest.fixture
def household(app: Flask, sessions: Sessions, world: World, provider: Provider) -> Household:
    return Household(app, sessions, world, provider)


def at(draft: uuid.UUID) -> str:
    return f"/ansokan/{draft}/granska"


def press(visitor: Visitor, draft: uuid.UUID) -> str:
    """Vouch and press the button; return the address at the provider."""
    page = visitor.browser.page(at(draft))
    sent = visitor.browser.post(at(draft), data={**form_values(page.form()), "attest": "y"})
    assert sent.status_code == 303, sent.text
    return sent.headers["Location"]


def sign(visitor: Visitor, draft: uuid.UUID, person: DemoPerson) -> Page:
    """Sign at the provider, and follow the way back."""
    return back(visitor, visitor.provider.answer(Side.CLIENT, press(visitor, draft), person))


def back(visitor: Visitor, encoded: str) -> Page:
    answered = visitor.post(encoded)
    assert answered.status_code == 303, answered.text
    return visitor.browser.page(answered.headers["Location"])


def test_one_signs_and_the_server_hands_it_in(household: Household) -> None:
    draft, mariam = household.draft(), household.browser(MARIAM)
    page = sign(mariam, draft, MARIAM)
    assert page.heading == "Ansökan är skickad"
    assert household.sent() == 1
    saved = mariam.browser.get(f"/ansokan/{draft}/kopia")
    assert saved.data.startswith(b"%PDF-")


def test_two_sign_the_same_and_a_change_after_the_first_makes_both_sign_again(household: Household) -> None:
    draft, mariam, tor = household.draft(couple=True), household.browser(MARIAM), household.browser(TOR)
    assert sign(mariam, draft, MARIAM).heading == "Nu väntar vi på Tor"
    household.change(draft)
    page = tor.browser.page(at(draft))
    assert "Mariam ändrade något i ansökan. Därför gäller inte underskrifterna längre." in page.text
    assert sign(tor, draft, TOR).heading == "Nu väntar vi på Mariam"
    assert household.sent() == 0
    page = sign(mariam, draft, MARIAM)
    assert page.heading == "Ansökan är skickad"
    assert household.sent() == 1
    with household.sessions() as session:
        assert len(session.scalars(select(Signature)).all()) == 3


def test_whoever_cancels_comes_back_and_nothing_is_signed(household: Household) -> None:
    draft, mariam = household.draft(), household.browser(MARIAM)
    page = back(mariam, household.provider.refusal(Side.CLIENT, press(mariam, draft)))
    assert page.heading == "Stämmer allt?"
    assert "Du avbröt. Inget är underskrivet." in page.text
    assert household.state(draft) is ApplicationState.SIGNING
    assert sign(mariam, draft, MARIAM).heading == "Ansökan är skickad"


def test_another_person_s_signature_is_none(household: Household) -> None:
    draft, mariam = household.draft(), household.browser(MARIAM)
    answered = mariam.post(household.provider.answer(Side.CLIENT, press(mariam, draft), TOR))
    assert answered.status_code >= 400
    assert mariam.browser.page(at(draft)).heading == "Stämmer allt?"
    assert household.sent() == 0


def test_what_is_changed_while_one_signs_is_told_and_signed_again(household: Household) -> None:
    draft, mariam = household.draft(), household.browser(MARIAM)
    away = press(mariam, draft)
    household.change(draft)
    page = back(mariam, household.provider.answer(Side.CLIENT, away, MARIAM))
    assert page.heading == "Stämmer allt?"
    assert household.sent() == 0
    assert "ändra" in page.text
    assert sign(mariam, draft, MARIAM).heading == "Ansökan är skickad"


def test_a_session_that_is_over_at_the_signature_leads_back_to_it(household: Household) -> None:
    draft, mariam = household.draft(), household.browser(MARIAM)
    form = form_values(mariam.browser.page(at(draft)).form())
    with household.sessions.begin() as session:
        session.execute(update(SignedInSession).values(last_seen_at=now() - timedelta(minutes=40)))
    sent = mariam.browser.post(at(draft), data={**form, "attest": "y"})
    assert sent.status_code == 303
    assert sent.headers["Location"].startswith("/logga-in")
    location = mariam.choose(mariam.browser.get(sent.headers["Location"]))
    page = back(mariam, household.provider.answer(Side.CLIENT, location, MARIAM))
    assert page.address == at(draft)
    assert "Du är inloggad igen. Inget är underskrivet än." in page.text
    assert page.one("[name=attest]").has_attr("checked")
    assert household.sent() == 0
    assert sign(mariam, draft, MARIAM).heading == "Ansökan är skickad"
