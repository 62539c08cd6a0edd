"""Somebody who applies with another becomes protected: it can't be told from somebody who doesn't get ready."""

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance import queries, words
from portal.assistance.models import Application
from portal.assistance.queries.carried import Answers
from portal.assistance.rules import kinds
from portal.assistance.rules.routing import Offer, offer
from portal.assistance.rules.states import ApplicationState, EventKind, Handling
from portal.assistance.service import parties, starting
from portal.core.clock import now
from portal.core.i18n import today
from portal.people.models import Person
from portal.people.rules import Protection
from portal.sync import registers
from portal.sync.contract import Change, Kind, PersonRecord
from tests.assistance.office import decided, know, receive, status
from tests.assistance.test_after_pages import Town, at
from tests.assistance.world import (
    JONAS,
    OWN,
    TWO,
    Scene,
    answer,
    fill,
    happened,
    invite,
    kinds_of,
    protect,
    put_file,
    row,
    sign,
    start,
)
from tests.messages.test_sync import link
from tests.support.client import Page

# What differs from page to page without telling anything.
_OWN_TO_A_PAGE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|IjI?[\w.-]{20,}|nonce-\S+|value=\"[^\"]{20,}\"|\d\d\.\d\d")
PAGES = ("", "/granska", "/tillsammans", "/tillsammans/ta-bort", "/bilagor", "/berakning")
SECRET = ("Okänt", "19851231", "070-555", "+4670555", "identitet.pdf", "skydd", "sekretess")


@pytest.fixture
def town(app: Flask, sessions: sessionmaker[Session]) -> Town:
    return Town(app, sessions)


def couple(scene: Scene) -> uuid.UUID:
    draft = start(scene)
    fill(scene, draft, TWO)
    invite(scene, draft)
    own = {**OWN, "contact": {**OWN["contact"], "phone": "070-555 01 02"}}
    fill(scene, draft, own, scene.jonas)
    put_file(scene, draft, scene.jonas, paper="identity").name = "identitet.pdf"
    return draft


def not_ready(scene: Scene, draft: uuid.UUID) -> None:
    """What happens otherwise: Jonas takes an answer of his back."""
    answer(scene, draft, "planning", {"occupation": ""}, scene.jonas)


def protected(scene: Scene) -> None:
    """The register tells that he is protected, and by which name he goes now."""
    protect(scene, scene.jonas, name="Okänt")


def look(page: Page) -> str:
    """Return a page without what is of the page alone."""
    return _OWN_TO_A_PAGE.sub("", str(page.one("main")))


def looks(town: Town, draft: uuid.UUID) -> list[str]:
    """Return Mariam's pages as she sees them."""
    return [look(town.mariam.page(each)) for each in ("/idag", "/ansokan", *(at(draft, rest) for rest in PAGES))]


def test_a_draft_looks_as_that_of_somebody_whose_other_one_is_not_ready(town: Town) -> None:
    draft = town.do(couple)
    with town.acting() as scene:
        not_ready(scene, draft)
    usual = looks(town, draft)
    with town.acting() as scene:
        answer(scene, draft, "planning", {"occupation": "sick"}, scene.jonas)
        protected(scene)
    assert looks(town, draft) == usual
    page = town.mariam.page(at(draft, "/granska"))
    assert "Vi väntar på att Jonas blir klar med sin del." in page.text
    assert page.heading == "Stämmer allt?"
    for text in usual:
        assert not [words for words in SECRET if words in text]


@pytest.mark.parametrize("first", ["mariam", "jonas"])
def test_what_waited_for_signatures_is_void_as_after_any_change(town: Town, first: str) -> None:
    draft = town.do(couple)
    with town.acting() as scene:
        sign(scene, draft, getattr(scene, first))
        protected(scene)
        found = scene.session.get_one(Application, draft)
        assert (found.state, found.frozen_id) == (ApplicationState.DRAFT, None)
        assert kinds_of(scene, draft)[-1] is EventKind.CHANGED
    page = town.mariam.page(at(draft, "/granska"))
    assert "Något i ansökan ändrades. Därför gäller inte underskrifterna längre." in page.text
    assert "Vi väntar på att Jonas blir klar med sin del." in page.text
    assert not page.soup.select("[name=attest]")
    assert "din tur" not in town.mariam.page("/idag").text


