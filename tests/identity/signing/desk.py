"""A document on a table, with a route to sign it: what a feature with something to sign would add."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from flask import Flask, Response, get_flashed_messages, make_response
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.core.actor import Side
from portal.core.ids import new_id
from portal.demo.idp_config import DemoPerson
from portal.identity.signing.evidence import Evidence, read_evidence
from portal.identity.signing.http import allow_signing, begin
from portal.identity.signing.models import DocumentVersion, Signature
from portal.identity.signing.rules import FrozenDocument
from portal.identity.signing.service import DocumentSigned
from portal.web.access import Client
from portal.web.routes import Feature
from tests.identity.provider import LEVEL_3, Visitor

Sessions = sessionmaker[Session]
PAGE = "/prov/papper"
DOCUMENT = FrozenDocument(
    "application",
    {"month": "2026-11", "rent": Decimal("7450.00"), "from": date(2026, 11, 1), "children": ["a", "b"]},
    "Jag söker ekonomiskt bistånd för november 2026. Hyran är 7 450 kronor.",
    "sv",
)


@dataclass
class Desk:
    """The document, what it is of, and what has been told of it."""

    document: FrozenDocument = DOCUMENT
    object_id: uuid.UUID = field(default_factory=new_id)
    party: str = "applicant"
    events: list[DocumentSigned] = field(default_factory=list)


def add_desk(app: Flask) -> Desk:
    """Add the routes to an application."""
    desk = Desk()
    feature = Feature("desk")

    @feature.route(PAGE, access=Client())
    def page() -> Response:
        allow_signing()
        return make_response("|".join(map(str, get_flashed_messages())), {"Content-Type": "text/plain"})

    @feature.route(PAGE, access=Client(), methods=("POST",))
    def sign() -> Response:
        return begin(desk.document, object_id=desk.object_id, party=desk.party, return_to=PAGE)

    feature.register(app, frozenset(Side))
    with app.app_context():
        bus = app.extensions["insyn.sessions"].kw["info"]["event_bus"]
    bus.subscribe(DocumentSigned, lambda _session, event: desk.events.append(event))
    return desk


def press(visitor: Visitor) -> TestResponse:
    """Press the button that signs."""
    token = visitor.token(visitor.browser.get("/inloggningar"))
    return visitor.browser.post(PAGE, data={"csrf_token": token})


def go(visitor: Visitor) -> str:
    """Press the button; return the address at the provider."""
    answer = press(visitor)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def sign(visitor: Visitor, person: DemoPerson, level: str = LEVEL_3) -> TestResponse:
    """Sign in a signed-in browser; return the answer to the provider's post."""
    return visitor.post(visitor.provider.answer(visitor.side, go(visitor), person, level))


def signatures(sessions: Sessions) -> list[Signature]:
    with sessions() as session:
        return list(session.scalars(select(Signature).order_by(Signature.created_at)))


def only_evidence(sessions: Sessions) -> tuple[Evidence, FrozenDocument]:
    """Return what is stored of the only signature."""
    (signature,) = signatures(sessions)
    with sessions() as session:
        return read_evidence(signature.evidence), session.get_one(DocumentVersion, signature.version_id).document()


def changed(document: FrozenDocument, **parts: object) -> FrozenDocument:
    return replace(document, **parts)  # type: ignore[arg-type]  # the parts of a document
