"""What was typed when a session had timed out: kept for the same person, once, and for nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.core import clock
from portal.core.actor import Actor
from portal.identity.models import KeptForm
from portal.identity.service import take_kept_form
from portal.messages.models import Message
from tests.identity.provider import MARIAM, PETRA, TOR, Visitor
from tests.messages import world as worlds
from tests.messages.world import World

Sessions = sessionmaker[Session]
TYPED = "Det här skrev jag innan jag blev utloggad"
HOUR = timedelta(hours=1)


def post_late(
    visitor: Visitor,
    sessions: Sessions,
    who: Actor,
    path: str,
    *,
    token: bool = True,
    htmx: bool = False,
    ago: timedelta = timedelta(0),
) -> TestResponse:
    """Open a form in a session an hour older, and send it now or ``ago``: the provider's answers are always of now."""
    with clock.travel(-ago - HOUR):
        worlds.sign_in(sessions, visitor.browser, who)
        page = visitor.browser.page(path)
    form = page.one("main form[method=post]:has(textarea)")
    values = {str(tag["name"]): str(tag.get("value", "")) for tag in form.find_all("input", attrs={"name": True})}
    values["text"] = TYPED
    if not token:
        values.pop("csrf_token")
    with clock.travel(-ago):
        return visitor.browser.post(path, data=values, headers={"HX-Request": "true"} if htmx else {})


def kept(sessions: Sessions) -> list[KeptForm]:
    with sessions() as session:
        return list(session.scalars(select(KeptForm)))


def comes_back(visitor: Visitor, path: str) -> bool:
    return TYPED in visitor.browser.page(path).one("main textarea").get_text()


@pytest.fixture
def path(world: World) -> str:
    return f"/meddelanden/{world.money}"


