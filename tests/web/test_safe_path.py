"""Nobody is led away from the portal by an address that begins with it."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.web.errors import safe_path

EVIL = [
    "",
    "evil",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https://evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/a\r\nSet-Cookie: x=y",
    "/\x00/evil",
    "/a\\..\\evil",
    "?x=//evil.example",
    "#x",
    "/" + "a" * 400,
]
# Looks dangerous and is not: a browser stays on this host.
TAME = [
    "/%2f/evil.example",
    "/%5cevil.example",
    "/%0d%0aSet-Cookie:%20x",
    "/a//evil.example",
    "/@evil.example",
    "/https://evil.example",
]


@pytest.mark.parametrize("path", EVIL)
def test_what_leads_elsewhere_is_refused(path: str) -> None:
    assert safe_path(path) is None


def test_nothing_is_refused() -> None:
    assert safe_path(None) is None


@pytest.mark.parametrize("path", TAME)
def test_what_only_looks_dangerous_stays_here(path: str) -> None:
    assert safe_path(path) == path
    assert urlsplit(urljoin("https://insyn.example.se/x", path)).netloc == "insyn.example.se"


@pytest.mark.parametrize(("path", "kept"), [("/idag", "/idag"), ("/a?b=c#d", "/a"), ("/", "/"), ("/å", "/å")])
def test_a_path_of_ours_is_kept_without_its_query(path: str, kept: str) -> None:
    assert safe_path(path) == kept


PIECES = st.lists(
    st.sampled_from(
        [
            "/",
            "//",
            "\\",
            "evil.example",
            "https:",
            "@",
            "?",
            "#",
            ".",
            "..",
            "%2f",
            "[",
            "]",
            ":",
            " ",
            "\t",
            "\u2028",
            "／",
            "。",
        ]
    ),
    max_size=8,
)


@given(st.one_of(st.text(max_size=40), PIECES.map("".join), PIECES.map(lambda found: "/" + "".join(found))))
@example("/[")
@example("//[")
@example("/..//evil.example")
def test_whatever_is_let_through_stays_here(path: str) -> None:
    found = safe_path(path)
    if found is None:
        return
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    # As browsers read it (WHATWG): backslashes are slashes, tabs and line ends are left out.
    read = "".join(char for char in found if char not in "\t\r\n").replace("\\", "/")
    parts = urlsplit(urljoin("https://insyn.example.se/x", read))
    assert (parts.scheme, parts.netloc) == ("https", "insyn.example.se")
