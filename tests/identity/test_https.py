"""Behind a reverse proxy with TLS: cookies bound to the host, and headers that only https has."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from portal.app import create_app
from portal.core.actor import Side
from portal.core.db import make_engine
from portal.settings import Settings

PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


def behind(settings: Settings, proxies: int) -> Settings:
    return settings.model_copy(update={"client_url": "https://insyn.example.se", "trusted_proxies": proxies})


@pytest.fixture(params=[1])
def app(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Flask]:
    engine = make_engine(settings.database_url, settings.key_ring)
    yield create_app(behind(settings, request.param), {Side.CLIENT}, engine)
    engine.dispose()


def start(browser: FlaskClient) -> list[str]:
    """Start a sign-in; return the cookies that the answer sets."""
    page = browser.get("/logga-in", headers=PROXY)
    form = BeautifulSoup(page.text, "html5lib").select_one("form[action^='/logga-in/']")
    assert form is not None
    values = {str(tag["name"]): str(tag.get("value", "")) for tag in form.find_all("input", attrs={"name": True})}
    answer = browser.post(str(form["action"]), data=values, headers=PROXY)
    assert answer.status_code == 303
    return [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]


def test_cookies_are_bound_to_the_host(app: Flask) -> None:
    found = start(app.test_client())
    ours = [cookie for cookie in found if "insyn-client-" in cookie]
    assert len(ours) >= 2
    for cookie in ours:
        assert cookie.startswith("__Host-insyn-client-")
        assert "; Secure" in cookie
        assert "; HttpOnly" in cookie
        assert "; Path=/" in cookie
        assert "Domain" not in cookie


def test_https_is_remembered_where_the_proxy_says_so(app: Flask) -> None:
    assert "max-age=" in app.test_client().get("/logga-in", headers=PROXY).headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in app.test_client().get("/logga-in").headers


@pytest.mark.parametrize("app", [0], indirect=True)
def test_nobody_is_believed_to_be_a_proxy_where_there_is_none(app: Flask) -> None:
    assert "Strict-Transport-Security" not in app.test_client().get("/logga-in", headers=PROXY).headers
