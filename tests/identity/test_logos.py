"""Logos on the sign-in page: fetched by the worker, kept, and shown from our own address alone."""

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.core import clock
from portal.core.actor import Side
from portal.identity import logos
from portal.identity.federation import Federation, handle_of
from portal.identity.fetching import FetchError
from portal.identity.keeper import FederationKeeper, refresh_federation
from portal.identity.models import ProviderLogo
from portal.identity.pictures import MAX_BYTES, judged
from portal.identity.saml.model import IdentityProvider
from portal.settings import Settings
from tests.identity.provider import Provider, Visitor
from tests.identity.test_federation import Operator

Sessions = sessionmaker[Session]
ADDRESS = "https://idp.example.se/logo.png"
DAY = timedelta(days=1, seconds=1)


def png(colour: str = "teal") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (80, 80), colour).save(written, "PNG")
    return written.getvalue()


def one(address: str | None = ADDRESS) -> list[IdentityProvider]:
    return [IdentityProvider("https://idp.example.se", {}, None, (), {}, logo_url=address)]


def rows(sessions: Sessions) -> list[tuple[str, bool, str]]:
    with sessions() as session:
        found = session.scalars(select(ProviderLogo).order_by(ProviderLogo.address))
        return [(row.address, row.content is not None, row.problem) for row in found]


def fetching(data: bytes | FetchError, asked: list[str]) -> Callable[[str], bytes]:
    def get(address: str) -> bytes:
        asked.append(address)
        if isinstance(data, FetchError):
            raise data
        return data

    return get


def test_a_logo_is_fetched_once_a_day(sessions: Sessions) -> None:
    asked: list[str] = []
    for _ in range(2):
        logos.refresh(sessions, one(), fetching(png(), asked))
    assert (asked, rows(sessions)) == ([ADDRESS], [(ADDRESS, True, "")])
    with clock.travel(DAY):
        logos.refresh(sessions, one(), fetching(png(), asked))
    assert len(asked) == 2


@pytest.mark.parametrize("data", [b"<html/>", FetchError("http_500"), b"x" * (MAX_BYTES + 1)])
def test_what_can_not_be_had_leaves_the_former_one(sessions: Sessions, data: bytes | FetchError) -> None:
    asked: list[str] = []
    logos.refresh(sessions, one(), fetching(png(), asked))
    with clock.travel(DAY):
        logos.refresh(sessions, one(), fetching(data, asked))
        ((address, kept, problem),) = rows(sessions)
    assert (address, kept, bool(problem), len(asked)) == (ADDRESS, True, True, 2)


def test_what_nobody_has_any_more_is_forgotten(sessions: Sessions) -> None:
    logos.refresh(sessions, one(), fetching(png(), []))
    logos.refresh(sessions, one(None), fetching(png(), []))
    assert rows(sessions) == []


def test_a_picture_that_somebody_put_into_the_database_is_judged_again(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.add(ProviderLogo(address=ADDRESS, content=b"<html><script/></html>", fetched_at=clock.now()))
    with sessions() as session:
        assert logos.kept(session) == {}


@pytest.fixture
def operator() -> Iterator[Operator]:
    found = Operator()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def listed(settings: Settings, provider: Provider, operator: Operator, tmp_path: Path) -> Settings:
    """Settings whose one provider has its logo at the operator's server, though its metadata hold another."""
    (tmp_path / "demo-client.xml").write_bytes((provider.directory / "demo-client.xml").read_bytes())
    table = (provider.directory / "providers.toml").read_text().partition("\n\n")[0]
    listing = tmp_path / "providers.toml"
    listing.write_text(f'{table}\nlogo_url = "{operator.url}"\n')
    return settings.model_copy(update={"saml_providers": listing})


def test_the_worker_fetches_and_every_process_shows(listed: Settings, sessions: Sessions, operator: Operator) -> None:
    keeper = FederationKeeper(listed, sessions)
    (idp,) = keeper.federation.providers[Side.CLIENT]
    assert keeper.federation.pictures == {}
    operator.data = png()
    refresh_federation(listed, sessions)
    assert keeper.renewed() is None
    with clock.travel(timedelta(seconds=61)):
        renewed = keeper.renewed()
    assert renewed is not None
    assert renewed.pictures == {idp.entity_id: judged(png())}
    with clock.travel(timedelta(seconds=122)):
        assert keeper.renewed() is None  # nothing new


@pytest.mark.parametrize("target", ["http://evil.example/", "file:///etc/passwd"])
def test_a_logo_leads_nowhere_else(operator: Operator, target: str) -> None:
    operator.status, operator.location = 302, target
    with pytest.raises(FetchError):
        logos.fetch_logo(operator.url)


def test_a_logo_is_bounded(operator: Operator) -> None:
    operator.data = b"x" * (MAX_BYTES + 1)
    with pytest.raises(FetchError, match="too_large"):
        logos.fetch_logo(operator.url)


def test_the_page_shows_it_from_our_own_address(app: Flask, visitor: Visitor) -> None:
    (image,) = visitor.browser.page("/logga-in").soup.select(".i-eid__a img")
    assert (image["alt"], str(image["src"]).startswith("/logotyp/")) == ("", True)
    answer = visitor.browser.get(str(image["src"]))
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert b"<circle" in answer.data
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "immutable" in answer.headers["Cache-Control"]


def test_another_picture_has_another_address(app: Flask, visitor: Visitor) -> None:
    held: Federation = app.extensions["insyn.federation"]
    (idp,) = held.providers[Side.CLIENT]
    seen = set()
    for colour in ("teal", "navy"):
        app.extensions["insyn.federation"] = replace(held, pictures={idp.entity_id: judged(png(colour))})
        (image,) = visitor.browser.page("/logga-in").soup.select(".i-eid__a img")
        seen.add(str(image["src"]))
        assert visitor.browser.get(str(image["src"])).mimetype == "image/png"
    assert len(seen) == 2


def test_without_a_picture_there_is_a_letter(app: Flask, visitor: Visitor) -> None:
    held: Federation = app.extensions["insyn.federation"]
    app.extensions["insyn.federation"] = replace(held, pictures={})
    soup = visitor.browser.page("/logga-in").soup
    assert soup.select(".i-eid__a img") == []
    assert [tag.get_text() for tag in soup.select(".i-eid__a b")] == ["D"]
    (idp,) = held.providers[Side.CLIENT]
    assert visitor.browser.get(f"/logotyp/{handle_of(idp)}").status_code == 404


@pytest.mark.parametrize("handle", ["x", "ffffffffffff", "%3Cscript%3E"])
def test_no_such_provider(visitor: Visitor, handle: str) -> None:
    assert visitor.browser.get(f"/logotyp/{handle}").status_code == 404


def test_a_broken_picture_in_the_metadata_is_as_good_as_none() -> None:
    for address in ("data:image/png;base64,AAAA", "data:image/svg+xml;base64," + base64.b64encode(b"<x/>").decode()):
        assert logos.of_providers(one(address), {}) == {}
