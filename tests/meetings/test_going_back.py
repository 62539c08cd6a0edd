"""Whoever presses the browser's back button after booking is led to the meeting, and nobody else is."""

from typing import cast

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from portal.core.db import writing
from portal.core.ids import new_id
from portal.meetings.rules.arrangement import arrangement_of
from portal.meetings.service import booking, drafts
from tests.meetings import world as worlds
from tests.meetings.world import MOST, Bookings, begin, slot
from tests.messages.world import sign_in, submission
from tests.support.client import PageClient

Sessions = sessionmaker[Session]
PAGES = ("", "/tider", "/andra")


@pytest.fixture
def world(sessions: Sessions, monday: None) -> Bookings:
    with writing(sessions) as session:
        return worlds.build(session)


@pytest.fixture
def mariam(client: PageClient, sessions: Sessions, world: Bookings) -> PageClient:
    sign_in(sessions, client, world.mariam)
    return client


def test_the_pages_of_a_booking_that_is_made_lead_to_the_meeting(
    mariam: PageClient, app: Flask, sessions: Sessions, world: Bookings
) -> None:
    with writing(sessions) as session:
        draft = begin(session, world, world.mariam)
        drafts.hold(session, world.mariam, draft, starts_at=slot(7))
        given = {"draft_id": draft.id, "wanted": arrangement_of(draft), "most": MOST}
        meeting = booking.book(session, world.mariam, submission=submission(), **given)  # type: ignore[arg-type]
    for page in PAGES:
        shown = mariam.page(f"/moten/boka/{draft.id}{page}")
        assert shown.address == f"/moten/{meeting.id}"
        assert "Du har redan bokat det här mötet." in shown.text
    token = str(mariam.page("/moten/boka").one("main form input[name=csrf_token]")["value"])
    for page in PAGES:
        answer = mariam.post(f"/moten/boka/{draft.id}{page}", data={"csrf_token": token, "submission": submission()})
        assert (answer.status_code, answer.location) == (303, f"/moten/{meeting.id}"), page
    tor = cast("PageClient", app.test_client())
    sign_in(sessions, tor, world.tor)
    for draft_id in (draft.id, new_id()):
        for page in PAGES:
            assert tor.get(f"/moten/boka/{draft_id}{page}").status_code == 404


def test_the_pages_of_a_move_lead_to_the_meeting_also_those_of_the_first_booking(
    mariam: PageClient, sessions: Sessions, world: Bookings
) -> None:
    with writing(sessions) as session:
        first = begin(session, world, world.mariam)
        drafts.hold(session, world.mariam, first, starts_at=slot(7))
        said = {"wanted": arrangement_of(first), "most": MOST}
        meeting = booking.book(session, world.mariam, draft_id=first.id, submission=submission(), **said)  # type: ignore[arg-type]
        second = drafts.keep(session, drafts.to_move(session, world.mariam, meeting.id))
        drafts.hold(session, world.mariam, second, starts_at=slot(8))
        booking.book(session, world.mariam, draft_id=second.id, submission=submission(), **said)  # type: ignore[arg-type]
    for draft_id, words in ((first.id, "Du har redan bokat"), (second.id, "Du har redan flyttat mötet hit.")):
        shown = mariam.page(f"/moten/boka/{draft_id}")
        assert shown.address == f"/moten/{meeting.id}"
        assert words in shown.text
