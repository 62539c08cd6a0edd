"""Who may use which route: declared, enforced, and written down where every change shows."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, make_response
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.app import FEATURES
from portal.audit import service as audit
from portal.audit.models import AccessEntry, AuditEntry
from portal.core import clock
from portal.core.actor import Side
from portal.people.models import Board
from portal.people.rules import Role
from portal.web.access import Access, Client, Public, SignedIn, Staff
from portal.web.db import db
from portal.web.routes import Feature, actor
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient

Sessions = sessionmaker[Session]
SNAPSHOT = Path(__file__).with_name("routes.snapshot")


def words(access: Access) -> str:
    match access:
        case Public():
            return "public" + ("" if access.csrf else ", without form token")
        case Client():
            parts = [f"client, level {access.level}"]
        case Staff():
            parts = [f"staff with {access.permission}, level {access.level}"]
            parts += [f"reads {access.reads}"] if access.reads else []
        case SignedIn():
            parts = [f"whoever is signed in, level {access.level}"]
    return ", ".join([*parts, *([f"fresh within {access.fresh} min"] if access.fresh is not None else [])])


def snapshot() -> str:
    lines = []
    for side in Side:
        lines.append(f"[{side}]")
        lines += sorted(
            f"{route.rule:<44} {','.join(sorted(route.methods)):<5} {words(route.access)}"
            for feature in FEATURES
            for route in feature.routes
            if route.access.side in {None, side}
        )
        lines.append("")
    return "\n".join(lines)


def test_every_route_is_as_written_down() -> None:
    assert snapshot() == SNAPSHOT.read_text("utf-8"), (
        "Who may use which route has changed. If that is meant, run `python -m tests.web.test_routes` and commit "
        "tests/web/routes.snapshot, so that the change shows in review."
    )


def test_the_application_has_the_declared_routes_and_no_others(make_app: Callable[..., Flask]) -> None:
    for side in Side:
        app = make_app(side)
        declared = {
            (route.rule, route.endpoint)
            for feature in FEATURES
            for route in feature.routes
            if route.access.side in {None, side}
        }
        assert {(rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()} == declared


def test_a_route_without_access_is_an_error_at_import() -> None:
    with pytest.raises(TypeError, match="access"):
        Feature("x").route("/x")  # type: ignore[call-arg]


def test_a_route_added_by_hand_is_denied_and_logged(app: Flask, sessions: Sessions) -> None:
    called: list[bool] = []

    def sneak() -> str:
        called.append(True)
        return "x"

    app.add_url_rule("/smyg", "smyg", sneak)
    assert app.test_client().get("/smyg").status_code == 403
    assert called == []
    with sessions() as session:
        (entry,) = session.scalars(select(AuditEntry))
        assert entry.detail == {"route": "smyg", "reason": "undeclared"}


@pytest.mark.parametrize("path", ["/arbetsko", "/klienter", "/idag"])
def test_the_other_sides_pages_do_not_exist(client: PageClient, staff_client: PageClient, path: str) -> None:
    other = staff_client if path == "/idag" else client
    assert other.get(path).status_code == 404


def test_a_clients_process_has_no_route_of_staff(app: Flask, staff_app: Flask) -> None:
    for side, made in ((Side.CLIENT, app), (Side.STAFF, staff_app)):
        kit = made.extensions["insyn.web"]
        assert {access.side for access in kit.access.values()} <= {None, side}


def extra(
    app: Flask, access: Access, *, methods: tuple[str, ...] = ("GET",), status: int = 200, read: World | None = None
) -> list[bool]:
    """Add a route to an application as a feature would; it leaves a mark in the database."""
    called: list[bool] = []
    feature = Feature("extra")

    @feature.route("/extra", access=access, methods=methods)
    def view() -> Response:
        called.append(True)
        db().add(Board(code="extra", name="Extra"))
        if read is not None:
            audit.record_read(db(), actor(), read.mariam, "extra", reason="test")
        return make_response("", status, {"Content-Type": "text/plain"})

    feature.register(app, frozenset(Side))
    return called


def marks(sessions: Sessions) -> int:
    with sessions() as session:
        return len(session.scalars(select(Board).where(Board.code == "extra")).all())


def denials(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return [e.detail["reason"] for e in session.scalars(select(AuditEntry).where(AuditEntry.outcome == "denied"))]


def test_nobody_signed_in_is_sent_to_sign_in(app: Flask, client: PageClient) -> None:
    called = extra(app, Client())
    answer = client.get("/extra")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/logga-in?next=/extra")
    assert called == []


def test_too_low_a_level_is_sent_to_sign_in_again(
    app: Flask, client: PageClient, sessions: Sessions, world: World
) -> None:
    called = extra(app, Client(level=4))
    worlds.sign_in(sessions, client, world.client(world.mariam), level=3)
    answer = client.get("/extra")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/logga-in?next=/extra&fresh=1&level=4")
    assert (called, denials(sessions)) == ([], ["level"])


def test_an_old_sign_in_is_asked_for_a_fresh_one(
    app: Flask, client: PageClient, sessions: Sessions, world: World
) -> None:
    called = extra(app, Client(fresh=5))
    worlds.sign_in(sessions, client, world.client(world.mariam))
    assert client.get("/extra").status_code == 200
    with clock.travel(timedelta(minutes=6)):
        assert client.get("/extra").headers["Location"] == "/logga-in?next=/extra&fresh=1"
    assert (called, denials(sessions)) == ([True], ["fresh"])


def test_staff_without_the_permission_are_refused(
    staff_app: Flask, staff_client: PageClient, sessions: Sessions, world: World
) -> None:
    called = extra(staff_app, Staff("health:view"))
    worlds.sign_in(sessions, staff_client, world.staff(world.petra))
    assert staff_client.get("/extra").status_code == 403
    assert (called, denials(sessions)) == ([], ["permission"])
    assert world.roles[world.petra] is Role.CASEWORKER


def test_a_reading_that_is_not_logged_is_not_shown_and_rolled_back(
    staff_app: Flask, staff_client: PageClient, sessions: Sessions, world: World
) -> None:
    extra(staff_app, Staff("client:view", reads="client"))
    worlds.sign_in(sessions, staff_client, world.staff(world.petra))
    assert staff_client.get("/extra").status_code == 500
    assert marks(sessions) == 0


def test_a_reading_that_is_not_logged_is_not_shown_with_an_error_status_either(
    staff_app: Flask, staff_client: PageClient, sessions: Sessions, world: World
) -> None:
    """A refused form (422) shows the client's page again."""
    extra(staff_app, Staff("client:view", reads="client"), status=422)
    worlds.sign_in(sessions, staff_client, world.staff(world.petra))
    assert staff_client.get("/extra").status_code == 500


def test_a_logged_reading_is_shown(
    staff_app: Flask, staff_client: PageClient, sessions: Sessions, world: World
) -> None:
    extra(staff_app, Staff("client:view", reads="client"), read=world)
    worlds.sign_in(sessions, staff_client, world.staff(world.petra))
    assert staff_client.get("/extra").status_code == 200
    with sessions() as session:
        (entry,) = session.scalars(select(AccessEntry))
        assert (entry.staff_id, entry.subject_id, entry.what, entry.unit, entry.role) == (
            world.petra,
            world.mariam,
            "extra",
            "Enheten",
            "caseworker",
        )


def test_success_commits(app: Flask, client: PageClient, sessions: Sessions) -> None:
    extra(app, Public())
    assert client.get("/extra").status_code == 200
    assert marks(sessions) == 1


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), "utf-8")
