"""The staff's pages of remarks: the list, the answer beside the passage, and what the client then reads."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry
from portal.core import clock
from portal.core.db import writing
from portal.core.ids import new_id
from portal.people.models import Case, StaffMember
from portal.records import service
from portal.records.models import Remark, Turn, Version
from portal.records.rules.states import Ground, Outcome, RemarkKind, RemarkState
from tests.records.world import World, make, released, remark, revised, sign_in
from tests.support.client import PageClient
from tests.web.test_query_counts import counted

MOST_QUERIES = 20


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


@pytest.fixture
def made(sessions: sessionmaker[Session], world: World) -> Remark:
    with writing(sessions) as session:
        session.info["world"] = world
        return remark(session, world, released(session, world, hide={2: Ground.REPORTER}), 1)


def test_a_remark_stands_in_the_list_the_queue_and_on_the_clients_page(
    petra: PageClient, world: World, made: Remark
) -> None:
    address = f"/synpunkter/{made.id}"
    page = petra.page("/synpunkter")
    assert "Mariam Sandell" in page.one("tbody").get_text()
    assert "Stämmer inte" in page.one("tbody").get_text()
    assert page.one('.i-side a[aria-current="page"]').get_text(" ", strip=True) == "Synpunkter 1"
    for path in ("/synpunkter", "/arbetsko", f"/klienter/{world.mariam}"):
        assert petra.page(path).link("Svara") == address
    assert "Inget väntar" in petra.page(f"/klienter/{world.vera}").text


def test_the_remark_is_shown_beside_its_passage_and_the_reading_logged(
    petra: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    page = petra.page(f"/synpunkter/{made.id}")
    assert page.one("blockquote").get_text(strip=True) == "Jonas arbetar heltid sedan september."
    assert "Texten, stycke 2 av 3" in page.text
    assert "Han arbetar halvtid." in page.text
    with sessions() as session:
        entry = session.scalars(select(AccessEntry)).one()
    assert (entry.subject_id, entry.what, entry.object_id) == (world.mariam, "records", made.id)


@pytest.mark.parametrize("outcome", [Outcome.NOTED, Outcome.EXPLAINED, Outcome.NOT_CHANGED])
def test_an_answer_is_sent_once_with_a_receipt(
    petra: PageClient, sessions: sessionmaker[Session], made: Remark, outcome: Outcome
) -> None:
    page = petra.page(f"/synpunkter/{made.id}")
    fields = {"outcome": outcome.value, "text": "Så här är <b>det</b>."}
    after = petra.submit(page, None, fields)
    assert f"Kvittens {made.receipt_no}" in after.one(".ds-alert[data-color=success]").get_text()
    assert "Så här är &lt;b&gt;det" in str(after.soup.main)
    petra.submit(page, None, fields)
    with sessions() as session:
        turn = session.scalars(select(Turn)).one()
        assert (turn.outcome, turn.version_id) == (outcome, None)
        assert session.get_one(Remark, made.id).state is RemarkState.ANSWERED
    assert "Inget väntar" in petra.page("/synpunkter").text


def test_a_correction_names_the_version_it_was_made_in(
    petra: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    with writing(sessions) as session:
        session.info["world"] = world
        after = revised(session, world, made.record_id, {1: "Jonas arbetar halvtid."}, hide={2: Ground.REPORTER})
    page = petra.page(f"/synpunkter/{made.id}")
    assert page.one("blockquote").get_text(strip=True) == "Jonas arbetar heltid sedan september."
    done = petra.submit(page, None, {"outcome": "corrected", "version": str(after.id), "text": "Tack."})
    assert "Texten är rättad: version 2" in done.text
    with sessions() as session:
        assert session.scalars(select(Turn)).one().version_id == after.id


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "Tack."}, "Välj vad du gör."),
        ({"outcome": "noted"}, "Skriv något innan du skickar."),
        ({"outcome": "noted", "text": "x" * 10_001}, "1 tecken för lång"),
        ({"outcome": "corrected", "text": "Tack."}, "Välj den version där texten är rättad."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    petra: PageClient, sessions: sessionmaker[Session], made: Remark, fields: dict[str, str], said: str
) -> None:
    page = petra.submit(petra.page(f"/synpunkter/{made.id}"), None, fields, status=422)
    assert any(said in error for error in page.errors())
    assert said in page.one(".ds-error-summary").get_text()
    assert page.one("textarea").get_text().strip() == fields.get("text", "")
    with sessions() as session:
        assert session.scalars(select(Turn)).all() == []


def test_a_version_of_before_or_not_released_is_no_correction(
    petra: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    page = petra.page(f"/synpunkter/{made.id}")
    assert "Välj den version" in petra.submit(page, None, {"outcome": "corrected", "text": "Tack."}, status=422).text
    values = {tag["name"]: tag["value"] for tag in page.soup.select("input[type=hidden]")}
    values |= {"outcome": "corrected", "version": str(made.version_id), "text": "Tack."}
    assert petra.post(f"/synpunkter/{made.id}", data=values).status_code == 422
    with sessions() as session:
        assert session.get_one(Version, made.version_id).number == 1
        assert session.scalars(select(Turn)).all() == []


def test_what_was_taken_back_meanwhile_is_not_answered(
    petra: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    page = petra.page(f"/synpunkter/{made.id}")
    with writing(sessions) as session:
        service.withdraw_remark(session, world.client(world.mariam), made.id)
    after = petra.submit(page, None, {"outcome": "noted", "text": "Tack."}, status=409)
    assert "Klienten har tagit tillbaka det." in after.text
    with sessions() as session:
        assert session.scalars(select(Turn)).all() == []


def test_only_whoever_works_on_the_case_finds_it(
    staff_client: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    for staff_id in (world.henrik, world.leader):
        sign_in(sessions, staff_client, world.staff(staff_id))
        page = staff_client.page("/synpunkter")
        token = page.soup.select("input[name=csrf_token]")[0]["value"]
        assert "Mariam" not in page.text
        staff_client.page(f"/synpunkter/{made.id}", status=404)
        staff_client.page(f"/synpunkter/{new_id()}", status=404)
        data = {"csrf_token": token, "outcome": "noted", "text": "x", "submission": "abc"}
        assert staff_client.post(f"/synpunkter/{made.id}", data=data).status_code == 404
    with sessions() as session:
        assert session.scalars(select(Turn)).all() == []


def test_the_owner_and_the_team_leader_are_told_of_what_is_late(
    staff_client: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    with writing(sessions) as session:
        session.get_one(Remark, made.id).due_on = clock.now().date() - timedelta(days=3)
        session.get_one(Case, world.money).unit_id = session.get_one(StaffMember, world.leader).unit_id
    sign_in(sessions, staff_client, world.staff(world.petra))
    own = staff_client.page("/synpunkter")
    assert "1 synpunkt som du ska svara på är sen." in own.text
    assert "3 dagar sent" in own.text
    assert not own.soup.select("#sena")
    sign_in(sessions, staff_client, world.staff(world.leader))
    page = staff_client.page("/synpunkter")
    late = page.one("section[aria-labelledby=sena]").get_text(" ", strip=True)
    assert "Petra Almskog" in late
    assert made.receipt_no in late
    assert "Mariam" not in page.text
    assert page.one('.i-side a[aria-current="page"]').get_text(" ", strip=True) == "Synpunkter 1"
    sign_in(sessions, staff_client, world.staff(world.henrik))
    assert made.receipt_no not in staff_client.page("/synpunkter").text


def test_the_pages_cost_the_same_with_more_to_show(
    petra: PageClient, sessions: sessionmaker[Session], world: World, made: Remark
) -> None:
    costs = []
    for number in (1, 7):
        with writing(sessions) as session:
            session.info["world"] = world
            for _count in range(number):
                remark(session, world, released(session, world), 0, RemarkKind.NOT_UNDERSTOOD)
        found = {}
        for path in ("/synpunkter", f"/synpunkter/{made.id}", "/arbetsko", f"/klienter/{world.mariam}"):
            petra.page(path)
            with counted(sessions) as statements:
                petra.page(path)
            found[path] = len(statements)
        costs.append(found)
    assert costs[0] == costs[1]
    assert max(costs[1].values()) <= MOST_QUERIES
