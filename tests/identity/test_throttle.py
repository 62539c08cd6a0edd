"""Attempts are counted for all processes together, per address and never per person."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from portal.core import clock
from portal.core.actor import Side
from portal.core.db import make_engine, make_sessionmaker
from portal.identity.attempts import DatabaseStorage
from portal.identity.models import AttemptCount
from portal.identity.service import clean_up
from portal.identity.throttle import network_of
from portal.settings import Settings
from tests.identity.provider import MARIAM, STRANGER, Provider, Visitor
from tests.messages.world import World

Sessions = sessionmaker[Session]
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Low limits."""
    return settings.model_copy(
        update={"sign_in_attempts_per_minute": 10, "refused_answers_per_address": 5, "refused_answers_alarm": 10}
    )


@pytest.fixture
def apps(make_app: Callable[..., Flask]) -> list[Flask]:
    """Two instances of the client side on one database."""
    return [make_app(Side.CLIENT), make_app(Side.CLIENT)]


@pytest.fixture
def stores(settings: Settings) -> Iterator[list[DatabaseStorage]]:
    """The storages of two processes, each with connections of its own."""
    engines = [make_engine(settings.database_url, settings.key_ring) for _ in range(2)]
    yield [DatabaseStorage(make_sessionmaker(engine)) for engine in engines]
    for engine in engines:
        engine.dispose()


def knock(app: Flask, address: str, path: str = "/saml/acs") -> int:
    answer = app.test_client().post(path, environ_base={"REMOTE_ADDR": address})
    return answer.status_code


@pytest.mark.parametrize("path", ["/saml/acs", "/saml/slo", "/logga-in/abc"])
def test_an_address_is_counted_by_all_instances_together(apps: list[Flask], path: str) -> None:
    statuses = [knock(apps[number % 2], HERE, path) for number in range(12)]
    assert 429 not in statuses[:10]
    assert statuses[10:] == [429, 429]
    assert knock(apps[0], ELSEWHERE, path) != 429


def test_too_many_is_a_plain_page_with_when_to_try_again(apps: list[Flask]) -> None:
    for _ in range(10):
        knock(apps[0], HERE)
    answer = (
        apps[1].test_client().post("/saml/acs", environ_base={"REMOTE_ADDR": HERE}, headers={"Accept-Language": "en"})
    )
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert 'lang="en"' in answer.text


def test_the_count_begins_anew(apps: list[Flask]) -> None:
    for _ in range(11):
        knock(apps[0], HERE)
    with clock.travel(timedelta(seconds=61)):
        assert knock(apps[0], HERE) == 403


def test_ordinary_pages_are_never_counted(apps: list[Flask], sessions: Sessions) -> None:
    browser = apps[0].test_client()
    for path in ("/logga-in", "/tillganglighet", "/halsa"):
        assert browser.get(path).status_code == 200
    with sessions() as session:
        assert session.scalars(select(AttemptCount)).all() == []


def refuse(visitor: Visitor, times: int) -> None:
    for _ in range(times):
        visitor.start()
        visitor.post("bm90IGEgcmVzcG9uc2U=")


def test_refused_answers_of_one_address_close_the_provider_for_it_alone(
    visitor: Visitor, make_app: Callable[..., Flask], provider: Provider, sessions: Sessions, world: World
) -> None:
    visitor.browser.environ_base["REMOTE_ADDR"] = HERE
    refuse(visitor, 4)
    _forget_addresses(sessions, visitor)
    refuse(visitor, 1)
    location = visitor.start()
    answer = visitor.post(provider.answer(Side.CLIENT, location, MARIAM))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 60
    # The same person from another address, at the same moment, is let in.
    other = Visitor(make_app(Side.CLIENT).test_client(), provider, Side.CLIENT)  # type: ignore[arg-type]
    other.browser.environ_base["REMOTE_ADDR"] = ELSEWHERE
    assert other.sign_in(MARIAM).status_code == 303


def _forget_addresses(sessions: Sessions, visitor: Visitor) -> None:
    """Let a minute pass for the count of requests, which is another one."""
    with sessions.begin() as session:
        soon = clock.now() + timedelta(seconds=90)
        session.execute(delete(AttemptCount).where(AttemptCount.expires_at < soon))


def test_many_refused_answers_of_a_provider_are_warned_of_and_close_nothing(
    visitor: Visitor, provider: Provider, sessions: Sessions, world: World
) -> None:
    with capture_logs() as logs:
        for number in range(11):
            visitor.browser.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
            refuse(visitor, 1)
    assert [entry["event"] for entry in logs].count("many refused answers") == 1
    visitor.browser.environ_base["REMOTE_ADDR"] = ELSEWHERE
    assert visitor.sign_in(MARIAM).status_code == 303


def test_known_people_who_are_not_let_in_are_no_guessing(
    staff_visitor: Visitor, sessions: Sessions, world: World
) -> None:
    staff_visitor.sign_in(STRANGER)
    with sessions() as session:
        assert len(session.scalars(select(AttemptCount)).all()) == 1  # the address alone


def test_no_address_stands_in_the_database(apps: list[Flask], sessions: Sessions) -> None:
    knock(apps[0], HERE)
    with sessions() as session:
        for row in session.execute(text("SELECT * FROM attempt_count")):
            assert HERE.encode() not in b"".join(
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
            )


def test_a_failing_store_neither_opens_nor_closes_the_door_in_silence(apps: list[Flask], sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(text("DROP TABLE attempt_count"))
    with capture_logs() as logs:
        statuses = [knock(apps[0], HERE, "/saml/slo") for _ in range(11)]
    assert 429 not in statuses[:10]
    assert statuses[10] == 429
    assert "attempts are counted by this process alone" in {entry["event"] for entry in logs}


def test_counting_at_once_loses_nothing(stores: list[DatabaseStorage]) -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda number: stores[number % 2].incr("k", 60), range(40)))
    assert sorted(counts) == list(range(1, 41))


def test_the_storage_is_one_for_the_library(stores: list[DatabaseStorage]) -> None:
    first, second = (FixedWindowRateLimiter(store) for store in stores)
    item = RateLimitItemPerMinute(2)
    assert first.hit(item, "a")
    assert second.hit(item, "a")
    assert not first.test(item, "a")
    assert second.get_window_stats(item, "a").remaining == 0
    second.clear(item, "a")
    assert first.test(item, "a")
    assert stores[0].check()
    first.hit(item, "a")
    assert stores[1].reset() == 1


def test_counts_that_are_over_are_tidied_away(stores: list[DatabaseStorage], sessions: Sessions) -> None:
    stores[0].incr("k", 60)
    with clock.travel(timedelta(seconds=61)), sessions.begin() as session:
        clean_up(session)
        assert session.scalars(select(AttemptCount)).all() == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, ""),
        ("not an address", ""),
    ],
)
def test_what_an_address_is_counted_as(address: str | None, network: str) -> None:
    assert network_of(address) == network
