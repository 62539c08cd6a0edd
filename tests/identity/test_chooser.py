"""The chooser: every way to sign in, the last one remembered only on demand, and nothing to choose where one is."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.core.actor import Side
from portal.identity.federation import Federation, handle_of
from tests.identity.provider import MARIAM, Visitor

OTHER = "https://annan.example"


@pytest.fixture
def two(app: Flask, visitor: Visitor) -> Iterator[Visitor]:
    """A visitor of a portal with two providers for clients."""
    from dataclasses import replace

    held: Federation = app.extensions["insyn.federation"]
    (first,) = held.providers[Side.CLIENT]
    second = replace(first, entity_id=OTHER, display_names={"sv": "Annan"}, logo_url="https://logo.example/x.png")
    providers = {**held.providers, Side.CLIENT: (first, second)}
    app.extensions["insyn.federation"] = replace(held, providers=providers)
    yield visitor
    app.extensions["insyn.federation"] = held


def buttons(visitor: Visitor, path: str = "/logga-in") -> list[str]:
    soup = BeautifulSoup(visitor.browser.get(path).text, "html5lib")
    return [
        tag.get_text(" ", strip=True).removeprefix(tag.b.get_text() if tag.b else "").strip()
        for tag in soup.select(".i-eid__a")
    ]


def post_choice(visitor: Visitor, label: str, *, remember: bool) -> None:
    page = visitor.browser.page("/logga-in")
    button = next(tag for tag in page.soup.select(".i-eid__a") if label in tag.get_text())
    form = button.find_parent("form")
    assert form is not None
    box = form.select_one("input[name=remember]")
    assert box is not None
    assert not box.has_attr("checked")
    values = {"csrf_token": visitor.token(page.response), **({"remember": "1"} if remember else {})}
    assert visitor.browser.post(str(button["formaction"]), data=values).status_code == 303


def test_one_way_is_one_click_with_nothing_to_remember(visitor: Visitor, staff_visitor: Visitor) -> None:
    for one in (visitor, staff_visitor):
        page = one.browser.page("/logga-in?next=/inloggningar")
        assert len(page.soup.select(".i-eid__a")) == 1
        assert page.soup.select("input[name=remember]") == []


def test_the_front_page_of_clients_shows_help_also_with_one_way(visitor: Visitor) -> None:
    assert "020-50 50 50" in visitor.browser.page("/logga-in").text


def test_the_choice_is_not_remembered_unasked(two: Visitor) -> None:
    before = buttons(two)
    post_choice(two, "Annan", remember=False)
    assert two.browser.get_cookie("insyn-client-choice") is None
    assert buttons(two) == before


def test_a_remembered_choice_stands_first_and_is_forgotten_on_demand(two: Visitor) -> None:
    before = buttons(two)
    assert before[-1] == "Annan"
    post_choice(two, "Annan", remember=True)
    cookie = two.browser.get_cookie("insyn-client-choice")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, len(cookie.value)) == (True, "Lax", 12)
    assert buttons(two) == before[::-1]
    page = two.browser.page("/logga-in?next=/inloggningar")
    assert "Byt e-legitimation" in page.text
    after = two.browser.submit(page, "form[action='/glom-val']")
    assert after.address == "/logga-in?next=/inloggningar"
    assert two.browser.get_cookie("insyn-client-choice") is None
    assert buttons(two) == before


def test_a_made_up_choice_changes_nothing(two: Visitor) -> None:
    before = buttons(two)
    two.browser.set_cookie("insyn-client-choice", "<script>")
    assert buttons(two) == before


def test_a_logo_elsewhere_is_never_asked_for(two: Visitor) -> None:
    assert "logo.example" not in two.browser.get("/logga-in").text


def test_the_handle_tells_nothing_of_the_person(two: Visitor, app: Flask) -> None:
    post_choice(two, "Annan", remember=True)
    cookie = two.browser.get_cookie("insyn-client-choice")
    held: Federation = app.extensions["insyn.federation"]
    assert cookie is not None
    assert cookie.value == handle_of(held.providers[Side.CLIENT][1])


def test_sessions_are_listed_with_the_way_of_the_sign_in(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    text = visitor.browser.page("/inloggningar").text
    assert "Inloggad" in text
    assert "Med" in text
