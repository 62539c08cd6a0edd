"""Pages on which a text is changed: pressed twice, written by two at once, and begun from what a client has said."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.db import writing
from portal.people.models import CaseAssignment
from portal.records import service
from portal.records.models import CaseRecord, Correction, Passage, Remark, Turn, Version
from portal.records.rules.states import Outcome, RemarkState, VersionState
from tests.records.world import TEXT, World, make, released, remark, sign_in
from tests.support.client import Page, PageClient

NEW = {"title": "Telefonsamtal", "day": "2026-11-05", "at": "14:20", "text": TEXT}
LATER = {"checked": "y", "when": "senare", "day": "2999-01-02", "at": "08:00"}


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        made = make(session)
        session.add(CaseAssignment(case_id=made.money, staff_id=made.henrik, named=False))
    return made


@pytest.fixture
def made(sessions: sessionmaker[Session], world: World) -> Remark:
    with writing(sessions) as session:
        session.info["world"] = world
        return remark(session, world, released(session, world), 1)


@pytest.fixture
def henrik(staff_app: Flask, sessions: sessionmaker[Session], world: World) -> PageClient:
    browser = staff_app.test_client()
    assert isinstance(browser, PageClient)
    sign_in(sessions, browser, world.staff(world.henrik))
    return browser


def texts(sessions: sessionmaker[Session], number: int) -> list[str]:
    with sessions() as session:
        return list(
            session.scalars(
                select(Passage.text)
                .join(Version, Version.id == Passage.version_id)
                .where(Version.number == number)
                .order_by(Passage.position)
            )
        )


def test_a_note_whose_button_is_pressed_twice_is_written_once(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    form = petra.page(f"/dokumentation/arende/{world.money}/ny")
    pages = [petra.submit(form, None, NEW) for _time in range(2)]
    assert [page.heading for page in pages] == ["Telefonsamtal"] * 2
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(CaseRecord)) == 1


def test_what_two_write_at_once_is_shown_beside_each_other(
    petra: PageClient, henrik: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    page = petra.submit(petra.page(f"/dokumentation/arende/{world.money}/ny"), None, NEW)
    with sessions() as session:
        record_id = session.scalars(select(CaseRecord.id)).one()
    edit = petra.page(page.link("Ändra"))
    stale = henrik.page(f"/dokumentation/{record_id}")
    other = henrik.page(stale.link("Ändra"))
    petra.submit(edit, None, {"passages-0-text": "Petras ord."})
    overtaken = henrik.submit(other, None, {"passages-0-text": "Henriks ord."}, status=409)
    assert "Någon annan har sparat texten medan du skrev." in overtaken.one(".ds-alert").get_text()
    assert "Petra Almskog" in overtaken.text
    assert "Petras ord." in overtaken.one(".ds-card").get_text()
    assert overtaken.one("#passages-0-text").get_text(strip=True) == "Henriks ord."
    assert texts(sessions, 1)[0] == "Petras ord."
    # Nor does anybody lock a text that they have not read.
    henrik.submit(stale, "form[action$=las]", status=409)
    henrik.submit(overtaken)
    assert texts(sessions, 1)[0] == "Henriks ord."
    # The button of before is as blind now.
    petra.submit(edit, None, {"passages-0-text": "Petras andra ord."}, status=409)


def test_two_new_versions_at_once_become_one_after_the_other(
    petra: PageClient, henrik: PageClient, sessions: sessionmaker[Session], made: Remark
) -> None:
    first, second = (
        browser.page(browser.page(f"/dokumentation/{made.record_id}").link("Ny version")) for browser in (petra, henrik)
    )
    petra.submit(first, None, {"passages-1-text": "Petras ord."})
    petra.submit(first, None, {"passages-1-text": "Petras ord."})
    overtaken = henrik.submit(second, None, {"passages-1-text": "Henriks ord.", "reason": "Fel."}, status=409)
    assert "Petras ord." in overtaken.one(".ds-card").get_text()
    assert overtaken.one("#reason")["value"] == "Fel."
    henrik.submit(overtaken)
    assert texts(sessions, 2)[1] == "Henriks ord."
    page = petra.page(f"/dokumentation/{made.record_id}")
    petra.submit(page, "form[action$=las]")
    # Locked meanwhile: what is written goes into the next version.
    locked = henrik.submit(overtaken, None, {"passages-1-text": "Henriks andra ord."}, status=409)
    henrik.submit(locked)
    assert texts(sessions, 2)[1] == "Henriks ord."
    assert texts(sessions, 3)[1] == "Henriks andra ord."


def correct(browser: PageClient, made: Remark) -> Page:
    """Begin the correction of a remark from its page, and lock it."""
    page = browser.page(f"/synpunkter/{made.id}")
    edit = browser.page(page.link("Rätta texten"))
    said = edit.one("#synpunkt")
    assert "Han arbetar halvtid." in said.get_text()
    assert said.find_next("textarea")["id"] == "passages-1-text"
    text = "Jonas arbetar halvtid sedan september."
    page = browser.submit(edit, None, {"passages-1-text": text, "reason": "Mariam sa till."})
    assert "Klienten: Stämmer inte" in page.one(".ds-alert[data-color=info]").get_text()
    begun = browser.page(f"/synpunkter/{made.id}")
    assert "Version 2 är påbörjad" in begun.text
    assert begun.link("Till version 2").startswith(f"/dokumentation/{made.record_id}/")
    assert not begun.soup.select("#version")
    return browser.submit(page, "form[action$=las]")


def test_from_what_is_wrong_to_the_corrected_version_and_its_answer(
    petra: PageClient, client: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    page = correct(petra, made)
    sign_in(sessions, client, world.client(world.mariam))
    assert "halvtid sedan" not in client.page(f"/journal/{made.record_id}").text
    check = petra.page(page.link("Visa för klienten"))
    answer = petra.submit(check, None, {"checked": "y"}, button="Visa för klienten")
    assert "Klienten kan läsa nu." in answer.text
    assert answer.one("input[name=outcome][value=corrected]").has_attr("checked")
    done = petra.submit(answer, None, {"text": "Tack, du har rätt."})
    assert "Texten är rättad: version 2" in done.text
    read = client.page(f"/journal/{made.record_id}")
    place = read.one("#s2")
    assert "Du: Stämmer inte" in place.get_text(" ", strip=True)
    assert "Tack, du har rätt." in place.get_text()
    link = place.find("a", string="Se vad som ändrades")
    assert link
    changed = client.page(str(link["href"]))
    assert [one.get_text(strip=True) for one in changed.soup.select("ins")] == ["halvtid"]
    with sessions() as session:
        turn = session.scalars(select(Turn)).one()
        assert (turn.outcome, turn.version_id) == (
            Outcome.CORRECTED,
            session.scalars(select(Version.id).where(Version.number == 2)).one(),
        )


def test_what_is_shown_later_is_not_answered_before(
    petra: PageClient, sessions: sessionmaker[Session], made: Remark
) -> None:
    page = correct(petra, made)
    after = petra.submit(petra.page(page.link("Visa för klienten")), None, LATER, button="Visa för klienten")
    assert after.heading == "Telefonsamtal"
    answer = petra.page(f"/synpunkter/{made.id}")
    assert "Version 2 är påbörjad" in answer.text
    assert not answer.soup.select("#version")
    with sessions() as session:
        version = session.scalars(select(Version).where(Version.number == 2)).one()
        assert version.state is VersionState.RELEASED
    data = {"outcome": "corrected", "text": "Tack.", "version": str(version.id)}
    token = answer.soup.select("input[name=csrf_token]")[0]["value"]
    number = answer.one("input[name=submission]")["value"]
    posted = petra.post(f"/synpunkter/{made.id}", data={**data, "csrf_token": token, "submission": number})
    assert posted.status_code == 422
    with sessions() as session:
        assert session.scalars(select(Turn)).all() == []


def test_a_remark_that_is_taken_back_meanwhile_holds_nothing_up(
    petra: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    edit = petra.page(petra.page(f"/synpunkter/{made.id}").link("Rätta texten"))
    with writing(sessions) as session:
        service.withdraw_remark(session, world.client(world.mariam), made.id)
    petra.submit(edit, None, {"passages-1-text": "Jonas arbetar halvtid."})
    assert texts(sessions, 2)[1] == "Jonas arbetar halvtid."
    with sessions() as session:
        assert session.scalars(select(Correction)).all() == []
        assert session.get_one(Remark, made.id).state is RemarkState.WITHDRAWN


@pytest.mark.parametrize("foreign", ["01a2161c-dd60-70b4-be3c-d4f002d3590e", "x"])
def test_a_remark_of_another_record_is_not_corrected_here(
    petra: PageClient, sessions: sessionmaker[Session], made: Remark, foreign: str
) -> None:
    edit = petra.page(petra.page(f"/synpunkter/{made.id}").link("Rätta texten"))
    page = petra.submit(edit, None, {"remark": foreign, "passages-1-text": "Nytt."}, status=422)
    assert page.one("#passages-1-text").get_text(strip=True) == "Nytt."
    assert texts(sessions, 2) == []
