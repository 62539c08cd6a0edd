"""Signing through the whole application, with the development provider's real answers."""

import dataclasses
import hashlib
import json
import time
import uuid
import zlib
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from portal import tables
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.crypto import KeyRing, ring_of
from portal.core.db import make_engine, make_sessionmaker
from portal.core.errors import Conflict, NotFound
from portal.core.ids import new_id
from portal.core.rotation import remaining, rotate
from portal.identity.models import SignedInSession, SignInRequest
from portal.identity.saml import names
from portal.identity.service import clean_up
from portal.identity.signing.models import DocumentVersion, Signature, SignatureRequest
from portal.identity.signing.queries import (
    Reference,
    current_version,
    reference_of,
    references_on_record,
    signatures_of,
)
from portal.identity.signing.rules import Scheme, control_code
from portal.identity.signing.service import AlreadySigned, freeze, start_signing
from portal.identity.signing.verify import verify_evidence
from portal.people.models import Person
from portal.settings import Settings
from tests.identity.provider import LEVEL_2, MARIAM, PETRA, TOR, Provider, Visitor
from tests.identity.signing.desk import (
    DOCUMENT,
    PAGE,
    Desk,
    add_desk,
    changed,
    go,
    only_evidence,
    press,
    sign,
    signatures,
)
from tests.messages.world import World
from tests.support.client import PageClient

Sessions = sessionmaker[Session]


def refusals(sessions: Sessions) -> list[str]:
    with sessions() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign", AuditEntry.outcome == "refused"))
        return [row.detail["reason"] for row in rows]


@pytest.fixture
def mariam(visitor: Visitor, world: World, desk: Desk) -> Visitor:
    visitor.sign_in(MARIAM)
    return visitor


def test_a_person_signs_and_comes_back_in_the_same_session(
    mariam: Visitor, sessions: Sessions, world: World, desk: Desk
) -> None:
    token = mariam.cookie
    location = go(mariam)
    mariam.browser.delete_cookie("insyn-client-session")  # as a browser leaves it out of a cross-site post
    answer = mariam.post(mariam.provider.answer(Side.CLIENT, location, MARIAM))
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert not [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("insyn-client-session")]
    mariam.browser.set_cookie("insyn-client-session", token or "")
    assert mariam.signed_in()
    (signature,) = signatures(sessions)
    assert (signature.signer_id, signature.party, signature.level) == (world.mariam, "applicant", 3)
    assert signature.digest == DOCUMENT.digest
    assert abs(now() - signature.signed_at) < timedelta(minutes=1)
    with sessions() as session:
        assert len(session.scalars(select(SignedInSession)).all()) == 1
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign")).one()
        assert (entry.outcome, entry.subject_id, entry.object_id) == ("done", world.mariam, signature.id)
    (event,) = desk.events
    assert (event.signature_id, event.object_id, event.party) == (signature.id, desk.object_id, "applicant")


def test_the_evidence_holds_against_the_providers_certificate(mariam: Visitor, sessions: Sessions) -> None:
    sign(mariam, MARIAM)
    evidence, document = only_evidence(sessions)
    trusted = [mariam.provider.side(Side.CLIENT).cert_pem]
    verdict = verify_evidence(evidence, document, trusted)
    assert verdict.holds, verdict.failed
    assert len(verdict.checks) == 11
    assert verdict.signed_at == signatures(sessions)[0].signed_at


