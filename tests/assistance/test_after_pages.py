"""Pages of two who apply, of signing and of what is handed in: what each party sees, may do, and is refused."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance.models import Application, AssistancePeriod
from portal.assistance.rules.states import ApplicationState, Handling, Outcome, PeriodState
from portal.assistance.service import parties
from portal.core.actor import Actor
from portal.core.clock import travel
from portal.core.db import writing
from portal.people.models import Person
from portal.sync.rules import Delivery
from tests.assistance import world as worlds
from tests.assistance.office import know, receive, status
from tests.assistance.world import ALONE, JONAS, TWO, Scene, answer, couple, fill, put_file, sign, start
from tests.messages.world import person, sign_in
from tests.support.client import Page, PageClient, form_values, multipart
from tests.support.pdf import faults_of, text_of
from tests.web.test_query_counts import counted

Sessions = sessionmaker[Session]
MOST_QUERIES = 20
WORDS = "form:has([name=text])"
YES, NO = 'form:has(button:-soup-contains("Ja, sök"))', "Nej tack"


class Town:
    """Who acts, each in a browser of their own, over one database."""

    def __init__(self, app: Flask, sessions: Sessions) -> None:
        self.app, self.sessions = app, sessions
        with writing(sessions) as session:
            world = worlds.build(session)
            jonas = person(session, JONAS, "Jonas", "Sandell").id
            scene = Scene(session, world, *(world.client(each) for each in (world.mariam, world.tor, jonas)))
        self.scene = scene
        self.mariam, self.jonas, self.tor = (self.browser(who) for who in (scene.mariam, scene.jonas, scene.tor))

    def browser(self, who: Actor) -> PageClient:
        browser = cast("PageClient", self.app.test_client())
        sign_in(self.sessions, browser, who)
        return browser

    @contextmanager
    def acting(self) -> Iterator[Scene]:
        """A scene in a transaction of its own."""
        with writing(self.sessions) as session:
            old = self.scene
            yield Scene(session, old.world, old.mariam, old.tor, old.jonas)

    def do(self, what: Callable[[Scene], uuid.UUID]) -> uuid.UUID:
        with self.acting() as scene:
            return what(scene)

    def alone(self, *, signed: bool = True) -> uuid.UUID:
        def make(scene: Scene) -> uuid.UUID:
            draft = start(scene)
            fill(scene, draft, ALONE)
            if signed:
                sign(scene, draft)
            return draft

        return self.do(make)

    def couple(self, *, signed: tuple[str, ...] = ()) -> uuid.UUID:
        def make(scene: Scene) -> uuid.UUID:
            draft = couple(scene)
            for who in signed:
                sign(scene, draft, getattr(scene, who))
            return draft

        return self.do(make)

    def set(self, draft: uuid.UUID, **values: object) -> None:
        with self.acting() as scene:
            row = scene.session.get_one(Application, draft)
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture
def town(app: Flask, sessions: Sessions) -> Town:
    return Town(app, sessions)


def at(draft: uuid.UUID, rest: str = "") -> str:
    return f"/ansokan/{draft}{rest}"


# --- together


def asked(town: Town, number: str = JONAS) -> tuple[uuid.UUID, Page]:
    draft = town.do(start)
    page = town.mariam.page(at(draft, "/tillsammans"))
    return draft, town.mariam.submit(page, fields={"number": number})


@pytest.mark.parametrize("number", [JONAS, "851231-2391", "8512312391", " 19851231-2391 "])
def test_somebody_is_asked_by_number_and_finds_the_question_by_signing_in(town: Town, number: str) -> None:
    draft, page = asked(town, number)
    assert page.heading == "Du har frågat någon"
    assert "19851231-2391" in page.text
    assert "Har inte svarat än" in page.text
    assert "Jonas" not in page.text
    found = town.jonas.page(f"/ansokan/inbjudan/{draft}")
    assert found.heading == "Mariam Sandell vill söka ekonomiskt bistånd tillsammans med dig"
    assert "december 2026" in found.text
    assert town.tor.get(f"/ansokan/inbjudan/{draft}").status_code == 404
    town.jonas.submit(found, button="Ja, sök tillsammans")
    page = town.mariam.page(at(draft, "/tillsammans"))
    assert page.heading == "Ni söker tillsammans"
    assert "Jonas Sandell" in page.text
    assert town.jonas.get(f"/ansokan/inbjudan/{draft}").status_code == 404


def test_joining_takes_a_fresh_sign_in(town: Town) -> None:
    draft, _page = asked(town)
    with travel(timedelta(minutes=11)):
        page = town.jonas.page(f"/ansokan/inbjudan/{draft}")
        form = form_values(page.form(YES))
        answered = town.jonas.post(f"/ansokan/inbjudan/{draft}", data=form)
    assert answered.status_code == 303
    assert "fresh=1" in answered.headers["Location"]
    assert town.mariam.page(at(draft, "/tillsammans")).heading == "Du har frågat någon"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "Skriv personnumret."),
        ("198512312392", "Personnumret stämmer inte."),
        ("198511292388", "ditt eget nummer"),
        ("201703202380", "fyllt 18 år"),
        ("197801302386", "Det går inte att söka tillsammans med den personen här."),
        ("199310192399", "Det går inte att söka tillsammans med den personen här."),
    ],
)
def test_a_number_is_refused_beside_the_field_in_its_own_words(town: Town, number: str, words: str) -> None:
    draft = town.do(start)
    page = town.mariam.submit(town.mariam.page(at(draft, "/tillsammans")), fields={"number": number}, status=422)
    assert words in page.one(".ds-validation-message").get_text()
    for word in ("skydd", "sekretess", "spärr"):
        assert word not in page.text.lower()


def test_what_is_refused_counts_and_a_slip_of_the_finger_does_not(town: Town) -> None:
    draft = town.do(start)
    page = town.mariam.page(at(draft, "/tillsammans"))
    town.mariam.submit(page, fields={"number": "123"}, status=422)
    for _attempt in range(parties.MAX_INVITATIONS):
        town.mariam.submit(page, fields={"number": "199310192399"}, status=422)
    page = town.mariam.submit(page, fields={"number": JONAS}, status=422)
    assert "försökt många gånger" in page.one(".ds-validation-message").get_text()


def test_whoever_says_no_is_not_named_and_can_be_asked_again(town: Town) -> None:
    draft, _page = asked(town)
    town.jonas.submit(town.jonas.page(f"/ansokan/inbjudan/{draft}"), button=NO)
    page = town.mariam.page(at(draft, "/tillsammans"))
    assert "sagt nej" in page.text
    assert "Jonas" not in page.text
    page = town.mariam.submit(page, fields={"number": JONAS})
    assert page.heading == "Du har frågat någon"


def test_an_own_application_in_the_way_is_told_with_what_to_do(town: Town) -> None:
    draft, _page = asked(town)
    own = town.do(lambda scene: start(scene, scene.jonas))
    page = town.jonas.page(f"/ansokan/inbjudan/{draft}")
    assert "egen ansökan" in page.text
    assert page.link("Öppna din ansökan") == at(own)
    assert not page.soup.select(YES)
    token = form_values(page.form())["csrf_token"]
    refused = town.jonas.post(f"/ansokan/inbjudan/{draft}", data={"csrf_token": token})
    assert refused.status_code == 409
    assert "egen ansökan" in refused.text


def test_the_applicant_goes_on_alone(town: Town) -> None:
    draft = town.couple()
    page = town.mariam.page(at(draft, "/tillsammans/ta-bort"))
    assert page.heading == "Vill du söka utan Jonas?"
    page = town.mariam.submit(page)
    assert page.heading == "Söker du tillsammans med någon?"
    assert town.jonas.get(at(draft, "/granska")).status_code == 404
    assert town.mariam.page(at(draft, "/tillsammans/ta-bort")).heading == "Söker du tillsammans med någon?"


def test_the_co_applicant_leaves(town: Town) -> None:
    draft = town.couple()
    page = town.jonas.page(at(draft, "/tillsammans"))
    assert "Mariam Sandell" in page.text
    assert "personnummer" not in page.text.lower()
    town.jonas.submit(town.jonas.page(page.link("Jag vill inte vara med")))
    assert town.jonas.get(at(draft, "/tillsammans")).status_code == 404
    assert "sagt nej" in town.mariam.page(at(draft, "/tillsammans")).text


def test_each_has_pages_of_their_own_and_others_none(town: Town) -> None:
    draft = town.couple()
    for browser, rest in (
        (town.mariam, "/tillsammans/lamna"),
        (town.mariam, "/andring"),
        (town.jonas, "/tillsammans/ta-bort"),
        (town.tor, "/tillsammans"),
        (town.tor, "/granska"),
        (town.tor, ""),
    ):
        assert browser.get(at(draft, rest)).status_code == 404


def test_a_change_is_asked_for_and_the_applicant_sees_it(town: Town) -> None:
    draft = town.couple(signed=("mariam",))
    page = town.jonas.page(at(draft, "/andring"))
    refused = town.jonas.submit(page, fields={"text": " "}, status=422)
    assert "Skriv vad som behöver ändras." in refused.text
    town.jonas.submit(page, fields={"text": "Hyran är 9 450."})
    assert "Hyran är 9 450." in town.mariam.page(at(draft, "/tillsammans")).text
    review = town.mariam.page(at(draft, "/granska"))
    assert "Jonas bad om en ändring. Därför gäller inte underskrifterna längre." in review.text


# --- review


def test_the_whole_application_is_shown_in_words_before_it_is_signed(town: Town) -> None:
    draft = town.couple()
    with town.acting() as scene:
        put_file(scene, draft)
    page = town.mariam.page(at(draft, "/granska"))
    assert page.heading == "Stämmer allt?"
    for words in ("Mariam Sandell", "19851129-2388", "Jonas Sandell", "19851231-2391", "hyra.pdf", "heder och samvete"):
        assert words in page.text
    assert "Arbete, studier och hälsa – Du" in page.text
    assert "Arbete, studier och hälsa – Jonas" in page.text
    theirs = town.jonas.page(at(draft, "/granska"))
    assert "Arbete, studier och hälsa – Mariam" in theirs.text
    changes = [tag.get_text(" ", strip=True) for tag in theirs.soup.select(".i-sum a")]
    assert changes.count("Ändra Arbete, studier och hälsa") == 1
    assert "Ändra Utgifter" not in changes


def test_what_is_left_stands_first_and_nothing_can_be_signed(town: Town) -> None:
    draft = town.do(start)
    page = town.mariam.page(at(draft, "/granska"))
    assert "Det här är kvar" in page.text
    assert page.link("Utgifter är inte klart") == at(draft, "/del/costs")
    assert not page.soup.select("[name=attest]")
    token = form_values(page.form())["csrf_token"]
    answered = town.mariam.post(at(draft, "/granska"), data={"csrf_token": token, "attest": "y"})
    assert answered.status_code == 409


def test_what_the_other_one_has_left_is_told_without_a_link(town: Town) -> None:
    draft = town.couple()
    with town.acting() as scene:
        answer(scene, draft, "planning", {"occupation": ""}, scene.jonas)
    page = town.mariam.page(at(draft, "/granska"))
    assert "Vi väntar på att Jonas blir klar med sin del." in page.text
    assert not page.soup.select(".ds-alert a")
    assert "Medsökande" not in page.text


def test_a_month_that_was_decided_meanwhile_is_told_with_what_can_be_done(town: Town) -> None:
    draft = town.couple()
    with town.acting() as scene:
        month = {"person_id": scene.world.mariam, "period": str(worlds.MONTH), "cohabiting": True}
        scene.session.add(AssistancePeriod(**month, state=PeriodState.DECIDED))
    page = town.mariam.page(at(draft, "/granska"))
    assert page.link("Vi har redan beslutat om den här månaden.") == "/ansokan"
    assert not page.soup.select("[name=attest]")
    # What was decided is the applicant's to know.
    assert "beslutat" not in town.jonas.page(at(draft, "/granska")).text


def test_a_couple_of_one_is_sent_to_ask_the_other(town: Town) -> None:
    draft = town.do(start)
    with town.acting() as scene:
        fill(scene, draft, TWO)
    page = town.mariam.page(at(draft, "/granska"))
    assert page.link("Då söker ni tillsammans") == at(draft, "/tillsammans")


def test_nothing_is_signed_without_vouching_for_it(town: Town) -> None:
    draft = town.alone(signed=False)
    page = town.mariam.submit(town.mariam.page(at(draft, "/granska")), status=422)
    assert "Kryssa i att uppgifterna är riktiga" in page.text


def test_in_another_language_the_swedish_words_stand_beside(town: Town) -> None:
    draft = town.alone(signed=False)
    town.mariam.get("/sprak/en")
    page = town.mariam.page(at(draft, "/granska"))
    assert page.heading == "Is everything right?"
    swedish = " ".join(tag.get_text(" ") for tag in page.soup.select("[lang=sv]"))
    assert "heder och samvete" in swedish
    assert "Sökande: Mariam Sandell" in swedish


# --- waiting


def test_who_has_signed_sees_who_is_waited_for_and_the_other_one_whose_turn_it_is(town: Town) -> None:
    draft = town.couple(signed=("mariam",))
    page = town.mariam.page(at(draft, "/granska"))
    assert page.heading == "Nu väntar vi på Jonas"
    assert "Jonas har inte skrivit under än." in page.text
    assert "inte skickad" in page.text
    assert town.jonas.page(at(draft)).soup.select_one("main .i-cluster a")["href"] == at(draft, "/granska")
    theirs = town.jonas.page(at(draft, "/granska"))
    assert "Mariam har skrivit under. Nu är det din tur." in theirs.text
    with town.acting() as scene:
        sign(scene, draft, scene.jonas)
    assert town.mariam.page(at(draft, "/granska")).heading == "Ansökan är skickad"


@pytest.mark.parametrize("who", ["mariam", "jonas"])
def test_a_change_after_the_first_signature_is_told_to_both(town: Town, who: str) -> None:
    draft = town.couple(signed=("mariam",))
    with town.acting() as scene:
        answer(scene, draft, "planning", {"sick_extent": "50"}, getattr(scene, who))
    mine = town.mariam.page(at(draft, "/granska"))
    theirs = town.jonas.page(at(draft, "/granska"))
    told = {"mariam": ("Du ändrade", "Mariam ändrade"), "jonas": ("Jonas ändrade", "Du ändrade")}[who]
    assert told[0] in mine.text
    assert told[1] in theirs.text
    assert mine.heading == theirs.heading == "Stämmer allt?"


# --- handed in


def test_the_receipt_and_where_the_application_is(town: Town) -> None:
    draft = town.alone()
    page = town.mariam.page(at(draft))
    assert page.heading == "Ansökan är skickad"
    with town.sessions() as session:
        number = session.get_one(Application, draft).receipt_no
    assert number
    assert number in page.text
    assert "på väg till handläggarna" in page.text
    town.set(draft, delivery=Delivery.STUCK)
    assert "fastnat på vägen" in town.mariam.page(at(draft)).text
    town.set(draft, delivery=Delivery.DELIVERED)
    assert "har kommit fram" in town.mariam.page(at(draft)).text


@pytest.mark.parametrize(
    ("handling", "heading"),
    [
        (Handling.RECEIVED, "Ansökan är skickad"),
        (Handling.UNDER_REVIEW, "Vi läser din ansökan"),
        (Handling.COMPLETION_ASKED, "Vi behöver mer från dig"),
        (Handling.DECIDED, "Ansökan är beslutad"),
    ],
)
def test_each_state_of_the_handling_has_its_page(town: Town, handling: Handling, heading: str) -> None:
    draft = town.couple(signed=("mariam", "jonas"))
    outcome = Outcome.PARTLY if handling is Handling.DECIDED else None
    with town.acting() as scene:
        know(scene)
        text = "Skicka hyresavin." if handling in {Handling.COMPLETION_ASKED, Handling.DECIDED} else ""
        receive(scene, status(draft, handling, text=text, outcome=outcome))
    for browser in (town.mariam, town.jonas):
        page = browser.page(at(draft))
        assert page.heading == heading
        assert [tag.get_text() for tag in page.soup.select(".ds-alert .i-pre")] == [text] * bool(text)
        # The answer stands under the heading, and what is to be done before the long way there.
        head = page.one("main h1").find_next_sibling("p")
        assert ("Delvis bifall" in head.get_text() if head else False) is (outcome is not None)
        add = page.one(f"a[href='{at(draft, '/komplettera')}']")
        asked = handling is Handling.COMPLETION_ASKED
        assert bool(add.find_next("ol", class_="i-track")) is asked
        assert ("data-variant" not in add.attrs) is asked


def test_whoever_has_signed_is_led_to_who_is_waited_for(town: Town) -> None:
    draft = town.couple(signed=("mariam",))
    page = town.mariam.page(at(draft))
    assert page.link("Se vem vi väntar på") == at(draft, "/granska")
    assert "Kontrollera och skriv under" not in page.text
    page = town.jonas.page(at(draft))
    assert page.link("Kontrollera och skriv under") == at(draft, "/granska")
    assert page.link("Se vem som är med") == at(draft, "/tillsammans")


def test_what_is_needed_but_not_told_here_is_told_on_the_telephone(town: Town) -> None:
    draft = town.alone()
    with town.acting() as scene:
        know(scene)
        receive(scene, status(draft, Handling.COMPLETION_ASKED))
    for rest in ("", "/komplettera"):
        assert "Ring oss, så berättar vi vad vi behöver." in town.mariam.page(at(draft, rest)).text


def test_the_timeline_names_who_did_what(town: Town) -> None:
    draft = town.couple(signed=("mariam", "jonas"))
    page = town.jonas.page(at(draft))
    lines = [tag.get_text(" ", strip=True) for tag in page.soup.select(".i-time li p:nth-of-type(2)")]
    assert lines == [
        "Ansökan skickades",
        "Du skrev under",
        "Mariam skrev under",
        "Du gick med i ansökan",
        "Mariam bad dig att söka tillsammans",
        "Mariam började på ansökan",
    ]


@pytest.mark.parametrize("rest", ["", "/granska", "/tillsammans"])
def test_pages_cost_the_same_however_much_there_is(town: Town, rest: str) -> None:
    draft = town.couple(signed=("mariam", "jonas") if not rest else ())
    town.mariam.page(at(draft, rest))
    with counted(town.sessions) as few:
        town.mariam.page(at(draft, rest))
    with town.acting() as scene:
        for number in range(2, 6):
            other = start(scene, scene.tor if number % 2 else scene.mariam, period=worlds.MONTH.plus(number))
            assert other
    with counted(town.sessions) as many:
        town.mariam.page(at(draft, rest))
    assert len(few) == len(many) <= MOST_QUERIES, many


# --- what can still be done


def test_words_are_added_once_with_a_receipt(town: Town) -> None:
    draft = town.couple(signed=("mariam", "jonas"))
    page = town.jonas.page(at(draft, "/komplettera"))
    form = WORDS
    assert "Skriv något eller lägg till en fil." in town.jonas.submit(page, form, status=422).text
    sent = town.jonas.submit(page, form, fields={"text": "Hyran är höjd."})
    again = town.jonas.submit(page, form, fields={"text": "Hyran är höjd."})
    for shown in (sent, again):
        assert shown.text.count("Hyran är höjd.") == 1
    assert "På väg till handläggarna" in sent.text
    # What one adds is nobody else's to read, not even the other's.
    theirs = town.mariam.page(at(draft)).text
    assert "Hyran är höjd." not in theirs
    assert "Jonas kompletterade ansökan" in theirs


def test_a_file_is_added_without_a_script_and_shown_with_its_state(town: Town) -> None:
    draft = town.alone()
    page = town.mariam.page(at(draft, "/komplettera"))
    token = form_values(page.form(WORDS))["csrf_token"][0]
    sent = town.mariam.post(
        at(draft, "/komplettera/filer"), **multipart({"csrf_token": token}, ("files", b"%PDF-1.7 x", "hyra.pdf"))
    )
    assert sent.headers["Location"] == at(draft, "/komplettera")
    page = town.mariam.page(at(draft, "/komplettera"))
    assert "hyra.pdf" in page.text
    refused = town.mariam.submit(page, WORDS, fields={"text": "x"}, status=422)
    assert "Alla filer är inte kontrollerade än." in refused.text
    assert town.tor.post(at(draft, "/komplettera/filer"), data={"csrf_token": "x"}).status_code in {400, 404}


def test_nothing_is_added_to_a_draft_or_to_what_is_taken_back(town: Town) -> None:
    draft = town.alone(signed=False)
    assert town.mariam.get(at(draft, "/komplettera")).status_code == 409
    assert town.tor.get(at(draft, "/komplettera")).status_code == 404


def test_an_application_is_taken_back_by_the_applicant_before_it_is_decided(town: Town) -> None:
    draft = town.couple(signed=("mariam", "jonas"))
    assert town.jonas.get(at(draft, "/ta-tillbaka")).status_code == 404
    page = town.mariam.page(at(draft, "/ta-tillbaka"))
    done = town.mariam.submit(page)
    assert done.heading == "Ansökan är tillbakatagen"
    assert "Komplettera" not in done.text
    assert "Mariam tog tillbaka ansökan" in town.jonas.page(at(draft)).text
    assert town.mariam.get(at(draft, "/ta-tillbaka")).status_code == 404


def test_what_is_decided_is_not_taken_back(town: Town) -> None:
    draft = town.alone()
    town.set(draft, handling=Handling.DECIDED, outcome=Outcome.GRANTED)
    assert "Ta tillbaka ansökan" not in town.mariam.page(at(draft)).text
    assert town.mariam.get(at(draft, "/ta-tillbaka")).status_code == 409


def test_the_whole_application_is_saved_as_it_was_signed(town: Town) -> None:
    draft = town.couple(signed=("mariam", "jonas"))
    with town.acting() as scene:
        scene.session.get_one(Person, scene.jonas.subject_id).surname = "Nyttnamn"
    saved = town.jonas.get(at(draft, "/kopia"))
    assert saved.content_type == "application/pdf"
    name = saved.headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=insyn-\d{4}-\d\d-\d\d\.pdf", name)
    text = " ".join(text_of(saved.data).split())
    for words in (
        "Ansökan om ekonomiskt bistånd för december 2026",
        "Mariam Sandell, 19851129-2388",
        "Jonas Sandell, 19851231-2391",
        "Arbete, studier och hälsa – Medsökande",
        "Jag försäkrar på heder och samvete",
        "tillitsnivå 3",
    ):
        assert words in text, words
    assert "Nyttnamn" not in text
    assert faults_of(saved.data) == ""
    assert town.tor.get(at(draft, "/kopia")).status_code == 404


def test_nothing_is_saved_of_a_draft(town: Town) -> None:
    assert town.mariam.get(at(town.alone(signed=False), "/kopia")).status_code == 404


# --- the start page


def todo(page: Page) -> str:
    return page.one("[aria-labelledby=gor]").get_text(" ", strip=True)


def test_the_start_page_leads_to_what_is_to_be_done(town: Town) -> None:
    draft = town.couple()
    assert "Gör klart ansökan för december 2026" in todo(town.mariam.page("/idag"))
    assert town.mariam.page("/idag").link("Fortsätt") == at(draft)
    with town.acting() as scene:
        sign(scene, draft)
    page = town.jonas.page("/idag")
    assert "Mariam har skrivit under. Nu är det din tur." in todo(page)
    assert page.link("Läs ansökan") == at(draft, "/granska")
    page = town.mariam.page("/idag")
    assert not page.soup.select("[aria-labelledby=gor]")
    assert "Väntar på underskrift" in page.one("[aria-labelledby=ansokningar]").get_text()
    with town.acting() as scene:
        parties.ask_change(scene.session, scene.jonas, draft, "Hyran")
    assert "Jonas vill att något ändras." in todo(town.mariam.page("/idag"))
    town.set(draft, state=ApplicationState.SUBMITTED, handling=Handling.COMPLETION_ASKED)
    for browser in (town.mariam, town.jonas):
        assert "Vi behöver mer från dig" in todo(browser.page("/idag"))


def test_an_invitation_stands_on_the_start_page_of_whoever_is_asked(town: Town) -> None:
    draft, _page = asked(town)
    page = town.jonas.page("/idag")
    assert "Mariam Sandell vill söka tillsammans med dig" in todo(page)
    assert page.link("Läs och svara") == f"/ansokan/inbjudan/{draft}"
    assert "Mariam" not in town.tor.page("/idag").text


def test_the_start_page_costs_the_same_with_many_applications(town: Town) -> None:
    town.couple(signed=("mariam",))
    with town.acting() as scene:
        start(scene, scene.jonas, period=worlds.MONTH.plus(2))
    town.jonas.page("/idag")
    with counted(town.sessions) as few:
        town.jonas.page("/idag")
    with town.acting() as scene:
        for number in range(3, 8):
            start(scene, scene.jonas, period=worlds.MONTH.plus(number))
    with counted(town.sessions) as many:
        town.jonas.page("/idag")
    assert len(few) == len(many) <= MOST_QUERIES, many
