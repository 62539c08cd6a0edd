"""Every error is one plain page in the person's language, and tells nobody anything else."""

import json
from collections.abc import Callable

import pytest
import structlog
from bs4 import BeautifulSoup
from flask import Flask, Response, abort
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from portal.audit.models import AuditEntry
from portal.core import errors
from portal.core.actor import Side
from portal.core.db import make_engine, make_sessionmaker
from portal.people.models import Board
from portal.web.access import Public
from portal.web.db import db
from portal.web.routes import Feature
from tests.identity.provider import Visitor
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient

Sessions = sessionmaker[Session]
SECRET = "hemligt-värde-198511292388"
STATUSES = {
    400: errors.DomainError,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    422: errors.InvalidInput,
}


def add(app: Flask, view: Callable[[], Response], *, writes: bool = False) -> None:
    """Add a public page that does something."""
    feature = Feature("extra")
    view.__name__ = "view"
    feature.route("/extra", access=Public(), writes=writes)(view)
    feature.register(app, frozenset(Side))


def raising(error: BaseException) -> Callable[[], Response]:
    def view() -> Response:
        db().add(Board(code="extra", name="Extra"))
        db().flush()
        raise error

    return view


def boards(sessions: Sessions) -> int:
    with sessions() as session:
        return len(session.scalars(select(Board)).all())


def heading(answer: TestResponse) -> str:
    found = BeautifulSoup(answer.text, "html5lib").h1
    assert found is not None
    return found.get_text(strip=True)