def test_the_text_comes_back_once_to_the_same_person(
    visitor: Visitor, sessions: Sessions, world: World, path: str
) -> None:
    answer = post_late(visitor, sessions, world.client(world.mariam), path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/logga-in?next={path}&kept=1")
    page = visitor.browser.page(answer.headers["Location"])
    assert "Texten du skrev är sparad" in page.text
    assert TYPED not in page.text
    assert visitor.sign_in(MARIAM, next_path=path).headers["Location"] == path
    assert comes_back(visitor, path)
    assert not comes_back(visitor, path)
    with sessions() as session:
        assert session.scalars(select(Message)).all() == []  # nothing was sent behind the person's back


def let_time_run_out(visitor: Visitor, sessions: Sessions, who: Actor, path: str, **values: str) -> TestResponse:
    """Post what the page's script posts when the time is out, an hour after the sign-in."""
    with clock.travel(-HOUR):
        worlds.sign_in(sessions, visitor.browser, who)
        page = visitor.browser.page(path)
    data = {"csrf_token": visitor.token(page.response), "text": TYPED, **values}
    return visitor.browser.post("/session/behall", query_string={"path": path}, data=data)


def test_what_is_being_typed_when_the_time_runs_out_comes_back(
    visitor: Visitor, sessions: Sessions, world: World, path: str
) -> None:
    assert let_time_run_out(visitor, sessions, world.client(world.mariam), path).status_code == 204
    assert not visitor.signed_in()
    visitor.sign_in(MARIAM, next_path=path)
    assert comes_back(visitor, path)
    assert not comes_back(visitor, path)
    with sessions() as session:
        assert session.scalars(select(Message)).all() == []


def test_it_is_kept_for_its_writer_alone(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    let_time_run_out(visitor, sessions, world.client(world.mariam), path)
    visitor.sign_in(TOR)
    with sessions() as session:
        assert take_kept_form(session, world.client(world.tor), path) is None


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/finns-inte", "/logga-ut", ""])
def test_it_is_kept_for_pages_of_ours_alone(
    visitor: Visitor, sessions: Sessions, world: World, path: str, where: str
) -> None:
    with clock.travel(-HOUR):
        worlds.sign_in(sessions, visitor.browser, world.client(world.mariam))
        token = visitor.token(visitor.browser.get(path))
    answer = visitor.browser.post("/session/behall", query_string={"path": where}, data={"csrf_token": token})
    assert (answer.status_code, kept(sessions)) == (422, [])


def test_a_script_elsewhere_has_nothing_kept(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    answer = let_time_run_out(visitor, sessions, world.client(world.mariam), path, csrf_token="x")
    assert (answer.status_code, kept(sessions)) == (400, [])


def test_the_kept_text_stands_encrypted(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    post_late(visitor, sessions, world.client(world.mariam), path)
    (row,) = kept(sessions)
    assert row.fields["text"] == [TYPED]
    assert "csrf_token" not in row.fields
    with sessions() as session:
        raw = session.execute(text("SELECT fields FROM kept_form")).scalar_one()
        assert b"skrev" not in bytes(raw)


def test_the_kept_text_can_be_sent(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    post_late(visitor, sessions, world.client(world.mariam), path)
    visitor.sign_in(MARIAM, next_path=path)
    visitor.browser.submit(visitor.browser.page(path), "main form[method=post]:has(textarea)")
    with sessions() as session:
        assert [message.text for message in session.scalars(select(Message))] == [TYPED]


def test_htmx_is_sent_to_sign_in_and_the_text_is_kept(
    visitor: Visitor, sessions: Sessions, world: World, path: str
) -> None:
    answer = post_late(visitor, sessions, world.client(world.mariam), path, htmx=True)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, f"/logga-in?next={path}&kept=1")
    assert len(kept(sessions)) == 1


def test_another_person_on_the_same_browser_never_sees_it(
    visitor: Visitor, sessions: Sessions, world: World, path: str
) -> None:
    post_late(visitor, sessions, world.client(world.mariam), path)
    visitor.sign_in(TOR)
    assert visitor.browser.get(path).status_code == 404
    assert not comes_back(visitor, f"/meddelanden/{world.tors}")
    visitor.log_out()
    visitor.sign_in(MARIAM)
    assert comes_back(visitor, path)


def test_what_is_kept_is_given_to_its_owner_only_at_its_address_only(
    visitor: Visitor, sessions: Sessions, world: World, path: str
) -> None:
    post_late(visitor, sessions, world.client(world.mariam), path)
    with sessions.begin() as session:
        assert take_kept_form(session, world.client(world.tor), path) is None
        assert take_kept_form(session, world.client(world.mariam), "/annat") is None
        found = take_kept_form(session, world.client(world.mariam), path)
    assert found is not None
    assert found["text"] == [TYPED]


def test_after_log_out_nothing_is_kept(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    worlds.sign_in(sessions, visitor.browser, world.client(world.mariam))
    cookie = visitor.cookie or ""
    token = visitor.token(visitor.browser.page(path).response)
    visitor.log_out()
    visitor.browser.set_cookie("insyn-client-session", cookie)
    answer = visitor.browser.post(path, data={"csrf_token": token, "text": TYPED})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/logga-in?next={path}")
    assert kept(sessions) == []


def test_after_leaving_nothing_is_kept(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    worlds.sign_in(sessions, visitor.browser, world.client(world.mariam))
    cookie = visitor.cookie or ""
    token = visitor.token(visitor.browser.page(path).response)
    visitor.browser.get("/lamna")
    visitor.browser.set_cookie("insyn-client-session", cookie)
    visitor.browser.post(path, data={"csrf_token": token, "text": TYPED})
    assert kept(sessions) == []


def test_leaving_or_logging_out_after_the_time_out_forgets_what_was_kept(
    visitor: Visitor, sessions: Sessions, world: World, path: str
) -> None:
    post_late(visitor, sessions, world.client(world.mariam), path)
    assert len(kept(sessions)) == 1
    visitor.browser.get("/lamna")
    assert kept(sessions) == []


def test_without_the_form_token_nothing_is_kept(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    assert post_late(visitor, sessions, world.client(world.mariam), path, token=False).status_code == 400
    assert kept(sessions) == []


def test_a_day_later_nothing_is_kept(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    worlds.sign_in(sessions, visitor.browser, world.client(world.mariam))
    token = visitor.token(visitor.browser.page(path).response)
    with clock.travel(timedelta(hours=25)):
        visitor.browser.post(path, data={"csrf_token": token, "text": TYPED})
    assert kept(sessions) == []


def test_what_is_kept_too_long_does_not_come_back(
    visitor: Visitor, sessions: Sessions, world: World, path: str
) -> None:
    post_late(visitor, sessions, world.client(world.mariam), path, ago=timedelta(hours=2, minutes=1))
    assert len(kept(sessions)) == 1
    visitor.sign_in(MARIAM)
    assert not comes_back(visitor, path)


def test_a_button_without_a_form_is_not_kept(visitor: Visitor, sessions: Sessions, world: World) -> None:
    """Nobody is told that their text is saved who wrote none, nor sent to an address that only takes a post."""
    worlds.sign_in(sessions, visitor.browser, world.client(world.mariam))
    token = visitor.token(visitor.browser.get("/inloggningar"))
    with clock.travel(HOUR):
        answer = visitor.browser.post("/inloggningar/avsluta", data={"csrf_token": token})
    assert answer.headers["Location"] == "/logga-in"
    assert kept(sessions) == []


def test_a_huge_form_is_not_kept(visitor: Visitor, sessions: Sessions, world: World, path: str) -> None:
    worlds.sign_in(sessions, visitor.browser, world.client(world.mariam))
    token = visitor.token(visitor.browser.page(path).response)
    with clock.travel(HOUR):
        answer = visitor.browser.post(path, data={"csrf_token": token, "text": "x" * 250_000})
    assert "kept" not in answer.headers["Location"]
    assert kept(sessions) == []


def test_a_caseworkers_text_comes_back_on_a_page_that_logs_its_reading(
    staff_visitor: Visitor, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        worlds.write(session, world)
    path = f"/meddelanden/{world.money}"
    post_late(staff_visitor, sessions, world.staff(world.petra), path)
    staff_visitor.sign_in(PETRA)
    assert comes_back(staff_visitor, path)
    assert not comes_back(staff_visitor, path)
