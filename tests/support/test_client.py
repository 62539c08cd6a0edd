"""The checking client sends forms as a browser does and refuses bad pages."""

import pytest
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from tests.support.client import PageClient
from tests.support.page_check import BadPage
from tests.support.test_page_check import GOOD, GOOD_HEADERS

FORM = GOOD.replace(
    "<button>Skicka</button>",
    """<label><input type="checkbox" name="val" value="a" checked>A</label>
    <label><input type="checkbox" name="val" value="b">B</label>
    <label>Ort<select name="ort"><option value="x">X</option><option value="y" selected>Y</option></select></label>
    <label>Namn<input name="namn" value="gammalt"></label>
    <button name="gor" value="spara">Spara</button><button name="gor" value="skicka">Skicka</button>""",
).replace('action="/meddelanden"', 'action="/svar"')


def make_client() -> PageClient:
    app = Flask(__name__)
    app.test_client_class = PageClient
    seen: list[dict[str, list[str]]] = []

    @app.get("/")
    def start() -> Response:
        return Response(FORM, headers=GOOD_HEADERS, mimetype="text/html")

    @app.post("/svar")
    def answer() -> BaseResponse:
        seen.append(request.form.to_dict(flat=False))
        return redirect("/klart")

    @app.get("/klart")
    def done() -> Response:
        return Response(GOOD.replace("Hjälp", str(seen[-1])), headers=GOOD_HEADERS, mimetype="text/html")

    @app.get("/dalig")
    def bad() -> Response:
        return Response("<p>dålig", mimetype="text/html")

    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def test_a_form_keeps_what_is_not_filled_in_and_follows_the_answer() -> None:
    client = make_client()
    answer = client.submit(client.page("/"), fields={"text": "Hej"}, button="Skicka")
    assert answer.address == "/klart"
    for sent in (
        "'csrf_token': ['x']",
        "'text': ['Hej']",
        "'val': ['a']",
        "'ort': ['y']",
        "'namn': ['gammalt']",
        "['skicka']",
    ):
        assert sent in answer.text


def test_lists_send_a_name_several_times_and_none_leaves_it_out() -> None:
    client = make_client()
    answer = client.submit(client.page("/"), fields={"val": ["a", "b"], "namn": None}, button="Spara")
    assert "'val': ['a', 'b']" in answer.text
    assert "namn" not in answer.text


def test_an_unknown_field_is_refused() -> None:
    client = make_client()
    with pytest.raises(LookupError, match="finns_inte"):
        client.submit(client.page("/"), fields={"finns_inte": "x"}, button="Spara")


def test_a_bad_page_fails_where_it_is_fetched() -> None:
    with pytest.raises(BadPage, match="0 h1"):
        make_client().get("/dalig")


def test_another_status_fails() -> None:
    with pytest.raises(AssertionError, match=r"200 .* instead of 404"):
        make_client().page("/", status=404)
