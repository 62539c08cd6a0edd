"""Each checker finds its own fault in a bad sample, and nothing in a good one."""

from collections.abc import Callable, Iterable

import pytest

from tests.architecture import checks

GOOD = '''"""A module."""

VALUE = 1


def double(number: int) -> int:
    """Return twice the number."""
    return 2 * number
'''

Check = Callable[[str], Iterable[str]]


def ambient(text: str) -> Iterable[str]:
    return checks.ambient_sources("portal/people/service.py", text)


@pytest.mark.parametrize("check", [checks.docstrings, ambient, checks.swallowed, checks.routes, checks.sizes])
def test_good_code_passes(check: Check) -> None:
    assert list(check(GOOD)) == []


@pytest.mark.parametrize(
    ("check", "bad", "fault"),
    [
        (checks.docstrings, "VALUE = 1\n", "the module has no docstring"),
        (checks.docstrings, '"""M."""\ndef f(): ...\n', "f has no docstring"),
        (checks.docstrings, '"""M."""\nclass A:\n    """A."""\n    def f(self): ...\n', "f has no docstring"),
        (ambient, "import datetime\ndatetime.datetime.now()\n", "datetime.datetime.now() outside"),
        (ambient, "from datetime import date\ndate.today()\n", "date.today() outside"),
        (ambient, "import time\ntime.time()\n", "time.time() outside"),
        (ambient, "import uuid\nuuid.uuid4()\n", "uuid.uuid4() outside"),
        (ambient, "from uuid import uuid4\nuuid4()\n", "uuid4() outside"),
        (checks.swallowed, "try:\n    f()\nexcept Exception:\n    pass\n", "swallowed"),
        (checks.swallowed, "try:\n    f()\nexcept:\n    pass\n", "swallowed"),
        (checks.routes, "@b.route('/Moten', access=1)\ndef f(): ...\n", "not lower-case"),
        (checks.routes, "@b.route('/möten', access=1)\ndef f(): ...\n", "not lower-case"),
        (checks.routes, "@b.route('/mina_moten', access=1)\ndef f(): ...\n", "not lower-case"),
        (checks.routes, "@b.route('/moten/<int:n>', access=1)\ndef f(): ...\n", "ids in addresses"),
        (checks.sizes, "\n" * 400, "make it a package"),
        (checks.sizes, "def f():\n" + "    x = 1\n" * 60, "f has 61 lines"),
        (checks.template, "{{ text|safe }}", "|safe"),
        (checks.template, "{% autoescape false %}", "autoescape"),
        (checks.template, '<p style="color:red">', "inline style"),
        (checks.template, "<style>p{}</style>", "inline style"),
        (checks.template, '<p onclick="f()">', "inline handler"),
        (checks.template, '<p hx-on:click="f()">', "inline handler"),
        (checks.template, "<script>f()</script>", "inline script"),
        (checks.template, '<img src="https://cdn.example/a.png">', "elsewhere"),
        (checks.template, '<a href="javascript:f()">', "elsewhere"),
        (checks.template, "{% block title %}Socialtjänsten{% endblock %}", "not neutral"),
        (checks.lock, '"resolved": "https://registry.example/a.tgz"', "an address"),
        (checks.lock, "--index-url https://pypi.example/simple", "an address"),
    ],
)
def test_each_fault_is_found(check: Check, bad: str, fault: str) -> None:
    found = list(check(bad))
    assert any(fault in line for line in found), found


def test_a_good_template_passes() -> None:
    good = """{# style= in a comment #}{% extends "layout/client.html" %}{% block title %}{{ _('Möten') }}{% endblock %}
    <a href="{{ url_for('site.home') }}" hx-get="/moten">{{ text }}</a>
    <script src="{{ asset('a.js') }}" defer></script>"""
    assert list(checks.template(good)) == []


def test_titles_that_do_not_end_with_the_name_are_found() -> None:
    assert list(checks.titles_end(["<title>{% block title %}{% endblock %}</title>"]))
    assert not list(checks.titles_end(["<title>{% block title %}{% endblock %} – Insyn</title>"]))


@pytest.mark.parametrize(
    "path", ["notes.txt", "static/dist/app.js", "uv.lock", "tests/support/node_modules/a.js", "portal/a.pyc"]
)
def test_what_does_not_belong_is_found(path: str) -> None:
    assert list(checks.committed([path]))
    assert not list(checks.committed(["portal/app.py", "README.md"]))


def test_the_clock_itself_may_ask_for_now() -> None:
    assert not list(checks.ambient_sources("portal/core/clock.py", "datetime.now(UTC)"))
