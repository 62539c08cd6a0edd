"""The staff's pages of documentation: written, locked, checked, shown, taken away; and what the client then reads."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry
from portal.core.db import writing
from portal.core.ids import new_id
from portal.people.models import CaseAssignment, StaffMember
from portal.people.rules import Role
from portal.records.models import CaseRecord, Mask, Release, Remark, Version
from portal.records.rules.states import Ground, VersionState
from tests.records.world import TEXT, World, locked, make, passage_ids, release, released, remark, sign_in
from tests.support.client import Page, PageClient
from tests.web.test_query_counts import counted

MOST_QUERIES = 20
NEW = {"title": "Telefonsamtal", "day": "2026-11-05", "at": "14:20", "text": TEXT}


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


@pytest.fixture
def version(sessions: sessionmaker[Session], world: World) -> Version:
    with writing(sessions) as session:
        session.info["world"] = world
        return locked(session, world)


def passages(page: Page, selector: str = ".i-pub > p") -> list[str]:
    return [tag.get_text(strip=True) for tag in page.soup.select(selector)]


def as_client(client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    sign_in(sessions, client, world.client(world.mariam))
    return client


def test_from_wrong_to_corrected_on_both_sides(
    petra: PageClient, client: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    case = petra.page(petra.page(f"/klienter/{world.mariam}").link("Läs och skriv"))
    page = petra.submit(petra.page(case.link("Skriv en anteckning")), None, NEW)
    assert "Arbetsanteckning" in page.text
    assert passages(page) == TEXT.split("\n\n")
    page = petra.submit(page, "form[action$=las]")
    check = petra.page(page.link("Visa för klienten"))
    fields = {"masks-2-fate": "dolj", "masks-2-ground": "reporter", "masks-2-why": "Grannen", "checked": "y"}
    looked = petra.submit(check, None, fields, button="Se som klienten")
    mariam = as_client(client, sessions, world)
    assert "Telefonsamtal" not in mariam.page("/journal").text
    petra.submit(looked, None, button="Visa för klienten")
    with sessions() as session:
        record_id = session.scalars(select(CaseRecord.id)).one()
        assert session.scalars(select(Mask)).one().ground is Ground.REPORTER
    read = mariam.page(f"/journal/{record_id}")
    assert "Rut" not in read.soup.encode().decode()
    assert passages(read, ".i-passages:first-of-type > .i-pass > .i-pass__text")[:2] == passages(
        looked, ".i-pass__text"
    )
    assert [one.get_text() for one in looked.soup.select(".i-pass.is-hidden summary")] == [
        one.get_text() for one in read.soup.select(".i-pass.is-hidden summary")
    ]
    mariam.submit(read, "#s2 form", {"kind": "wrong", "text": "Han arbetar halvtid."})
    with sessions() as session:
        said = session.scalars(select(Remark)).one()

    page = petra.page(f"/dokumentation/{record_id}")
    assert "Klienten: Stämmer inte" in page.text
    edit = petra.page(page.link("Ny version"))
    text = "Jonas arbetar halvtid sedan september."
    page = petra.submit(edit, None, {"passages-1-text": text, "reason": "Mariam sa till."})
    page = petra.submit(page, "form[action$=las]")
    check = petra.page(page.link("Visa för klienten"))
    assert check.one("#masks-2-fate-1").has_attr("checked")
    petra.submit(check, None, {"checked": "y"}, button="Visa för klienten")
    with sessions() as session:
        corrected = session.scalars(select(Version.id).where(Version.number == 2)).one()
    answer = {"outcome": "corrected", "version": str(corrected), "text": "Tack, du har rätt."}
    petra.submit(petra.page(f"/synpunkter/{said.id}"), None, answer)

    changed = mariam.page(f"/journal/{record_id}/andrat")
    assert [one.get_text(strip=True) for one in changed.soup.select("ins")] == ["halvtid"]
    assert "Mariam sa till." in changed.text
    assert "Rut" not in changed.soup.encode().decode()
    after = mariam.page(f"/journal/{record_id}")
    assert "Tack, du har rätt." in after.one("#s2").get_text()
    assert "Rut" not in after.soup.encode().decode()

    gone = petra.submit(petra.page(petra.page(f"/dokumentation/{record_id}").link("Sluta visa")))
    assert "Klienten ser inte texten längre." in gone.text
    mariam.page(f"/journal/{record_id}", status=404)


def test_staff_see_whether_what_they_have_shown_was_read(
    petra: PageClient, client: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    address = f"/dokumentation/{version.record_id}"
    assert "läst" not in petra.page(address).one("section[aria-labelledby=versioner]").get_text().casefold()
    with writing(sessions) as session:
        session.info["world"] = world
        release(session, world, version)
    assert "Inte läst än" in petra.page(address).text
    as_client(client, sessions, world).page(f"/journal/{version.record_id}")
    assert "Läst första gången" in petra.page(address).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "Skriv en kort rubrik."),
        ({"title": "x" * 121}, "1 tecken för lång"),
        ({"text": ""}, "Skriv minst ett stycke."),
        ({"text": "x" * 200_001}, "Texten är för lång."),
        ({"day": "2999-01-01"}, "Det har inte hänt än."),
        ({"day": ""}, "Välj en dag."),
    ],
)
def test_a_note_that_cannot_be_saved_keeps_what_was_typed(
    petra: PageClient, sessions: sessionmaker[Session], world: World, fields: dict[str, str], said: str
) -> None:
    form = petra.page(f"/dokumentation/arende/{world.money}/ny")
    page = petra.submit(form, None, {**NEW, **fields}, status=422)
    assert any(said in error for error in page.errors())
    assert page.one("textarea").get_text().strip() == {**NEW, **fields}["text"]
    with sessions() as session:
        assert session.scalars(select(CaseRecord)).all() == []


def test_a_working_note_is_changed_until_it_is_locked(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    page = petra.submit(petra.page(f"/dokumentation/arende/{world.money}/ny"), None, NEW)
    edit = petra.page(page.link("Ändra"))
    empty = {"passages-0-text": "", "passages-1-text": "", "passages-2-text": ""}
    refused = petra.submit(edit, None, empty, status=422)
    assert any("Skriv minst ett stycke." in error for error in refused.errors())
    page = petra.submit(edit, None, {"passages-0-text": "Ett.\n\nTvå.", "passages-2-text": "", "more": "Sist."})
    assert passages(page) == ["Ett.", "Två.", "Jonas arbetar heltid sedan september.", "Sist."]
    petra.submit(page, "form[action$=las]")
    stale = petra.submit(page, "form[action$=las]", status=409)
    assert stale.heading
    with sessions() as session:
        assert session.scalars(select(Version)).one().state is VersionState.LOCKED


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Kontrollera texten innan du visar den."),
        ({"checked": "y", "masks-1-fate": "dolj"}, "Välj en grund."),
        ({"checked": "y", "when": "senare"}, "Välj dag och tid."),
        ({"checked": "y", "summary": "x" * 10_001}, "1 tecken för lång"),
    ],
)
def test_a_check_that_is_not_whole_shows_nothing(
    petra: PageClient, sessions: sessionmaker[Session], version: Version, fields: dict[str, str], said: str
) -> None:
    check = petra.page(f"/dokumentation/{version.record_id}/{version.id}/visa")
    for button in ("Se som klienten", "Visa för klienten"):
        page = petra.submit(check, None, fields, button=button, status=422)
        assert any(said in error for error in page.errors())
    with sessions() as session:
        assert session.scalars(select(Release)).all() == []


def test_a_foreign_passage_or_a_missing_answer_is_refused(
    petra: PageClient, sessions: sessionmaker[Session], version: Version
) -> None:
    check = petra.page(f"/dokumentation/{version.record_id}/{version.id}/visa")
    foreign = {"checked": "y", "masks-1-fate": "dolj", "masks-1-ground": "reporter", "masks-1-id": str(new_id())}
    unsaid = {"checked": "y", "masks-1-fate": None}
    untold = {**unsaid, "masks-1-id": None, "masks-1-ground": None, "masks-1-why": None}
    for fields in (foreign, {**foreign, "masks-1-id": "x"}, unsaid, untold):
        petra.submit(check, None, fields, button="Visa för klienten", status=422)
    with sessions() as session:
        assert session.scalars(select(Release)).all() == []


def test_what_is_shown_later_is_not_there_before(
    petra: PageClient, client: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    check = petra.page(f"/dokumentation/{version.record_id}/{version.id}/visa")
    later = {"checked": "y", "when": "senare", "day": "2999-01-02", "at": "08:00"}
    assert "Klienten får läsa från" in petra.submit(check, None, later, button="Visa för klienten").text
    as_client(client, sessions, world).page(f"/journal/{version.record_id}", status=404)


def pages(version: Version, case_id: uuid.UUID) -> list[str]:
    here = f"/dokumentation/{version.record_id}"
    case = f"/dokumentation/arende/{case_id}"
    return [
        case,
        f"{case}/ny",
        here,
        f"{here}/{version.id}",
        f"{here}/{version.id}/skriv",
        f"{here}/{version.id}/visa",
        f"{here}/ta-bort",
    ]


def test_only_whoever_works_on_the_case_finds_anything_and_readings_are_logged(
    staff_client: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    sign_in(sessions, staff_client, world.staff(world.petra))
    for path in pages(version, world.money):
        staff_client.page(path)
    with sessions() as session:
        entries = session.scalars(select(AccessEntry)).all()
    assert [(entry.subject_id, entry.what) for entry in entries] == [(world.mariam, "records")] * 7
    sign_in(sessions, staff_client, world.staff(world.henrik))
    token = staff_client.page("/arbetsko").soup.select("input[name=csrf_token]")[0]["value"]
    for path in [*pages(version, world.money), f"/dokumentation/{new_id()}"]:
        staff_client.page(path, status=404)
    for path in [*pages(version, world.money)[4:], f"/dokumentation/{version.record_id}/{version.id}/las"]:
        assert staff_client.post(path, data={"csrf_token": token}).status_code == 404


def test_a_system_manager_reaches_none_of_it(
    staff_client: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    """A manager sees health and settings and never a client's data, also by an assignment that should not be."""
    with writing(sessions) as session:
        session.info["world"] = world
        session.get_one(StaffMember, world.henrik).role = Role.MANAGER
        session.add(CaseAssignment(case_id=world.money, staff_id=world.henrik))
        release(session, world, version)
        said = remark(session, world, version)
    world.roles[world.henrik] = Role.MANAGER
    sign_in(sessions, staff_client, world.staff(world.henrik))
    here = staff_client.page("/")
    token = here.soup.select("input[name=csrf_token]")[0]["value"]
    assert "Synpunkter" not in here.text
    wanted = [*pages(version, world.money), "/synpunkter", f"/synpunkter/{said.id}"]
    for path in wanted:
        page = staff_client.page(path, status=403)
        assert page.heading
        assert not {"Mariam", "Telefonsamtal", "Jonas"} & set(page.text.split())
    posted = [*wanted[1:2], *wanted[4:7], wanted[8], f"/dokumentation/{version.record_id}/{version.id}/las"]
    for path in posted:
        assert staff_client.post(path, data={"csrf_token": token, "do": "visa"}).status_code == 403
    with sessions() as session:
        assert session.scalars(select(AccessEntry)).all() == []


def test_the_pages_cost_the_same_with_more_to_show(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    with writing(sessions) as session:
        session.info["world"] = world
        first = released(session, world, hide={2: Ground.REPORTER})
        remark(session, world, first)
    costs = []
    for number in (1, 6):
        with writing(sessions) as session:
            session.info["world"] = world
            for _count in range(number):
                remark(session, world, released(session, world))
                remark(session, world, first)
            assert len(passage_ids(session, first)) == 3
        found = {}
        for path in pages(first, world.money):
            petra.page(path)
            with counted(sessions) as statements:
                petra.page(path)
            found[path] = len(statements)
        costs.append(found)
    assert costs[0] == costs[1]
    assert max(costs[1].values()) <= MOST_QUERIES