def test_the_request_commits_to_document_person_and_nonce(mariam: Visitor, sessions: Sessions) -> None:
    go(mariam)
    with sessions() as session:
        row = session.scalars(select(SignInRequest).where(SignInRequest.purpose == "sign")).one()
        asked = session.scalars(select(SignatureRequest)).one()
        version = session.scalars(select(DocumentVersion)).one()
    commitment = json.dumps(
        {"purpose": "insyn-signature/1", **asked.binding}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert row.request_id == "_" + hashlib.sha256(commitment.encode()).hexdigest()
    assert (asked.binding["digest"], asked.binding["reference"]) == (version.digest.hex(), MARIAM.identity_number)
    assert len(asked.binding["nonce"]) == 64
    assert row.force_authn


def test_two_requests_for_the_same_document_have_different_ids(mariam: Visitor, sessions: Sessions) -> None:
    go(mariam)
    go(mariam)
    with sessions() as session:
        ids = session.scalars(select(SignInRequest.request_id).where(SignInRequest.purpose == "sign")).all()
        assert len(set(ids)) == 2
        assert len(session.scalars(select(DocumentVersion)).all()) == 1


def test_another_person_can_not_sign(mariam: Visitor, sessions: Sessions) -> None:
    token = mariam.cookie
    answer = sign(mariam, TOR)
    assert answer.status_code == 403
    assert "Inget är underskrivet" in answer.text
    assert signatures(sessions) == []
    assert refusals(sessions) == ["other_signer"]
    assert mariam.cookie == token
    assert mariam.signed_in()


def test_the_answer_to_another_request_signs_nothing(mariam: Visitor, sessions: Sessions) -> None:
    """Neither one document's answer for another's, nor a sign-in's."""
    foreign = mariam.provider.answer(Side.CLIENT, go(mariam), MARIAM)
    go(mariam)
    assert mariam.post(foreign).status_code == 403
    sign_in = mariam.provider.answer(Side.CLIENT, mariam.start(fresh="1"), MARIAM)
    go(mariam)
    assert mariam.post(sign_in).status_code == 403
    assert signatures(sessions) == []
    assert refusals(sessions) == ["response_in_response_to"] * 2


def test_a_signature_opens_no_session(mariam: Visitor, sessions: Sessions, app: Flask) -> None:
    encoded = mariam.provider.answer(Side.CLIENT, go(mariam), MARIAM)
    login = mariam.browser.get_cookie("insyn-client-login")
    assert login is not None
    other = Visitor(PageClient(app), mariam.provider, Side.CLIENT)
    other.browser.set_cookie("insyn-client-login", login.value)
    other.post(encoded)
    assert other.cookie is None
    assert not other.signed_in()


def test_the_same_answer_twice_signs_once(mariam: Visitor, sessions: Sessions) -> None:
    encoded = mariam.provider.answer(Side.CLIENT, go(mariam), MARIAM)
    login = mariam.browser.get_cookie("insyn-client-login")
    assert login is not None
    assert mariam.post(encoded).status_code == 303
    mariam.browser.set_cookie("insyn-client-login", login.value)
    assert mariam.post(encoded).status_code == 403
    assert len(signatures(sessions)) == 1


def test_a_request_that_is_too_old_signs_nothing(mariam: Visitor, sessions: Sessions) -> None:
    location = go(mariam)
    with sessions.begin() as session:
        session.execute(update(SignInRequest).values(expires_at=now() - timedelta(seconds=1)))
    assert mariam.post(mariam.provider.answer(Side.CLIENT, location, MARIAM)).status_code == 403
    assert signatures(sessions) == []


def test_a_request_lives_a_quarter_of_an_hour(mariam: Visitor, sessions: Sessions) -> None:
    go(mariam)
    with sessions() as session:
        row = session.scalars(select(SignInRequest).where(SignInRequest.purpose == "sign")).one()
        assert row.expires_at - row.issued_at == timedelta(minutes=15)


def test_too_low_a_level_signs_nothing(mariam: Visitor, sessions: Sessions) -> None:
    assert sign(mariam, MARIAM, LEVEL_2).status_code == 403
    assert signatures(sessions) == []


def test_whoever_cancels_comes_back_to_the_document_with_a_word(mariam: Visitor, sessions: Sessions) -> None:
    location = go(mariam)
    answer = mariam.post(mariam.provider.refusal(Side.CLIENT, location))
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert mariam.browser.get(PAGE).text == "Du avbröt. Inget är underskrivet."
    assert mariam.browser.get(PAGE).text == ""
    mariam.post(mariam.provider.answer(Side.CLIENT, location, MARIAM))
    assert signatures(sessions) == []


def test_a_broken_off_request_can_not_be_answered_any_more(mariam: Visitor, sessions: Sessions) -> None:
    location = go(mariam)
    login = mariam.browser.get_cookie("insyn-client-login")
    assert login is not None
    mariam.post(mariam.provider.refusal(Side.CLIENT, location))
    mariam.browser.set_cookie("insyn-client-login", login.value)
    assert mariam.post(mariam.provider.answer(Side.CLIENT, location, MARIAM)).status_code == 403
    assert signatures(sessions) == []


def test_a_suspicion_of_fraud_is_the_one_plain_page(mariam: Visitor, sessions: Sessions) -> None:
    answer = mariam.post(mariam.provider.refusal(Side.CLIENT, go(mariam), names.SWEDISH_STATUS + "fraud"))
    assert answer.status_code == 403
    assert refusals(sessions) == ["status_fraud"]


def test_a_document_that_changes_while_it_is_signed_is_not_signed(
    mariam: Visitor, sessions: Sessions, world: World, desk: Desk
) -> None:
    location = go(mariam)
    with sessions.begin() as session:
        freeze(session, world.client(world.mariam), changed(DOCUMENT, text="Annat"), object_id=desk.object_id)
    answer = mariam.post(mariam.provider.answer(Side.CLIENT, location, MARIAM))
    assert answer.status_code == 403
    assert "har ändrats" in answer.text
    assert (signatures(sessions), refusals(sessions)) == ([], ["document_changed"])


def test_any_change_is_a_new_version_without_signatures(
    mariam: Visitor, sessions: Sessions, world: World, desk: Desk
) -> None:
    sign(mariam, MARIAM)
    who = world.client(world.mariam)
    with sessions.begin() as session:
        first = current_version(session, "application", desk.object_id)
        assert first is not None
        assert [found.party for found in signatures_of(session, first)] == ["applicant"]
        assert freeze(session, who, DOCUMENT, object_id=desk.object_id) is first
        for change in ({"text": DOCUMENT.text + " "}, {"locale": "en"}, {"content": {**DOCUMENT.content, "rent": "1"}}):
            version = freeze(session, who, changed(DOCUMENT, **change), object_id=desk.object_id)
            assert signatures_of(session, version) == []
        assert version.number == 4
        # Back to the first words is a new version, too: it was signed before what came between.
        again = freeze(session, who, DOCUMENT, object_id=desk.object_id)
        assert (again.number, signatures_of(session, again)) == (5, [])
        assert len(signatures_of(session, first)) == 1


def test_two_parties_sign_the_same_version(
    mariam: Visitor, sessions: Sessions, app: Flask, desk: Desk, world: World
) -> None:
    sign(mariam, MARIAM)
    tor = Visitor(PageClient(app), mariam.provider, Side.CLIENT)
    tor.sign_in(TOR)
    desk.party = "co_applicant"
    assert sign(tor, TOR).status_code == 303
    with sessions() as session:
        version = session.scalars(select(DocumentVersion)).one()
        found = signatures_of(session, version)
    assert [(one.party, one.signer_id) for one in found] == [("applicant", world.mariam), ("co_applicant", world.tor)]


def test_the_same_person_is_not_two_parties(mariam: Visitor, sessions: Sessions, desk: Desk) -> None:
    sign(mariam, MARIAM)
    desk.party = "co_applicant"
    assert press(mariam).status_code == 409
    assert len(signatures(sessions)) == 1


def test_nor_with_two_requests_under_way(mariam: Visitor, sessions: Sessions, desk: Desk, app: Flask) -> None:
    other = Visitor(PageClient(app), mariam.provider, Side.CLIENT)
    other.sign_in(MARIAM)
    first = go(mariam)
    desk.party = "co_applicant"
    second = go(other)
    assert mariam.post(mariam.provider.answer(Side.CLIENT, first, MARIAM)).status_code == 303
    assert other.post(other.provider.answer(Side.CLIENT, second, MARIAM)).status_code == 403
    assert [row.party for row in signatures(sessions)] == ["applicant"]
    assert refusals(sessions) == ["already_signed"]


def test_a_party_signs_once(mariam: Visitor, sessions: Sessions, app: Flask) -> None:
    sign(mariam, MARIAM)
    tor = Visitor(PageClient(app), mariam.provider, Side.CLIENT)
    tor.sign_in(TOR)
    assert press(tor).status_code == 409


def test_whoever_is_signed_out_can_not_sign(visitor: Visitor, desk: Desk) -> None:
    assert visitor.browser.get(PAGE).status_code == 303


def test_the_page_with_the_button_may_send_its_form_to_the_provider(mariam: Visitor) -> None:
    policy = mariam.browser.get(PAGE).headers["Content-Security-Policy"]
    assert "http://localhost:8099" in policy.partition("form-action")[2].partition(";")[0]


def test_a_caseworker_signs_with_the_staff_id(
    staff_visitor: Visitor, staff_app: Flask, sessions: Sessions, world: World
) -> None:
    desk = add_desk(staff_app)
    staff_visitor.sign_in(PETRA)
    with sessions.begin() as session:
        federation = staff_app.extensions["insyn.federation"]
        (idp,) = federation.providers[Side.STAFF]
        started = start_signing(
            session,
            world.staff(world.petra),
            DOCUMENT,
            object_id=desk.object_id,
            party="caseworker",
            sp=federation.service_providers[Side.STAFF],
            idp=idp,
            return_to="/arbetsko",
        )
    staff_visitor.browser.set_cookie("insyn-staff-login", started.cookie)
    encoded = staff_visitor.provider.answer(Side.STAFF, started.message.url, PETRA)
    assert staff_visitor.post(encoded).headers["Location"] == "/arbetsko"
    evidence, document = only_evidence(sessions)
    assert evidence.binding.reference == PETRA.staff_id
    assert verify_evidence(evidence, document, [staff_visitor.provider.side(Side.STAFF).cert_pem]).holds


def test_what_is_signed_and_by_whom_stands_encrypted(mariam: Visitor, sessions: Sessions) -> None:
    sign(mariam, MARIAM)
    secrets = [DOCUMENT.text, "7450", MARIAM.identity_number or "", "Sandell"]
    with sessions() as session:
        for table in ("document_version", "signature_request", "signature", "sign_in_request"):
            for row in session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - names of ours
                for value in row:
                    shown = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert not [secret for secret in secrets if secret.encode() in shown], table


@pytest.mark.parametrize("table", ["document_version", "signature"])
def test_the_database_refuses_to_change_or_remove_what_is_signed(
    mariam: Visitor, sessions: Sessions, table: str
) -> None:
    sign(mariam, MARIAM)
    encrypted = "content" if table == "document_version" else "evidence"
    for statement in (
        f"DELETE FROM {table}",  # noqa: S608 - names of ours
        f"UPDATE {table} SET digest = digest",  # noqa: S608
        f"UPDATE {table} SET {encrypted} = {encrypted} || {encrypted}",  # noqa: S608
        f"UPDATE {table} SET {encrypted} = NULL",  # noqa: S608
    ):
        with sessions() as session, pytest.raises(DBAPIError):
            session.execute(text(statement))


@pytest.mark.parametrize("table", ["document_version", "signature"])
def test_every_plain_column_is_protected(mariam: Visitor, sessions: Sessions, table: str) -> None:
    sign(mariam, MARIAM)
    encrypted = {"content", "text", "evidence"}
    for column in tables.metadata().tables[table].columns:
        if column.name not in encrypted:
            with sessions() as session, pytest.raises(DBAPIError):
                session.execute(text(f"UPDATE {table} SET {column.name} = {column.name}"))  # noqa: S608


def test_keys_can_be_rotated_under_what_is_signed(mariam: Visitor, sessions: Sessions, settings: Settings) -> None:
    sign(mariam, MARIAM)
    with sessions() as session:
        old = ring_of(session.get_bind().dialect)
    ring = KeyRing({**old.keys, 2: bytes(range(100, 132))}, old.index_keys)
    engine = make_engine(settings.database_url, ring)
    renewed = make_sessionmaker(engine)
    list(rotate(renewed, tables.metadata()))
    with renewed() as session:
        assert remaining(session, tables.metadata()) == 0
    evidence, document = only_evidence(renewed)
    assert verify_evidence(evidence, document, [mariam.provider.side(Side.CLIENT).cert_pem]).holds
    engine.dispose()


def test_pending_requests_are_cleaned_away_and_signatures_stay(mariam: Visitor, sessions: Sessions) -> None:
    sign(mariam, MARIAM)
    with clock.travel(timedelta(days=400)), sessions.begin() as session:
        clean_up(session)
    with sessions() as session:
        assert session.scalars(select(SignInRequest)).all() == []
        assert session.scalars(select(SignatureRequest)).all() == []
        assert len(session.scalars(select(Signature)).all()) == 1


def test_a_message_is_shown_by_providers_that_can(
    app: Flask, mariam: Visitor, sessions: Sessions, provider: Provider
) -> None:
    def request() -> bytes:
        query = parse_qs(urlsplit(go(mariam)).query)
        return zlib.decompress(b64decode(query["SAMLRequest"][0]), -15)

    assert b"UserMessage" not in request()
    found = app.extensions["insyn.federation"]
    wanted = {"supports_user_message": True, "wanted_principals": frozenset({names.PERSONAL_IDENTITY_NUMBER})}
    idps = tuple(dataclasses.replace(idp, **wanted) for idp in found.providers[Side.CLIENT])
    app.extensions["insyn.federation"] = dataclasses.replace(found, providers={**found.providers, Side.CLIENT: idps})
    sent = request()
    message = sent.partition(b'xml:lang="sv">')[2].partition(b"<")[0]
    assert control_code(DOCUMENT.digest) in b64decode(message).decode()
    # Nor is there anything of the document or the person: the request travels in an address.
    assert b"7450" not in sent
    assert (MARIAM.identity_number or "").encode() not in sent


def test_starting_is_refused_to_who_has_signed(
    mariam: Visitor, sessions: Sessions, world: World, desk: Desk, app: Flask
) -> None:
    sign(mariam, MARIAM)
    federation = app.extensions["insyn.federation"]
    (idp,) = federation.providers[Side.CLIENT]
    with sessions() as session, pytest.raises(AlreadySigned) as caught:
        start_signing(
            session,
            world.client(world.mariam),
            DOCUMENT,
            object_id=desk.object_id,
            party="other",
            sp=federation.service_providers[Side.CLIENT],
            idp=idp,
            return_to="/",
        )
    assert isinstance(caught.value, Conflict)


# SQLite lets one writer in at a time.
@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_two_changes_at_once_are_not_one_version(sessions: Sessions, world: World) -> None:
    """The second is told that something has changed, and its transaction can go on."""
    object_id, who = new_id(), world.client(world.mariam)
    with sessions() as first:
        freeze(first, who, DOCUMENT, object_id=object_id)
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(_freeze_apart, sessions, who, object_id)
            time.sleep(0.5)
            first.commit()
            assert second.result(timeout=20) == "conflict"


def _freeze_apart(sessions: Sessions, who: Actor, object_id: uuid.UUID) -> str:
    with sessions() as session:
        try:
            freeze(session, who, changed(DOCUMENT, text="Annat"), object_id=object_id)
        except Conflict:
            assert session.scalars(select(DocumentVersion.number)).all() == [1]
            return "conflict"
        return "frozen"


def test_a_foreign_provider_names_a_person_by_the_provisional_identifier(sessions: Sessions, world: World) -> None:
    who = world.client(world.mariam)
    with sessions.begin() as session:
        assert reference_of(session, who, foreign=False) == Reference(Scheme.NUMBER, MARIAM.identity_number or "")
        with pytest.raises(NotFound):
            reference_of(session, who, foreign=True)
        session.get_one(Person, world.mariam).prid = "XA:1234567890"
        assert reference_of(session, who, foreign=True) == Reference(Scheme.PRID, "XA:1234567890")
        assert references_on_record(session, Side.CLIENT, world.mariam) == {MARIAM.identity_number, "XA:1234567890"}
