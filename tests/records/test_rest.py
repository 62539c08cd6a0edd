"""Resten stämmer: the rest of the passages is right, in one go, and back."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.db import writing
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.records import queries, service
from portal.records.models import Remark
from portal.records.rules.states import Ground, RemarkKind, RemarkState
from portal.sync.contract import Kind
from portal.sync.models import OutboxMessage
from tests.records.world import World, make, passage_ids, released, remark, revised, sign_in, submission
from tests.support.client import PageClient

TEXT = "Ett.\n\nTvå.\n\nTre.\n\nFyra.\n\nFem."


def right(session: Session, state: RemarkState = RemarkState.AGREED) -> set[object]:
    wanted = select(Remark.passage_id).where(Remark.kind == RemarkKind.RIGHT, Remark.state == state)
    return set(session.scalars(wanted))


def test_only_what_is_shown_and_unsaid_is_marked_once_and_taken_back(session: Session, world: World) -> None:
    version = released(session, world, TEXT, hide={4: Ground.OTHER_PERSON})
    ids = passage_ids(session, version)
    mariam, pressed = world.client(world.mariam), submission()
    where = {"record_id": version.record_id, "number": 1}
    said = remark(session, world, version, 0)
    back = remark(session, world, version, 1)
    service.withdraw_remark(session, mariam, back.id)
    kind, text = RemarkKind.WRONG, "Nja"
    service.save_draft(session, mariam, **where, passage_id=ids[2], kind=kind, text=text, submission=submission())
    found = service.agree_with_rest(session, mariam, **where, submission=pressed)
    assert [each.passage_id for each in found] == [ids[1], ids[3]]
    again = service.agree_with_rest(session, mariam, **where, submission=pressed)
    assert [each.id for each in again] == [each.id for each in found]
    assert service.agree_with_rest(session, mariam, **where, submission=submission()) == []
    assert right(session) == {ids[1], ids[3]}
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == Kind.REMARK)).all()
    assert {row.payload["id"] for row in told} == {str(each.id) for each in (said, back, *found)}
    assert queries.waiting(session, world.staff(world.petra))[0].id == said.id
    assert service.undo_rest(session, mariam, record_id=version.record_id, submission=pressed) == 2
    assert service.undo_rest(session, mariam, record_id=version.record_id, submission=pressed) == 0
    assert right(session) == set()
    assert right(session, RemarkState.WITHDRAWN) == {ids[1], ids[3]}
    assert said.state is RemarkState.OPEN


def test_nobody_else_agrees_or_takes_back(session: Session, world: World) -> None:
    version, pressed = released(session, world, TEXT), submission()
    where = {"record_id": version.record_id, "number": 1, "submission": pressed}
    with pytest.raises(NotFound):
        service.agree_with_rest(session, world.client(world.tor), **where)
    with pytest.raises(Forbidden):
        service.agree_with_rest(session, world.staff(world.petra), **where)
    for wrong in ("", "x" * 64, "å"):
        with pytest.raises(InvalidInput):
            service.agree_with_rest(session, world.client(world.mariam), **{**where, "submission": wrong})
    service.agree_with_rest(session, world.client(world.mariam), **where)
    with pytest.raises(NotFound):
        service.undo_rest(session, world.client(world.tor), record_id=version.record_id, submission=pressed)
    assert len(right(session)) == 5


def test_of_an_older_version_the_rest_is_of_that_version(session: Session, world: World) -> None:
    version = released(session, world, TEXT)
    revised(session, world, version.record_id, {0: ""})
    mariam = world.client(world.mariam)
    found = service.agree_with_rest(session, mariam, record_id=version.record_id, number=1, submission=submission())
    assert {each.version_id for each in found} == {version.id}
    assert len(found) == 5


def test_the_button_and_its_way_back(client: PageClient, app: Flask) -> None:
    sessions: sessionmaker[Session] = app.extensions["insyn.sessions"]
    with writing(sessions) as session:
        world = make(session)
        version = released(session, world, TEXT)
        remark(session, world, version, 1)
    sign_in(sessions, client, world.client(world.mariam))
    page = client.page(f"/journal/{version.record_id}")
    assert "4 stycken har du inte sagt något om." in page.text
    button = "form[action$=resten]"
    done = client.submit(page, button)
    assert "4 stycken är markerade som rätt." in done.one(".ds-alert[data-color=success]").get_text()
    assert done.text.count("Du: Stämmer") == 5
    assert not done.soup.select(button)
    client.submit(page, button)
    undone = client.submit(done, "form[action$=angra]")
    assert "Du har tagit tillbaka 4 markeringar." in undone.text
    assert undone.soup.select(button)
    assert not undone.soup.select("form[action$=angra]")
    with sessions() as session:
        states = [row.state for row in session.scalars(select(Remark).where(Remark.kind == RemarkKind.RIGHT))]
        assert states == [RemarkState.WITHDRAWN] * 4
