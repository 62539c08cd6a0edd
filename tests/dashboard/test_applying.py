"""Applications on the start page: how far a draft is, until when to send or sign it, what it is time to apply for."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from portal.assistance.models import AssistancePeriod
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.states import PeriodState
from portal.core.actor import Actor
from portal.core.clock import travel
from portal.core.db import writing
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from tests.assistance import world as worlds
from tests.assistance.conftest import LIMITS
from tests.assistance.pages import Desk
from tests.assistance.world import ALONE, OWN, TWO, Scene
from tests.messages import world as messages
from tests.support.client import Page, PageClient

DECEMBER = Period(2026, 12)
LATE = "Du kan fortfarande skicka, men pengarna kan komma senare."


class Home:
    """The start page of whoever looks, on a day of November 2026, in a municipality that has set the 25th."""

    def __init__(self, app: Flask, browser: PageClient, desk: Desk) -> None:
        self.app, self.browser, self.desk = app, browser, desk
        self.promise(25)

    def promise(self, number: int) -> None:
        conf = self.app.extensions["insyn.settings"]
        self.app.extensions["insyn.settings"] = conf.model_copy(update={"assistance_send_by_day": number})

    @contextmanager
    def day(self, day: int, month: int = 11) -> Iterator[Scene]:
        with travel(datetime(2026, month, day, 12, tzinfo=UTC)), writing(self.desk.sessions) as session:
            yield self.desk.scene(session)

    def page(self, day: int, who: Actor | None = None, *, month: int = 11, address: str = "/idag") -> Page:
        with travel(datetime(2026, month, day, 12, tzinfo=UTC)):
            self.desk.sign_in(self.browser, who or self.desk.mariam)
            return self.browser.page(address)

    def todo(self, day: int, who: Actor | None = None, *, month: int = 11) -> str:
        """Return the words of what there is to do."""
        found = self.page(day, who, month=month).soup.select_one("section[aria-labelledby=gor]")
        return " ".join(found.get_text(" ").split()) if found else ""


@pytest.fixture
def home(app: Flask, client: PageClient, tmp_path: Path) -> Home:
    app.extensions["insyn.vault"] = Vault(LocalStore(tmp_path / "files"), LIMITS)
    return Home(app, client, Desk(app.extensions["insyn.sessions"]))


def decided(scene: Scene, who: uuid.UUID, period: Period) -> None:
    """Let the back office tell of a month with support."""
    state = PeriodState.DECIDED
    scene.session.add(AssistancePeriod(person_id=who, period=str(period), state=state, cohabiting=False))


def two(home: Home, *, signed: Callable[[Scene], tuple[Actor, ...]] = lambda scene: ()) -> uuid.UUID:
    """Begin an application of Mariam and Jonas for December on the 20th, filled in by both."""
    with home.day(20) as scene:
        draft = worlds.start(scene, period=DECEMBER)
        worlds.fill(scene, draft, TWO)
        worlds.invite(scene, draft)
        worlds.fill(scene, draft, OWN, scene.jonas)
        for who in signed(scene):
            worlds.sign(scene, draft, who)
    return draft


@pytest.mark.parametrize(
    ("day", "told", "color"),
    [
        (20, "Skicka senast onsdag 25 november", "neutral"),
        (24, "Skicka senast i morgon", "warning"),
        (25, "Skicka senast i dag", "warning"),
    ],
)
def test_a_draft_says_how_far_it_is_and_until_when_to_send(home: Home, day: int, told: str, color: str) -> None:
    with home.day(18) as scene:
        draft = worlds.start(scene, period=DECEMBER)
        worlds.fill(scene, draft, {"assets": ALONE["assets"], "contact": ALONE["contact"]})
    page = home.page(day)
    hero = page.one(".i-hero")
    assert hero.select_one("h3").get_text() == "Gör klart ansökan för december 2026"
    assert "2 av 7 delar klara." in hero.get_text()
    tag = page.one(".i-hero .ds-tag")
    assert (tag.get_text(strip=True), tag["data-color"]) == (told, color)
    assert page.link("Fortsätt") == f"/ansokan/{draft}"
    assert "2 av 7 delar klara" in home.page(day, address=f"/ansokan/{draft}").text


def test_of_several_drafts_the_earlier_month_comes_first(home: Home) -> None:
    with home.day(18) as scene:
        worlds.start(scene, period=DECEMBER.plus(-1))
        worlds.start(scene, period=DECEMBER)
    page = home.page(20)
    assert LATE in page.one(".i-hero").get_text()
    row = page.one("section[aria-labelledby=gor] .i-row")
    assert row.select_one(".i-row__t").get_text() == "Gör klart ansökan för december 2026"
    assert row.select_one(".i-row__m").get_text() == "0 av 7 delar klara. Skicka senast onsdag 25 november."


@pytest.mark.parametrize("month", [11, 12])
def test_when_the_day_is_over_one_can_still_send(home: Home, month: int) -> None:
    with home.day(18) as scene:
        worlds.start(scene, period=DECEMBER)
    said = home.todo(26, month=month)
    assert LATE in said
    assert "Skicka senast" not in said


def test_without_a_promised_day_a_draft_says_how_long_it_is_kept(home: Home) -> None:
    home.promise(0)
    with home.day(18) as scene:
        worlds.start(scene, period=DECEMBER)
    said = home.todo(20)
    assert "0 av 7 delar klara. Sparas till" in said
    assert "senast" not in said


def test_papers_count_as_a_part_like_on_the_draft_s_page(home: Home) -> None:
    with home.day(18) as scene:
        draft = worlds.start(scene, kind=Kind.NEW, period=DECEMBER)
        worlds.put_file(scene, draft, paper="identity")
    said = home.todo(20)
    page = home.page(20, address=f"/ansokan/{draft}")
    assert page.link("Bilagor") == f"/ansokan/{draft}/bilagor"
    progress = page.one(".i-progress b").get_text()
    assert f"{progress}." in said


def test_both_are_told_that_both_sign(home: Home) -> None:
    draft = two(home)
    for who in (home.desk.mariam, home.desk.jonas):
        page = home.page(21, who)
        assert page.one(".i-hero .ds-tag").get_text(strip=True) == "Skicka senast onsdag 25 november"
        assert page.link("Fortsätt") == f"/ansokan/{draft}"
    with home.day(21) as scene:
        worlds.start(scene, kind=Kind.SUPPLEMENTARY, period=DECEMBER.plus(-1))
    assert "Skicka senast onsdag 25 november. Ni skriver båda under." in home.todo(21)


def test_whoever_is_to_sign_is_told_until_when(home: Home) -> None:
    two(home, signed=lambda scene: (scene.mariam,))
    page = home.page(21, home.desk.jonas)
    assert "Mariam har skrivit under. Nu är det din tur." in page.one(".i-hero").get_text()
    assert page.one(".i-hero .ds-tag").get_text(strip=True) == "Skriv under senast onsdag 25 november"
    late = home.todo(27, home.desk.jonas)
    assert "Du kan fortfarande skriva under, men pengarna kan komma senare." in late
    assert "senast" not in late


@pytest.mark.parametrize(
    ("number", "day", "told"),
    [
        (25, 21, "Jonas behöver skriva under senast onsdag 25 november."),
        (25, 27, "Jonas kan fortfarande skriva under."),
        (0, 21, "Jonas har inte skrivit under än."),
    ],
)
def test_whoever_has_signed_has_nothing_to_do_and_sees_whom_it_waits_for(
    home: Home, number: int, day: int, told: str
) -> None:
    home.promise(number)
    two(home, signed=lambda scene: (scene.mariam,))
    page = home.page(day)
    assert "Du har inget att göra just nu" in page.text
    assert told in page.one("section[aria-labelledby=ansokningar]").get_text()


@pytest.mark.parametrize(
    ("day", "month", "told"),
    [
        (10, 11, ""),
        (11, 11, "Skicka senast onsdag 25 november"),
        (26, 11, "Du kan fortfarande söka, men pengarna kan komma senare."),
        (9, 12, "Du kan fortfarande söka, men pengarna kan komma senare."),
        (10, 12, ""),
    ],
)
def test_it_is_told_when_it_is_time_to_apply_again(home: Home, day: int, month: int, told: str) -> None:
    with home.day(1) as scene:
        decided(scene, scene.mariam.subject_id, DECEMBER.plus(-1))
    said = home.todo(day, month=month)
    assert told in said
    assert ("Sök för december 2026" in said) is bool(told)


def test_what_isn_t_begun_never_stands_before_what_somebody_has_written(home: Home) -> None:
    with home.day(19) as scene:
        decided(scene, scene.mariam.subject_id, DECEMBER.plus(-1))
        messages.answer(scene.session, scene.world)
    page = home.page(20)
    assert "Petra Almskog har skrivit till dig" in page.one(".i-hero").get_text()
    row = page.one("section[aria-labelledby=gor] .i-row").get_text(" ", strip=True)
    assert row == "Sök för december 2026 Skicka senast onsdag 25 november."


def test_no_application_is_called_for_that_is_begun_sent_protected_or_not_promised(home: Home) -> None:
    with home.day(1) as scene:
        decided(scene, scene.mariam.subject_id, DECEMBER.plus(-1))
    assert "Sök för" in home.todo(20)
    home.promise(0)
    assert "Sök för" not in home.todo(20)
    home.promise(25)
    with home.day(20) as scene:
        draft = worlds.start(scene, period=DECEMBER)
    assert "Sök för" not in home.todo(20)
    with home.day(20) as scene:
        worlds.fill(scene, draft, ALONE)
        worlds.sign(scene, draft)
    assert "Sök för" not in home.todo(20)


def test_a_protected_person_is_not_told_to_apply(home: Home) -> None:
    with home.day(1) as scene:
        decided(scene, scene.mariam.subject_id, DECEMBER.plus(-1))
        worlds.protect(scene, scene.mariam)
    assert "Sök för" not in home.page(20).text


def test_whoever_was_asked_the_last_time_is_asked_again_by_the_other(home: Home) -> None:
    with home.day(1) as scene:
        draft = worlds.start(scene, period=DECEMBER.plus(-1))
        worlds.fill(scene, draft, TWO)
        worlds.invite(scene, draft)
        worlds.fill(scene, draft, OWN, scene.jonas)
        for who in (scene.jonas, scene.mariam):
            worlds.sign(scene, draft, who)
    assert "Sök för december 2026" in home.todo(20)
    assert "Sök för" not in home.page(20, home.desk.jonas).text


def test_more_drafts_cost_no_more_queries(home: Home) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    costs = []
    engine = home.desk.sessions.kw["bind"]
    for back in (range(1), range(1, 8)):
        with home.day(18) as scene:
            for number in back:
                draft = worlds.start(scene, period=DECEMBER.plus(-number))
                worlds.fill(scene, draft, ALONE)
                worlds.put_file(scene, draft)
        home.page(20)
        sent.clear()
        event.listen(engine, "before_cursor_execute", note)
        home.page(20)
        event.remove(engine, "before_cursor_execute", note)
        costs.append(len([one for one in sent if not one.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE"))]))
    assert costs[1] <= costs[0], costs
