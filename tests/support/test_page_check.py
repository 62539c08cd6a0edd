"""Each rule of page_check finds its own fault, and a good page passes."""

import pytest

from tests.support.page_check import Allowed, BadPage, check_fragment, check_page

GOOD_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
GOOD = """<!doctype html>
<html lang="sv" dir="ltr"><head><title>Meddelanden – Insyn</title><script src="/static/app.js" defer></script></head>
<body><a href="#innehall">Till innehållet</a>
<a href="https://www.smhi.se/">Lämna sidan</a>
<main id="innehall"><h1>Meddelanden</h1>
<form method="post" action="/meddelanden"><input type="hidden" name="csrf_token" value="x">
<label for="text">Skriv</label><textarea id="text" name="text" aria-describedby="hjalp"></textarea>
<p id="hjalp">Hjälp</p><img src="/a.png" alt=""><svg aria-hidden="true"></svg><button>Skicka</button></form>
<a href="tel:0100000000">Ring</a></main></body></html>"""

BAD = [
    ("<h1>Meddelanden</h1>", "<h1>A</h1><h1>B</h1>", "2 h1"),
    ("<h1>Meddelanden</h1>", "", "0 h1"),
    ("<h1>Meddelanden</h1>", "<h1> </h1>", "h1 is empty"),
    ("Meddelanden – Insyn", "Meddelanden", "does not end with"),
    ("Meddelanden – Insyn", "Socialtjänsten – Insyn", "not neutral"),
    ("Meddelanden – Insyn", "Ekonomiskt bistånd – Insyn", "not neutral"),
    ("Meddelanden – Insyn", "19960506-2395 – Insyn", "not neutral"),
    ("Meddelanden – Insyn", "Fel: Fel: Meddelanden – Insyn", "begins twice alike"),
    ('<p id="hjalp">', '<p id="text">', "stands 2 times"),
    ('for="text"', 'for="annat"', "points at nothing"),
    ('id="hjalp"', 'id="annat"', "aria-describedby"),
    ('<label for="text">Skriv</label>', "", "has no label"),
    ('<label for="text">Skriv</label>', '<label for="text"></label>', "has no label"),
    ("<button>Skicka</button>", "<button></button>", "has no name"),
    ('lang="sv" ', "", "no lang"),
    ('dir="ltr"', "", 'dir=""'),
    ('lang="sv"', 'lang="ar"', 'dir="ltr"'),
    ('<a href="#innehall">Till innehållet</a>', "", "first link"),
    ('href="#innehall"', 'href="#annat"', "points at nothing"),
    ('<main id="innehall">', "<div id=innehall>", "no <main>"),
    ('<input type="hidden" name="csrf_token" value="x">', "", "no csrf_token"),
    ('value="x"', 'value=""', "no csrf_token"),
    ("<button>", '<input type="file" name="f" aria-label="Fil"><button>', "not enctype"),
    ("<h1>", "<style>a{}</style><h1>", "inline style"),
    ("<h1>", '<h1 style="color:red">', "inline style"),
    ("<h1>", "<script>1</script><h1>", "inline script"),
    ("<h1>", '<h1 onclick="x()">', "inline onclick"),
    ("<h1>", '<h1 hx-on:click="x()">', "inline hx-on:click"),
    ('href="tel:0100000000"', 'href="javascript:x()"', "javascript address"),
    (' alt=""', "", "has no alt"),
    (' aria-hidden="true"', "", "neither named nor hidden"),
    ("/static/app.js", "https://cdn.example/app.js", "leads elsewhere"),
    ("/static/app.js", "//cdn.example/app.js", "leads elsewhere"),
    ("/static/app.js", "https://www.smhi.se/", "leads elsewhere"),
    ("https://www.smhi.se/", "https://www.smhi.se/annat", "leads elsewhere"),
    ('action="/meddelanden"', 'action="/person/199501182399"', "identity number"),
    ('action="/meddelanden"', 'action="/person/950118-2399"', "identity number"),
    ("<button>", '<button hx-get="/person?nr=9501182399">', "identity number"),
    ("<!doctype html>", "", "doctype"),
]


def test_a_good_page_passes() -> None:
    check_page(GOOD, GOOD_HEADERS)


@pytest.mark.parametrize(("good", "bad", "fault"), BAD)
def test_each_fault_is_found(good: str, bad: str, fault: str) -> None:
    assert good in GOOD
    with pytest.raises(BadPage, match=fault.replace("(", r"\(")):
        check_page(GOOD.replace(good, bad, 1), GOOD_HEADERS)


@pytest.mark.parametrize("name", GOOD_HEADERS)
def test_a_missing_header_is_found(name: str) -> None:
    with pytest.raises(BadPage, match=name):
        check_page(GOOD, {key: value for key, value in GOOD_HEADERS.items() if key != name})


def test_a_loose_policy_is_found() -> None:
    with pytest.raises(BadPage, match="unsafe-inline"):
        check_page(GOOD, {**GOOD_HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})


def test_an_allowed_provider_may_be_posted_to_without_our_token() -> None:
    page = GOOD.replace(
        "</main>", '<form method="post" action="https://idp.example/sso"><button>Vidare</button></form></main>'
    )
    check_page(page, GOOD_HEADERS, Allowed(origins=frozenset({"https://idp.example"})))
    with pytest.raises(BadPage, match="leads elsewhere"):
        check_page(page, GOOD_HEADERS)


def test_a_uuid_is_not_taken_for_an_identity_number() -> None:
    check_page(GOOD.replace('"/meddelanden"', '"/meddelanden/01985f2e-1234-7abc-8def-123456789012"'), GOOD_HEADERS)


def test_a_fragment_is_checked_without_the_shell() -> None:
    check_fragment('<p id="a">Sparat</p>')
    with pytest.raises(BadPage, match="stands 2 times"):
        check_fragment('<p id="a">Sparat</p><p id="a">Sparat</p>')
