"""Pages are packed only where the size of a packed page gives nothing away."""

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.web.packing import gzipped

TAKES = {"Accept-Encoding": "gzip, deflate, br"}
COOKIE = {"Cookie": "insyn-client-session=x"}


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    # Not our own client, which reads every page and takes none that is packed.
    return FlaskClient(app, use_cookies=False)


@pytest.mark.parametrize(
    "headers",
    [
        TAKES,
        {**TAKES, "Sec-Fetch-Site": "cross-site"},  # no cookie: nobody's secrets stand in it
        {**TAKES, **COOKIE, "Sec-Fetch-Site": "same-origin"},
        {**TAKES, **COOKIE, "Sec-Fetch-Site": "none"},
    ],
)
def test_a_page_is_packed_where_the_person_asked_for_it(browser: FlaskClient, headers: dict[str, str]) -> None:
    answer = browser.get("/logga-in", headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "</html>" in gzip.decompress(answer.data).decode()
    assert {"Accept-Encoding", "Sec-Fetch-Site", "Cookie"} <= set(answer.vary.to_header().split(", "))


@pytest.mark.parametrize(
    "headers",
    [
        {**TAKES, **COOKIE, "Sec-Fetch-Site": "cross-site"},
        {**TAKES, **COOKIE, "Sec-Fetch-Site": "same-site"},
        {**TAKES, **COOKIE},
        {"Accept-Encoding": "gzip;q=0"},
        {},
    ],
)
def test_a_page_is_not_packed_where_another_site_may_be_guessing(browser: FlaskClient, headers: dict[str, str]) -> None:
    answer = browser.get("/logga-in", headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert b"</html>" in answer.data


def test_small_answers_and_other_kinds_stay_as_they_are(browser: FlaskClient) -> None:
    assert "Content-Encoding" not in browser.get("/halsa", headers=TAKES).headers


def test_the_length_of_a_packed_page_is_never_quite_the_same() -> None:
    body = b"<p>words</p>" * 500
    made = [gzipped(body) for _ in range(50)]
    assert all(gzip.decompress(one) == body for one in made)
    assert len({len(one) for one in made}) > 10
