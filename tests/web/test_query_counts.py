"""What a signed-in page costs in queries: few, and no more of them when there is more to show."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.people.models import Board
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient

Sessions = sessionmaker[Session]
# What a page costs whatever the data; each feature that counts what is new for the menu has one of them.
MOST = 20
PAGES = {
    Side.CLIENT: (
        "/idag",
        "/moten",
        "/journal",
        "/meddelanden",
        "/inloggningar",
        "/mina-uppgifter",
        "/meddelanden/{money}",
    ),
    Side.STAFF: (
        "/arbetsko",
        "/kalender",
        "/moten/forslag",
        "/meddelanden",
        "/klienter",
        "/inloggningar",
        "/klienter/{mariam}",
        "/meddelanden/{money}",
    ),
}


@contextmanager
def counted(sessions: Sessions) -> Iterator[list[str]]:
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine)
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    yield statements
    event.remove(engine, "before_cursor_execute", count)


def grow(sessions: Sessions, world: World, number: int) -> None:
    """More of everything: cases, messages both ways, and sessions elsewhere."""
    with sessions.begin() as session:
        board = session.query(Board).first()
        assert board is not None
        for count in range(number):
            case_id = worlds.case(session, world.mariam, board, f"Ärende {count}", world.petra)
            for _ in range(3):
                worlds.write(session, world, "Hej!", case_id)
            worlds.write(session, world)
            worlds.answer(session, world)


@pytest.mark.parametrize(("side", "path"), [(side, path) for side, paths in PAGES.items() for path in paths])
def test_a_page_costs_the_same_with_more_to_show(
    client: PageClient, staff_client: PageClient, sessions: Sessions, world: World, side: Side, path: str
) -> None:
    browser = client if side is Side.CLIENT else staff_client
    worlds.sign_in(sessions, browser, world.client(world.mariam) if side is Side.CLIENT else world.staff(world.petra))
    address = path.format(money=world.money, mariam=world.mariam)
    costs = []
    for number in (2, 12):
        grow(sessions, world, number)
        browser.page(address)  # the first sight marks as read, which is a cost of its own
        with counted(sessions) as statements:
            browser.page(address)
        costs.append(len(statements))
    assert costs[1] <= costs[0], f"{address}: {costs}"
    assert costs[1] <= MOST, f"{address}: {costs[1]} queries"
