"""An application over New Year: its month and its norm stay, days are Swedish ones, and a missing norm is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from portal.assistance.models import Application
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.states import ApplicationState
from portal.assistance.service import signing
from portal.core.clock import travel
from portal.core.db import writing
from portal.sync.contract import ApplicationRecord
from tests.assistance.pages import Desk
from tests.assistance.world import ALONE, OWN, ROW, TWO, Scene, fill, invite, put_signature, row, sent, sign, start
from tests.support.client import PageClient

DECEMBER, JANUARY = Period(2026, 12), Period(2027, 1)
WAGE, JOB = f"incomes:{ROW.format(1)}", f"applied:{ROW.format(2)}"
WAGES = {WAGE: "1", f"{WAGE}:kind": "salary", f"{WAGE}:amount": "900", f"{WAGE}:date": "2026-12-23"}
INCOME = {"incomes.none": "", **WAGES}
HOME = {"form": "rental", "address": "Storgatan 1", "rooms": "2", "persons": "1", "adults.none": "yes"}


@contextmanager
def at(*when: int) -> Iterator[None]:
    """Be at an instant (UTC; Sweden is an hour later in winter)."""
    with travel(datetime(*when, tzinfo=UTC)):  # type: ignore[misc]  # as many numbers as a date and time has
        yield


def answers(scene: Scene, draft: UUID) -> dict[str, str]:
    record = ApplicationRecord.from_payload(sent(scene)[0].payload)
    assert record.period == str(DECEMBER)
    return {f"{one.section}.{one.key}": one.value for one in record.answers}


def test_begun_in_december_and_signed_in_january_it_is_decembers(scene: Scene) -> None:
    with at(2026, 12, 29, 12):
        draft = start(scene, period=DECEMBER)
        income = {**ALONE["incomes"], **INCOME, f"{WAGE}:whose": "applicant"}
        fill(scene, draft, {**TWO, "incomes": income})
        invite(scene, draft)
        fill(scene, draft, OWN, scene.jonas)
    with at(2026, 12, 31, 22, 30):
        sign(scene, draft)
    with at(2027, 1, 2, 8):
        sign(scene, draft, scene.jonas)
    assert row(scene, draft).state is ApplicationState.SUBMITTED
    assert answers(scene, draft)["incomes.incomes.date"] == "2026-12-23"


def test_the_day_of_a_signature_is_the_swedish_one(scene: Scene) -> None:
    """At half past midnight in Sweden it is still December in UTC; a job applied for on New Year's Day is no future."""
    job = {JOB: "1", f"{JOB}:date": "2027-01-01", f"{JOB}:title": "Kock", f"{JOB}:employer": "Krogen, Ekdala"}
    planning = {"occupation": "jobseeking", "worked": "no", "planned": "Söka jobb.", **job}
    with at(2026, 12, 31, 23, 30):
        draft = start(scene, kind=Kind.NEW, period=DECEMBER)
        fill(scene, draft, {"planning": planning})
        whole = signing.frozen.whole(scene.session, row(scene, draft))
        left = signing.obstacles(scene.session, whole, signing.today())
        assert "section:applicant:planning" not in left
        yesterday = signing.today().replace(year=2026, month=12, day=31)
        assert "section:applicant:planning" in signing.obstacles(scene.session, whole, yesterday)


def test_what_was_frozen_in_december_and_signed_in_january_is_read_as_of_december(scene: Scene) -> None:
    with at(2026, 12, 31, 21):
        draft = start(scene, period=DECEMBER)
        fill(scene, draft, {**ALONE, "incomes": {**ALONE["incomes"], **INCOME}})
        document, party = signing.prepare(scene.session, scene.mariam, draft)
    with at(2027, 1, 1, 0, 30):
        again, _party = signing.prepare(scene.session, scene.mariam, draft)
        assert again.digest == document.digest
        put_signature(scene, draft, scene.mariam, party)
    assert row(scene, draft).state is ApplicationState.SUBMITTED


def test_the_norm_is_that_of_the_month_and_not_of_the_day(mariam: PageClient, desk: Desk) -> None:
    with writing(desk.sessions) as session:
        scene = desk.scene(session)
        made = {period: start(scene, kind=Kind.NEW, period=period) for period in (Period(2025, 12), DECEMBER, JANUARY)}
        for draft in made.values():
            fill(scene, draft, {**ALONE, "home": HOME})
    with at(2027, 1, 1, 12):
        desk.sign_in(mariam, desk.mariam)
        # One alone: 3 910 + 1 270 = 5 180 in 2025, 3 940 + 1 280 = 5 220 in 2026 (DOMAIN.md 1.1).
        for period, total in ((Period(2025, 12), "5 180 kr"), (DECEMBER, "5 220 kr")):
            page = mariam.page(f"/ansokan/{made[period]}/berakning")
            assert total in page.text.replace("\xa0", " ")
        page = mariam.page(f"/ansokan/{made[JANUARY]}/berakning")
        assert "Riksnormen för 2027 finns inte ännu." in page.text
        assert not page.soup.select("table, .i-hero")
        with writing(desk.sessions) as session:
            assert session.get_one(Application, made[JANUARY]).period == "2027-01"
