"""Busy times from elsewhere: only times are taken in, and nothing hostile gets further than the reader."""

import io
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.core.clock import travel
from portal.core.db import writing
from portal.core.fetching import FetchError, fetch_url, is_public
from portal.meetings.models import BusySource, BusyTime
from portal.meetings.rules.availability import Span
from portal.meetings.rules.busy import MAX_BYTES, MOST, checked_address
from portal.meetings.rules.hours import HoursRefused
from portal.meetings.service import busy
from portal.meetings.service.busy import STALE, BusyRefused, _spans, read_busy
from tests.meetings.calendars import calendar, event
from tests.meetings.world import at
from tests.messages.world import World, build, sign_in
from tests.support.client import PageClient, multipart

Sessions = sessionmaker[Session]
NOON = at("2026-11-25", 12)
ADDRESS = "https://calendar.example/secret.ics"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with travel(NOON):
        yield


@pytest.fixture
def world(sessions: Sessions) -> World:
    with writing(sessions) as session:
        return build(session)


@pytest.fixture
def petra(staff_client: PageClient, sessions: Sessions, world: World) -> PageClient:
    sign_in(sessions, staff_client, world.staff(world.petra))
    return staff_client


def add(sessions: Sessions, world: World, url: str = ADDRESS) -> uuid.UUID:
    with writing(sessions) as session:
        return busy.add_address(session, world.staff(world.petra), staff_id=world.petra, url=url).id


def times(sessions: Sessions) -> list[datetime]:
    with sessions() as session:
        return list(session.scalars(select(BusyTime.starts_at).order_by(BusyTime.starts_at)))


@pytest.mark.parametrize(
    ("content", "starts"),
    [
        (event(), [at("2026-11-27", 10)]),
        (event("RRULE:FREQ=WEEKLY;COUNT=2"), [at("2026-11-27", 10), at("2026-12-04", 10)]),
        (event("STATUS:CANCELLED"), []),
        (event("TRANSP:TRANSPARENT"), []),
        (event(start=":20261127T100000"), [at("2026-11-27", 10)]),
        (event(start=";VALUE=DATE:20261127", end=";VALUE=DATE:20261128"), [at("2026-11-27", 0)]),
        (event(start=";TZID=W. Europe Standard Time:20261127T100000"), [at("2026-11-27", 10)]),
        (event(start=":20201127T100000Z"), []),
        (event(start=":20290101T100000Z"), []),
        ("", []),
    ],
    ids=["one", "weekly", "cancelled", "free", "floating", "day", "windows", "past", "far ahead", "empty"],
)
def test_a_calendar_is_read_as_busy_times(content: str, starts: list[datetime]) -> None:
    assert [span.start for span in read_busy(calendar(*filter(None, [content])))] == starts


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x00\xff" * 1000, "unreadable"),
        (b"", "unreadable"),
        (b"<html>Sign in</html>", "unreadable"),
        (calendar(event("RRULE:FREQ=SECONDLY")), "too_many"),
        (calendar(event("RRULE:FREQ=MINUTELY;INTERVAL=1")), "too_many"),
        (calendar(event("RRULE:FREQ=HOURLY;BYMINUTE=" + ",".join(map(str, range(60))))), "too_many"),
        (calendar(event("RRULE:FREQ=DAILY;COUNT=-1;BYDAY=XX")), "unreadable"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
    ],
    ids=["garbage", "nothing", "html", "secondly", "minutely", "every minute", "bad rule", "large"],
)
def test_bombs_and_garbage_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(BusyRefused, match=code):
        read_busy(data)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"busy": [["x", "y"]]}',
        b'{"busy": [["2026-11-27T10:00:00", "2026-11-27T11:00:00"]]}',
        b'{"busy": [["2026-11-27T11:00:00+00:00", "2026-11-27T10:00:00+00:00"]]}',
        b'{"refused": "<script>"}',
    ],
)
def test_a_reader_that_was_taken_over_says_nothing_but_times(answer: bytes) -> None:
    with pytest.raises(BusyRefused, match="unreadable"):
        _spans(answer)


def test_more_than_may_be_is_not_believed() -> None:
    one = '["2026-11-27T10:00:00+00:00", "2026-11-27T11:00:00+00:00"]'
    with pytest.raises(BusyRefused):
        _spans(f'{{"busy": [{", ".join([one] * (MOST + 1))}]}}'.encode())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address that is refused
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://localhost/x.ics", "private_address"),
        ("https://127.0.0.1/x.ics", "private_address"),
        ("https://[::1]/x.ics", "private_address"),
        ("https://localhost:5432/", "bad_address"),
        ("http://calendar.example/x.ics", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("https://user@calendar.example/", "bad_address"),
        ("https://[bad/", "bad_address"),
    ],
)
def test_a_users_address_reaches_nothing_of_our_own(url: str, code: str) -> None:
    with pytest.raises(FetchError, match=code):
        fetch_url(url, accept="text/calendar", most=10, public_only=True)


