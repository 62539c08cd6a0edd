"""A feature that lets files in, mounted as one would be, on an application with the world of messages."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, Response, render_template_string, url_for
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.core.errors import NotFound
from portal.core.ids import new_id
from portal.files import http, queries, show
from portal.files.checking import Checker
from portal.files.rules import Limits
from portal.files.service import Place
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import make_shell
from portal.web.routes import Feature, actor
from tests.identity.fixtures import provider, settings, world
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient

__all__ = ["provider", "settings", "world"]

PURPOSE = "test.paper"
PAGE = """
{% extends "layout/focus.html" %}
{% block title %}{{ 'Ansökan' }}{% endblock %}
{% block main %}
{%- from 'components/files.html' import remove_form, upload_part, upload_submit -%}
{%- from 'components/forms.html' import form_box -%}
<h1 class="ds-heading" data-size="lg">Bilagor</h1>
{% call form_box(action, csrf=csrf_token(), multipart=True, attrs={'id': 'bilagor'}) %}
{{ upload_part('papper', 'Kontoutdrag, alla konton', rows, accept, hint='September, oktober och november.') }}
{{ upload_submit() }}
{% endcall %}
{{ remove_form(csrf_token(), action) }}
{% endblock %}
"""


@dataclass
class Papers:
    """The mounted feature: whose the object is, its id and its address."""

    owner: uuid.UUID
    id: uuid.UUID

    @property
    def url(self) -> str:
        return f"/prov/{self.id}"


def mount(app: Flask, papers: Papers, limits: Limits, root: Path) -> None:
    """Add a feature as one would be written."""
    feature = Feature("papers")
    app.extensions["insyn.vault"] = Vault(LocalStore(root), limits)

    def place(object_id: uuid.UUID) -> Place:
        if object_id != papers.id or actor().subject_id != papers.owner:
            raise NotFound
        return Place(PURPOSE, object_id, papers.owner)

    @feature.route("/prov/<uuid:object_id>", access=Client())
    def page(object_id: uuid.UUID) -> Response:
        found = queries.listing(db(), actor(), PURPOSE, place(object_id).object_id)
        html = render_template_string(
            PAGE,
            shell=make_shell(),
            rows=show.rows(found),
            accept=show.kinds(),
            action=url_for("papers.page", object_id=object_id),
        )
        return Response(html, content_type="text/html; charset=utf-8")

    @feature.route("/prov/<uuid:object_id>", access=Client(), methods=("POST",), body=http.body_limit)
    def upload(object_id: uuid.UUID) -> Response:
        return http.accept(place(object_id), back=url_for("papers.page", object_id=object_id))

    feature.register(app, frozenset({Side.CLIENT}))


LIMITS = Limits(file_bytes=3_000_000, object_files=6, object_bytes=6_000_000, pages=20, pixels=4_000_000)


@pytest.fixture
def papers(app: Flask, world: World, tmp_path: Path) -> Papers:
    made = Papers(world.mariam, new_id())
    (tmp_path / "store").mkdir()
    mount(app, made, LIMITS, tmp_path / "store" / "files")
    return made


@pytest.fixture
def mariam(client: PageClient, sessions: sessionmaker[Session], world: World, papers: Papers) -> PageClient:
    """Mariam's browser, signed in."""
    worlds.sign_in(sessions, client, world.client(world.mariam))
    return client


@pytest.fixture
def check(app: Flask, sessions: sessionmaker[Session]) -> Callable[[], int]:
    """Let the worker check what has come."""
    return lambda: Checker(sessions, app.extensions["insyn.vault"], None).run()