def test_nothing_is_signed_with_somebody_protected(town: Town) -> None:
    draft = town.do(couple)
    form = town.mariam.page(at(draft, "/granska"))
    with town.acting() as scene:
        protected(scene)
    refused = town.mariam.submit(form, "form:has([name=attest])", {"attest": "y"}, status=409)
    assert "Vi väntar på att Jonas blir klar med sin del." in refused.text


def test_the_applicant_can_go_on_alone_and_what_was_the_others_is_gone(town: Town) -> None:
    draft = town.do(couple)
    with town.acting() as scene:
        protected(scene)
    asked = town.mariam.page(at(draft, "/tillsammans/ta-bort"))
    assert "Vill du söka utan Jonas?" in asked.text
    after = town.mariam.submit(asked, button="Ja, sök ensam")
    assert "Klart. Nu söker du ensam." in after.text
    assert "Jonas" not in town.mariam.page(at(draft, "/granska")).text


def test_whoever_is_protected_is_shown_the_way_to_a_person_and_no_reason(town: Town) -> None:
    draft = town.do(couple)
    with town.acting() as scene:
        protected(scene)
    page = town.jonas.page(at(draft, "/granska"))
    assert page.heading == "Du kan inte skriva under här"
    assert "Ring oss" in page.text
    assert "skydd" not in page.text.lower()


def test_a_co_applicant_of_somebody_protected_sees_what_somebody_sees_who_is_asked_no_more(town: Town) -> None:
    draft = town.do(couple)
    with town.acting() as scene:
        protect(scene, scene.mariam, Protection.SECRECY)
    hidden = [look(town.jonas.page(each)) for each in ("/idag", "/ansokan")]
    statuses = [town.jonas.get(at(draft, each)).status_code for each in PAGES]
    assert set(statuses) == {404}
    with town.acting() as scene:
        scene.session.get_one(Person, scene.mariam.subject_id).protection = Protection.NONE
        scene.session.flush()
        parties.remove_co_applicant(scene.session, scene.mariam, draft)
    assert [look(town.jonas.page(each)) for each in ("/idag", "/ansokan")] == hidden


BROWSERS = ("mariam", "jonas")
HANDED_IN = ("", "/komplettera")


def handed_in(scene: Scene) -> uuid.UUID:
    """An application of both, of which the back office has said something already."""
    know(scene)
    draft = couple(scene)
    for who in (scene.mariam, scene.jonas):
        sign(scene, draft, who)
    receive(scene, status(draft, Handling.COMPLETION_ASKED, text="Skicka hyresavin."))
    return draft


def others(town: Town, draft: uuid.UUID, reader: str) -> list[str]:
    """Return what is on the pages of whoever isn't protected."""
    browser = getattr(town, reader)
    return [look(browser.page(each)) for each in ("/idag", "/ansokan", *(at(draft, rest) for rest in HANDED_IN))]


@pytest.mark.parametrize(("protege", "reader"), [BROWSERS, BROWSERS[::-1]])
def test_what_is_handed_in_looks_as_before_and_is_only_not_to_be_had_as_a_file(
    town: Town, protege: str, reader: str
) -> None:
    draft = town.do(handed_in)
    before = others(town, draft, reader)
    assert "Skicka hyresavin." in before[2]
    with town.acting() as scene:
        protect(scene, getattr(scene, protege), name="Okänt")
    assert others(town, draft, reader) == before
    refused = getattr(town, reader).get(at(draft, "/kopia"))
    assert refused.status_code == 503
    assert "Filen gick inte att göra." in refused.text
    assert "Okänt" not in refused.text


