"""The life of sessions: limits, lists, ends, and what is seen and not seen afterwards."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.actor import Side
from portal.identity.models import KeptForm, SignedInSession
from portal.identity.rules import EndReason
from portal.identity.service import clean_up
from portal.people.models import StaffMember
from tests.identity.provider import MARIAM, PETRA, TOR, Provider, Visitor
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient
from tests.support.database import Kind

Sessions = sessionmaker[Session]


def test_a_session_ends_when_it_lies_idle(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    with clock.travel(timedelta(minutes=19)):
        assert visitor.signed_in()
    with clock.travel(timedelta(minutes=38)):
        assert visitor.signed_in()
    with clock.travel(timedelta(minutes=59)):
        assert not visitor.signed_in()


def test_a_session_ends_after_the_absolute_limit_however_busy(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    for minutes in range(15, 480, 15):
        with clock.travel(timedelta(minutes=minutes)):
            assert visitor.signed_in(), minutes
    with clock.travel(timedelta(minutes=481)):
        assert not visitor.signed_in()


def test_a_timed_out_session_does_not_come_back(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    with clock.travel(timedelta(minutes=21)):
        assert not visitor.signed_in()
    with clock.travel(timedelta(minutes=22)):
        assert not visitor.signed_in()


def test_a_session_can_be_extended(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    token = visitor.token(visitor.browser.get("/inloggningar"))
    with clock.travel(timedelta(minutes=19)):
        answer = visitor.browser.post("/session/forlang", headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.data) == (204, b"")
    with clock.travel(timedelta(minutes=38)):
        assert visitor.signed_in()


def test_a_session_is_not_extended_without_the_form_token(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    assert visitor.browser.post("/session/forlang").status_code == 400


def test_a_dead_session_is_not_extended(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    token = visitor.token(visitor.browser.get("/inloggningar"))
    with clock.travel(timedelta(minutes=21)):
        assert visitor.browser.post("/session/forlang", data={"csrf_token": token}).status_code == 303
    with clock.travel(timedelta(minutes=22)):
        assert not visitor.signed_in()


def test_using_a_session_is_noted_at_most_once_a_minute(visitor: Visitor, sessions: Sessions) -> None:
    visitor.sign_in(MARIAM)

    def seen() -> object:
        with sessions() as session:
            return session.scalars(select(SignedInSession.last_seen_at)).one()

    first = seen()
    with clock.travel(timedelta(seconds=50)):
        visitor.signed_in()
    assert seen() == first
    with clock.travel(timedelta(seconds=70)):
        visitor.signed_in()
    assert seen() != first


def test_deactivated_staff_are_out_at_their_next_request(
    staff_visitor: Visitor, sessions: Sessions, world: World
) -> None:
    staff_visitor.sign_in(PETRA)
    assert staff_visitor.browser.get("/arbetsko").status_code == 200
    with sessions.begin() as session:
        session.execute(update(StaffMember).where(StaffMember.id == world.petra).values(active=False))
    assert staff_visitor.browser.get("/arbetsko").status_code == 303
    assert staff_visitor.sign_in(PETRA).status_code == 403


def test_log_out_ends_the_session(visitor: Visitor, sessions: Sessions) -> None:
    visitor.sign_in(MARIAM)
    cookie = visitor.cookie
    visitor.log_out()
    assert visitor.cookie is None
    assert cookie is not None
    visitor.browser.set_cookie("insyn-client-session", cookie)
    assert not visitor.signed_in()
    with sessions() as session:
        assert session.scalars(select(SignedInSession.end_reason)).one() is EndReason.LOGGED_OUT
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_out")).one().detail == {
            "reason": "logged_out"
        }


def test_log_out_wants_the_form_token(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    assert visitor.browser.post("/logga-ut").status_code == 400
    assert visitor.signed_in()


def test_log_out_of_a_timed_out_session_is_a_log_out(visitor: Visitor) -> None:
    """Whoever presses "Logga ut" an hour later must not be asked to sign in first."""
    visitor.sign_in(MARIAM)
    token = visitor.token(visitor.browser.get("/inloggningar"))
    with clock.travel(timedelta(hours=1)):
        answer = visitor.browser.post("/logga-ut", data={"csrf_token": token})
        assert answer.status_code == 303
        assert "/logga-in" not in answer.headers["Location"]
        assert visitor.cookie is None


def test_leaving_ends_the_session_and_forgets_the_pages(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    cookie = visitor.cookie
    answer = visitor.browser.get("/lamna")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.smhi.se/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    gone = [line for line in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in line]
    assert {line.partition("=")[0] for line in gone} == {f"insyn-client-{x}" for x in ("session", "login", "small")}
    assert cookie is not None
    visitor.browser.set_cookie("insyn-client-session", cookie)
    assert not visitor.signed_in()


def test_leaving_works_for_whoever_is_not_signed_in(visitor: Visitor) -> None:
    assert visitor.browser.get("/lamna").headers["Location"] == "https://www.smhi.se/"


def test_leaving_succeeds_while_others_write(visitor: Visitor, sessions: Sessions, database_kind: Kind) -> None:
    """Lämna sidan may never fail; another's commit between its look-up and its writing would, on SQLite."""
    visitor.sign_in(MARIAM)
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine)
    _write_before(engine, "UPDATE signed_in_session", database_kind)
    answer = visitor.browser.get("/lamna")
    assert (answer.status_code, answer.headers.get("Location")) == (303, "https://www.smhi.se/")