@pytest.mark.parametrize("status", STATUSES)
def test_errors_of_the_domain_have_their_page_and_roll_back(
    app: Flask, client: PageClient, sessions: Sessions, status: int
) -> None:
    add(app, raising(STATUSES[status](reason=SECRET if status not in {403, 404} else "reason")))
    answer = client.get("/extra")
    assert answer.status_code == status
    assert str(STATUSES[status].message) in answer.text
    assert SECRET not in answer.text
    assert boards(sessions) == 0


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
@pytest.mark.parametrize("language", ["sv", "ar"])
def test_every_status_has_a_page_in_the_persons_language(
    app: Flask, client: PageClient, status: int, language: str
) -> None:
    def view() -> Response:
        abort(status)

    add(app, view)
    client.set_cookie("insyn-sprak", language)
    answer = client.get("/extra")
    assert answer.status_code == (status if status < 500 else 500)
    page = BeautifulSoup(answer.text, "html5lib")
    assert page.html is not None
    assert (page.html["lang"], page.html["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    assert heading(answer)


def test_denials_outlive_the_rollback(app: Flask, client: PageClient, sessions: Sessions, world: World) -> None:
    add(app, raising(errors.NotFound(reason="foreign")))
    worlds.sign_in(sessions, client, world.client(world.mariam))
    assert client.get("/extra").status_code == 404
    with sessions() as session:
        (entry,) = session.scalars(select(AuditEntry))
        assert (entry.actor_id, entry.outcome) == (world.mariam, "denied")
        assert entry.detail == {"route": "extra.view", "reason": "foreign"}
        assert session.scalars(select(Board).where(Board.code == "extra")).all() == []


def test_an_unexpected_error_shows_a_reference_and_nothing_else(
    app: Flask, client: PageClient, sessions: Sessions, capfd: pytest.CaptureFixture[str]
) -> None:
    add(app, raising(RuntimeError(SECRET)))
    with capture_logs() as logs:
        answer = client.get("/extra")
    assert answer.status_code == 500
    (entry,) = logs
    assert entry["reference"] in answer.text
    assert (entry["kind"], entry["route"]) == ("RuntimeError", "extra.view")
    shown = answer.text + json.dumps(logs) + "".join(capfd.readouterr())
    for word in (SECRET, "Traceback", "198511292388"):
        assert word not in shown
    assert "RuntimeError" not in answer.text
    assert boards(sessions) == 0


def test_an_error_of_the_database_repeats_no_value(app: Flask, client: PageClient) -> None:
    def view() -> Response:
        db().execute(text("INSERT INTO nothing VALUES (:value)"), {"value": SECRET})
        return Response()

    add(app, view)
    with capture_logs() as logs:
        answer = client.get("/extra")
    assert answer.status_code == 500
    assert SECRET not in answer.text + str(logs)


def test_a_failure_at_commit_gives_the_error_page(app: Flask, client: PageClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(text("CREATE TABLE early (id INTEGER PRIMARY KEY)"))
        session.execute(text("CREATE TABLE late (id INTEGER REFERENCES early (id) DEFERRABLE INITIALLY DEFERRED)"))

    def view() -> Response:
        db().add(Board(code="extra", name="Extra"))
        db().flush()
        db().execute(text("INSERT INTO late VALUES (7)"))  # which the database notices at the end
        return Response("Skickat", mimetype="text/plain")

    add(app, view, writes=True)
    with capture_logs() as logs:
        answers = [client.get("/extra") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500, 500, 500]
    assert "Skickat" not in answers[0].text
    assert {entry["kind"] for entry in logs} == {"IntegrityError"}
    assert boards(sessions) == 0


def test_a_failure_of_what_comes_after_the_page_logs_no_value(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Flask's own log would write the trace with the message."""

    def fail(_response: Response) -> Response:
        raise RuntimeError(SECRET)

    app.after_request(fail)
    with capture_logs() as logs:
        answer = FlaskClient(app, app.response_class).get("/tillganglighet")
    assert answer.status_code == 500
    assert heading(answer) == "Något gick fel hos oss"
    assert SECRET not in str(logs) + caplog.text + answer.text


def test_an_unknown_address_is_404_and_not_logged_as_a_denial(client: PageClient, sessions: Sessions) -> None:
    answer = client.get("/finns-inte/198511292388")
    assert (answer.status_code, heading(answer)) == (404, "Vi hittar inte sidan")
    assert "198511292388" not in answer.text
    with sessions() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def menu(page: BeautifulSoup) -> list[str]:
    return [str(link["href"]) for link in page.select(".i-nav a, .i-side a")]


@pytest.mark.parametrize("path", ["/finns-inte", "/logga-ut", "/meddelanden/1"])
def test_whoever_is_signed_in_keeps_the_menu_on_a_page_that_refuses(
    client: PageClient, sessions: Sessions, world: World, path: str
) -> None:
    worlds.sign_in(sessions, client, world.client(world.mariam))
    usual, page = (BeautifulSoup(client.get(one).text, "html5lib") for one in ("/idag", path))
    assert menu(page) == menu(usual)
    assert "/meddelanden" in menu(page)
    assert usual.select(".i-nav [aria-current]")
    assert page.select(".i-nav [aria-current]") == []
    assert page.select('form[action="/logga-ut"]')
    assert page.select(".i-langs") == []


def test_staff_keep_their_own_menu_and_learn_of_no_exit(
    staff_client: PageClient, sessions: Sessions, world: World
) -> None:
    worlds.sign_in(sessions, staff_client, world.staff(world.petra))
    usual, page = (BeautifulSoup(staff_client.get(one).text, "html5lib") for one in ("/arbetsko", "/finns-inte"))
    assert menu(page) == menu(usual)
    assert "/arbetsko" in menu(page)
    assert page.select("[data-exit]") == []


def test_while_the_database_is_away_there_is_a_page_that_says_so(
    app: Flask, client: PageClient, sessions: Sessions, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    worlds.sign_in(sessions, client, world.client(world.mariam))
    away = make_engine("sqlite:////nonexistent/portal.db")
    app.extensions["insyn.sessions"] = make_sessionmaker(away)
    with capture_logs() as logs:
        answers = [client.get("/idag"), client.post("/logga-ut")]
    away.dispose()
    assert [(answer.status_code, heading(answer)) for answer in answers] == [(500, "Något gick fel hos oss")] * 2
    assert [entry["kind"] for entry in logs] == ["OperationalError"] * 2
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_wrong_method_is_405_and_tells_the_right_ones(client: PageClient) -> None:
    answer = client.get("/logga-ut")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_too_large_a_post_is_413(visitor: Visitor) -> None:
    answer = visitor.browser.post("/logga-in/x", data={"next": "x" * 3_000_000})
    assert (answer.status_code, heading(answer)) == (413, "Det du skickade är för stort")


@pytest.mark.parametrize("values", [{}, {"csrf_token": "x"}, {"csrf_token": "IjEyMyI.aaaa.bbbb"}])
def test_a_post_without_the_right_form_token_is_refused_and_logged(
    visitor: Visitor, sessions: Sessions, values: dict[str, str]
) -> None:
    visitor.browser.get("/logga-in")
    answer = visitor.browser.post("/logga-in/x", data=values)
    assert answer.status_code == 400
    with sessions() as session:
        (entry,) = session.scalars(select(AuditEntry))
        assert entry.detail == {"route": "identity.start", "reason": "csrf"}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "rubbish"])
def test_another_sites_post_is_refused_and_logged(visitor: Visitor, sessions: Sessions, site: str) -> None:
    token = visitor.token(visitor.browser.get("/logga-in"))
    answer = visitor.browser.post("/logga-in/x", data={"csrf_token": token}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    with sessions() as session:
        (entry,) = session.scalars(select(AuditEntry))
        assert entry.detail["reason"] == "foreign_post"


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_ones_own_post_is_let_through(visitor: Visitor, site: str | None) -> None:
    token = visitor.token(visitor.browser.get("/logga-in"))
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert visitor.browser.post("/logga-in/x", data={"csrf_token": token}, headers=headers).status_code == 404


def test_headers_stand_on_errors_too(client: PageClient) -> None:
    for path in ("/finns-inte", "/logga-ut", "/tillganglighet", "/lamna"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Strict-Transport-Security" not in headers  # http
    assert "max-age" in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_only_the_sign_in_page_lets_a_form_lead_to_the_provider(visitor: Visitor) -> None:
    def targets(path: str) -> str:
        policy = visitor.browser.get(path).headers["Content-Security-Policy"]
        return next(part for part in policy.split("; ") if part.startswith("form-action"))

    assert targets("/logga-in") == "form-action 'self' http://localhost:8099"
    assert targets("/tillganglighet") == "form-action 'self'"


@pytest.mark.parametrize(
    ("cookie", "wish", "shown"),
    [
        (None, None, "sv"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fi", "sv"),
        ("ar", "en", "ar"),
        ("xx", "en", "en"),
        ("sv", "ar", "sv"),
    ],
)
def test_the_language_of_a_page(client: PageClient, cookie: str | None, wish: str | None, shown: str) -> None:
    if cookie:
        client.set_cookie("insyn-sprak", cookie)
    page = BeautifulSoup(client.get("/logga-in", headers={"Accept-Language": wish} if wish else {}).text, "html5lib")
    assert page.html is not None
    assert page.html["lang"] == shown


def test_a_language_does_not_stay_for_the_next_request(app: Flask) -> None:
    first, second = PageClient(app, app.response_class), PageClient(app, app.response_class)
    first.set_cookie("insyn-sprak", "ar")
    assert 'lang="ar"' in first.get("/tillganglighet").text
    assert 'lang="sv"' in second.get("/tillganglighet").text


def test_the_language_is_remembered_and_leads_back(client: PageClient) -> None:
    answer = client.get("/sprak/en?next=/tillganglighet")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tillganglighet")
    cookie = client.get_cookie("insyn-sprak")
    assert cookie is not None
    assert (cookie.value, cookie.http_only, cookie.same_site) == ("en", True, "Lax")
    assert client.get("/sprak/en?next=//evil.example").headers["Location"] == "/"
    assert client.get("/sprak/xx").status_code == 404


def test_logs_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    from portal.core.logs import configure_logs

    before = structlog.get_config()
    configure_logs("WARNING")
    try:
        structlog.get_logger("x").warning("told", code="c")
        structlog.get_logger("x").info("not told")
    finally:
        structlog.configure(**before)
    (line,) = capsys.readouterr().err.splitlines()
    assert {key: json.loads(line)[key] for key in ("event", "level", "code")} == {
        "event": "told",
        "level": "warning",
        "code": "c",
    }
