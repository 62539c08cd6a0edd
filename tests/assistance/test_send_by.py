"""Until when an application is to be sent: told only where the municipality has said a day, and never as a threat."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.assistance.rules.kinds import Kind, Period
from portal.core.clock import travel
from portal.core.db import writing
from tests.assistance import world as worlds
from tests.assistance.pages import Desk
from tests.support.client import PageClient

BY, STILL = "Skicka senast", "Du kan fortfarande skicka"


@pytest.mark.parametrize(
    ("number", "kind", "day", "told"),
    [
        (25, Kind.MONTHLY, 20, "Skicka senast onsdag 25 november"),
        (25, Kind.MONTHLY, 24, "Skicka senast i morgon"),
        (25, Kind.NEW, 25, "Skicka senast i dag"),
        (25, Kind.MONTHLY, 26, "Om du skickar efter onsdag 25 november kan pengarna komma senare."),
        (25, Kind.NEW, 26, ""),
        (25, Kind.SUPPLEMENTARY, 24, ""),
        (0, Kind.MONTHLY, 24, ""),
    ],
)
def test_the_last_day_is_told(
    app: Flask, client: PageClient, desk: Desk, number: int, kind: Kind, day: int, told: str
) -> None:
    conf = app.extensions["insyn.settings"]
    app.extensions["insyn.settings"] = conf.model_copy(update={"assistance_send_by_day": number})
    with travel(datetime(2026, 11, day, 12, tzinfo=UTC)):
        with writing(desk.sessions) as session:
            draft = worlds.start(desk.scene(session), kind=kind, period=Period(2026, 12))
        desk.sign_in(client, desk.mariam)
        text = client.page(f"/ansokan/{draft}").text
    assert told in text
    assert (BY in text) is told.startswith(BY)
    assert (STILL in text) is told.startswith("Om du skickar")