def _write_before(engine: Engine, statement_start: str, kind: Kind) -> None:
    """Let another process commit just before the first statement that begins so (if it gets the write lock)."""
    import sqlite3

    written: list[bool] = []

    @event.listens_for(engine, "before_cursor_execute")
    def write(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if kind == "sqlite" and statement.startswith(statement_start) and not written:
            written.append(True)
            other = sqlite3.connect(str(engine.url.database), timeout=0.05)
            try:
                other.execute("UPDATE board SET name = name || '.'")
                other.execute("INSERT INTO board (id, code, name) VALUES ('x', 'x', 'x')")
                other.commit()
            except sqlite3.OperationalError as error:
                assert "locked" in str(error)  # noqa: PT017 - the request holds the lock already: that is the cure
            finally:
                other.close()


def test_a_list_of_ones_own_sessions_only(
    visitor: Visitor, client: PageClient, provider: Provider, sessions: Sessions, world: World
) -> None:
    visitor.sign_in(MARIAM)
    worlds.sign_in(sessions, PageClient(client.application), world.client(world.mariam))
    worlds.sign_in(sessions, PageClient(client.application), world.client(world.tor))
    page = visitor.browser.page("/inloggningar")
    assert len(page.soup.select("main li.i-row")) == 2
    assert len(page.soup.select("main form")) == 1


def test_anothers_session_cannot_be_ended(
    visitor: Visitor, sessions: Sessions, world: World, client: PageClient
) -> None:
    visitor.sign_in(MARIAM)
    worlds.sign_in(sessions, PageClient(client.application), world.client(world.tor))
    with sessions() as session:
        foreign = session.scalars(select(SignedInSession.id).where(SignedInSession.person_id == world.tor)).one()
    token = visitor.token(visitor.browser.get("/idag"))
    for chosen in (foreign, uuid.uuid4()):
        answer = visitor.browser.post("/inloggningar/avsluta", data={"csrf_token": token, "session_id": str(chosen)})
        assert answer.status_code == 404
    with sessions() as session:
        assert session.get_one(SignedInSession, foreign).ended_at is None
        assert session.scalars(select(AuditEntry).where(AuditEntry.outcome == "denied")).all()


def test_ones_own_other_session_can_be_ended(
    visitor: Visitor, sessions: Sessions, world: World, client: PageClient
) -> None:
    other = PageClient(client.application)
    worlds.sign_in(sessions, other, world.client(world.mariam))
    visitor.sign_in(MARIAM)
    page = visitor.browser.page("/inloggningar")
    after = visitor.browser.submit(page)
    assert "Utloggad på en annan enhet." in after.text
    assert other.get("/inloggningar").status_code == 303
    assert visitor.signed_in()


def test_all_other_sessions_can_be_ended(
    visitor: Visitor, sessions: Sessions, world: World, client: PageClient
) -> None:
    others = [PageClient(client.application) for _ in range(3)]
    for other in others:
        worlds.sign_in(sessions, other, world.client(world.mariam))
    visitor.sign_in(MARIAM)
    page = visitor.browser.page("/inloggningar")
    visitor.browser.submit(page, "main form:last-of-type:not(li form)")
    assert [other.get("/inloggningar").status_code for other in others] == [303, 303, 303]
    assert visitor.signed_in()


def test_rubbish_as_a_session_is_refused(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    token = visitor.token(visitor.browser.get("/inloggningar"))
    answer = visitor.browser.post("/inloggningar/avsluta", data={"csrf_token": token, "session_id": "' OR 1=1"})
    assert answer.status_code == 422


def test_every_signed_in_page_has_the_form_token_of_its_session(visitor: Visitor, sessions: Sessions) -> None:
    visitor.sign_in(MARIAM)
    with sessions() as session:
        csrf = session.scalars(select(SignedInSession.csrf)).one()
    small = visitor.browser.get_cookie("insyn-client-small")
    assert small is None or csrf not in small.value
    first, second = (visitor.token(visitor.browser.get("/inloggningar")) for _ in range(2))
    assert visitor.browser.post("/session/forlang", data={"csrf_token": first}).status_code == 204
    assert visitor.browser.post("/session/forlang", data={"csrf_token": second}).status_code == 204


def test_a_form_token_of_another_session_is_refused(
    visitor: Visitor, client: PageClient, provider: Provider, sessions: Sessions
) -> None:
    other = Visitor(PageClient(client.application), provider, Side.CLIENT)
    other.sign_in(TOR)
    visitor.sign_in(MARIAM)
    foreign = other.token(other.browser.get("/inloggningar"))
    assert visitor.browser.post("/logga-ut", data={"csrf_token": foreign}).status_code == 400
    assert visitor.signed_in()


@pytest.mark.parametrize("forged", ["", "x", "e30.x", "eyJjc3JmX3Rva2VuIjoiYSJ9.AAAA"])
def test_a_forged_small_cookie_counts_as_none(visitor: Visitor, forged: str) -> None:
    visitor.browser.set_cookie("insyn-client-small", forged)
    assert visitor.sign_in(MARIAM).status_code == 303


def test_what_is_past_its_time_is_cleaned_up(visitor: Visitor, sessions: Sessions) -> None:
    visitor.sign_in(MARIAM)
    visitor.start(fresh="1")
    with clock.travel(timedelta(days=2)), sessions.begin() as session:
        clean_up(session)
        counts = {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - names of ours
            for table in ("sign_in_request", "seen_assertion", "signed_in_session")
        }
    assert counts == {"sign_in_request": 0, "seen_assertion": 0, "signed_in_session": 1}
    with clock.travel(timedelta(days=32)), sessions.begin() as session:
        clean_up(session)
        assert session.scalars(select(SignedInSession)).all() == []
        assert session.scalars(select(KeptForm)).all() == []
        assert session.scalars(select(AuditEntry)).all()