def test_webcal_is_https_and_nothing_else_is() -> None:
    assert checked_address("webcal://calendar.example/a.ics") == "https://calendar.example/a.ics"
    for url in ("", "http://a.example/", "https://", "https://a.example:99999/", "https://å.example/", "https://a b/"):
        with pytest.raises(HoursRefused):
            checked_address(url)


def test_what_is_stale_is_fetched_and_the_last_good_is_kept(sessions: Sessions, world: World) -> None:
    source_id = add(sessions, world)
    start = at("2026-11-27", 10)

    def read(_data: bytes) -> list[Span]:
        return [Span(start, start + timedelta(hours=1))]

    def fail(_url: str) -> bytes:
        raise FetchError("too_slow")

    assert busy.refresh(sessions, lambda url: url.encode(), read) == 1
    assert times(sessions) == [start]
    assert busy.refresh(sessions, fail, read) == 0
    with travel(NOON + STALE + timedelta(minutes=1)):
        assert busy.refresh(sessions, fail, read) == 1
    assert times(sessions) == [start]
    with sessions() as session:
        source = session.get_one(BusySource, source_id)
        assert (source.error, source.ok_at is not None) == ("too_slow", True)
    with travel(NOON + 3 * STALE):
        assert busy.refresh(sessions, lambda _url: b"", lambda _data: []) == 1
    assert times(sessions) == []
    with sessions() as session:
        assert session.get_one(BusySource, source_id).error == ""


def test_an_address_is_taken_in_and_never_shown_again(petra: PageClient, sessions: Sessions, world: World) -> None:
    page = petra.page(f"/tider/{world.petra}/kalender")
    assert "Inga kalendrar än." in page.text
    done = petra.submit(page, form="form[enctype]", fields={"url": "webcal://calendar.example/secret.ics"})
    assert "Kalendern är tillagd." in done.text
    assert "inte hämtad än" in done.text
    assert "secret" not in done.response.text
    with sessions() as session:
        assert session.scalars(select(BusySource.url)).all() == [ADDRESS]
    gone = petra.submit(done, form="form[action$='/ta-bort']")
    assert "Kalendern är borttagen" in gone.text
    with sessions() as session:
        assert session.scalars(select(BusySource.id)).all() == []


def test_a_file_is_read_at_once_without_its_titles(petra: PageClient, sessions: Sessions, world: World) -> None:
    page = petra.page(f"/tider/{world.petra}/kalender")
    upload = (io.BytesIO(calendar(event())), "min.ics")
    done = petra.submit(page, form="form[enctype]", fields={"file": upload})
    assert "1 upptagen tid" in done.text
    assert "Hemligt" not in done.response.text
    assert times(sessions) == [at("2026-11-27", 10)]


def test_a_file_is_read_while_somebody_else_writes(petra: PageClient, sessions: Sessions, world: World) -> None:
    page = petra.page(f"/tider/{world.petra}/kalender")
    assert "Välj kalenderfil (.ics)" in page.text
    upload = (io.BytesIO(b"inte en kalender"), "min.ics")
    with writing(sessions):  # on SQLite the only one who may write
        again = petra.submit(page, form="form[enctype]", fields={"file": upload}, status=422)
    assert "Det gick inte att läsa kalendern." in again.text


def test_a_file_that_is_too_large_is_told_so_up_to_a_limit(petra: PageClient, world: World) -> None:
    address = f"/tider/{world.petra}/kalender"
    token = str(petra.page(address).one("form[enctype] input[name=csrf_token]")["value"])

    def post(size: int) -> TestResponse:
        return petra.post(address, **multipart({"csrf_token": token, "url": ""}, ("file", b"x" * size, "min.ics")))

    large = post(2 * MAX_BYTES)
    assert large.status_code == 422
    assert "Kalendern är för stor. Den får vara högst 1 MB." in large.text
    assert post(5 * MAX_BYTES).status_code == 413


def test_what_cannot_be_taken_in_is_told_beside_its_field(petra: PageClient, world: World) -> None:
    page = petra.page(f"/tider/{world.petra}/kalender")
    again = petra.submit(page, form="form[enctype]", fields={"url": "http://calendar.example/"}, status=422)
    assert "Fel: Skriv hela adressen. Den börjar med https://." in again.text
    upload = (io.BytesIO(b"inte en kalender"), "min.ics")
    again = petra.submit(page, form="form[enctype]", fields={"file": upload}, status=422)
    assert "Det gick inte att läsa kalendern." in again.text


def test_a_foreign_calendar_is_not_found(petra: PageClient, sessions: Sessions, world: World) -> None:
    with writing(sessions) as session:
        theirs = BusySource(staff_id=world.henrik, url=ADDRESS)
        session.add(theirs)
    assert petra.get(f"/tider/{world.henrik}/kalender").status_code == 404
    token = petra.page(f"/tider/{world.petra}/kalender").one("form[enctype] input[name=csrf_token]")["value"]
    assert petra.post(f"/tider/kalender/{theirs.id}/ta-bort", data={"csrf_token": token}).status_code == 404