@pytest.mark.parametrize(("protege", "reader"), [BROWSERS, BROWSERS[::-1]])
def test_what_the_back_office_writes_later_is_not_for_the_other_one(town: Town, protege: str, reader: str) -> None:
    draft = town.do(handed_in)
    with town.acting() as scene:
        protect(scene, getattr(scene, protege), name="Okänt")
        # Dated before the protection, as by an office that was told of it late: what counts is when it came.
        earlier = now() - timedelta(days=1)
        receive(scene, status(draft, Handling.UNDER_REVIEW, at=earlier))
        receive(scene, status(draft, Handling.COMPLETION_ASKED, text="Skicka avtalet för Storgatan 1.", at=earlier))
    shown = " ".join(others(town, draft, reader))
    assert "Vi behöver mer från dig" in shown
    assert "Storgatan" not in shown
    assert "Ring oss, så berättar vi vad vi behöver." in shown
    with town.acting() as scene:
        receive(scene, decided(draft, text="Du får hyran på Storgatan 1."))
    page = getattr(town, reader).page(at(draft))
    assert page.heading == "Ansökan är beslutad"
    assert "Bifall" in page.text
    assert "Storgatan" not in page.text
    for text in ("Skicka avtalet för Storgatan 1.", "Du får hyran på Storgatan 1."):
        assert text in getattr(town, protege).page(at(draft)).text


def test_the_next_application_begins_as_it_would_have_begun(town: Town) -> None:
    draft = town.do(handed_in)
    with town.acting() as scene:
        usual = begun(scene)
    with town.acting() as scene:
        scene.session.delete(scene.session.get_one(Application, usual[0]))
        protect(scene, scene.mariam, name="Okänt")
        again = begun(scene)
    assert again[1:] == usual[1:]
    assert usual[2][kinds.Party.APPLICANT, "home"]["form"].raw == TWO["home"]["form"]
    assert draft != again[0]


def begun(scene: Scene) -> tuple[uuid.UUID, list[Offer], Answers]:
    """Begin Jonas' own for the month after, and return what was offered and what it is filled in with."""
    offers = offer(queries.facts(scene.session, scene.jonas, today=today(), months_until_new=2))
    one = next(each for each in offers if each.kind is kinds.Kind.MONTHLY)
    made = starting.begin(scene.session, scene.jonas, kind=one.kind, period=one.period, months_until_new=2)
    return made, list(offers), queries.draft(scene.session, scene.jonas, made).answers


def test_a_protection_that_ends_lets_everything_be_read_again(town: Town) -> None:
    draft = town.do(handed_in)
    with town.acting() as scene:
        protect(scene, scene.mariam)
        receive(scene, decided(draft, text="Ni får hyran."))
        protect(scene, scene.mariam, Protection.UNKNOWN)
        assert "Ni får" not in " ".join(one.text for one in happened(scene, draft, scene.jonas))
        scene.session.get_one(Person, scene.mariam.subject_id).protection = Protection.NONE
    assert "Ni får hyran." in town.jonas.page(at(draft)).text


@pytest.mark.parametrize("name", ["Jonas", "Okänt"])
def test_the_name_that_is_kept_is_the_last_one_before(scene: Scene, name: str) -> None:
    know(scene)
    draft = couple(scene)
    link(scene.session, Kind.PERSON, "P-J", scene.jonas.subject_id)
    for version, (given, protection) in enumerate([("Jon", Protection.NONE), (name, None), ("Ny", Protection.SECRECY)]):
        record = PersonRecord("P-J", JONAS, given, "Sandell", protection)
        registers.person(scene.session, Change("P-J", Kind.PERSON, version, record.to_payload()))
    assert words.other_name(queries.application(scene.session, scene.mariam, draft)) == "Jon"


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.REGISTRATION, None])
def test_it_is_the_registers_word_that_voids_what_waits(scene: Scene, protection: Protection | None) -> None:
    draft = couple(scene)
    sign(scene, draft)
    link(scene.session, Kind.PERSON, "P-J", scene.jonas.subject_id)
    record = PersonRecord("P-J", JONAS, "Jonas", "Sandell", protection)
    registers.person(scene.session, Change("P-J", Kind.PERSON, 2, record.to_payload()))
    waits = protection is Protection.NONE
    assert row(scene, draft).state is (ApplicationState.SIGNING if waits else ApplicationState.DRAFT)
