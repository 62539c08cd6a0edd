"""Two who apply together, each in a browser of their own: asked by number, both read, both sign the same, sent once."""

import re
from collections.abc import Callable
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from portal.demo.stack import DemoStack
from tests.assistance.browsing import go_on
from tests.journeys.applications import number_of
from tests.journeys.applying import (
    fill_home,
    fill_household,
    fill_money,
    fill_own,
    heading,
    open_part,
    receipt,
    sign,
    to_applications,
)
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.looks import Looks
from tests.journeys.pages import sign_in_as
from tests.journeys.stores import Stores

pytestmark = ON_SQLITE
MIKAEL, ALVA = "Mikael Grönvret", "Alva Sjöskog"
CHILD, PROTECTED = "Isak Tallmyr", "Vera Hallonmark"


def ask(page: Page, number: str) -> None:
    page.get_by_label("Personnummer").fill(number)
    page.get_by_role("button", name="Fråga personen").click()


def draft(page: Page) -> str:
    """Return the address of the application that a page is about."""
    found = re.match(r".*/ansokan/[0-9a-f-]{36}", page.url)
    assert found
    return found.group()


def whoever_can_t_be_asked_is_told_beside_the_field(page: Page, looks: Looks) -> None:
    for number, told in (
        ("8501", "Personnumret stämmer inte."),
        (number_of(MIKAEL), "Det är ditt eget nummer."),
        (number_of(CHILD), "måste ha fyllt 18 år"),
        (number_of(PROTECTED), "Det går inte att söka tillsammans med den personen här."),
    ):
        ask(page, number)
        expect(page.locator(".ds-error-summary")).to_contain_text(told)
        expect(page.get_by_label("Personnummer")).to_have_value(number)
    looks(page, "client", answer=True)


def open_invitation(page: Page) -> None:
    """Open an invitation from the first page of applications."""
    to_applications(page)
    page.locator(".i-hero").get_by_role("link", name="Läs mer och svara").click()
    heading(page, f"{MIKAEL} vill söka ekonomiskt bistånd tillsammans med dig")


def begins(mikael: Page) -> str:
    """Fill in all that the applicant answers, and return where the application is."""
    to_applications(mikael)
    mikael.get_by_role("button", name="Börja").first.click()
    mikael.get_by_role("link", name="Börja", exact=True).click()
    fill_household(mikael)
    fill_home(mikael)
    fill_money(mikael)
    fill_own(mikael)
    return draft(mikael)


def are_two(mikael: Page, alva: Page, here: str, looks: Looks) -> None:
    """Alva is asked, says no, is asked again, and takes part."""
    mikael.goto(here)
    mikael.get_by_role("link", name="Bjud in den andra").click()
    looks(mikael, "client")
    whoever_can_t_be_asked_is_told_beside_the_field(mikael, looks)
    ask(mikael, number_of(ALVA))
    heading(mikael, "Du har frågat någon")
    to_applications(alva)
    looks(alva, "client")
    open_invitation(alva)
    looks(alva, "client")
    alva.get_by_role("button", name="Nej tack").click()
    expect(alva.get_by_text("Du har sagt nej.")).to_be_visible()
    mikael.reload()
    expect(mikael.get_by_text("Den du frågade har sagt nej.")).to_be_visible()
    ask(mikael, number_of(ALVA)[2:])  # ten digits are enough
    heading(mikael, "Du har frågat någon")
    looks(mikael, "client")
    open_invitation(alva)
    alva.get_by_role("button", name="Ja, sök tillsammans").click()
    expect(alva.get_by_text("Nu är du med i ansökan.")).to_be_visible()
    assert draft(alva) == here
    looks(alva, "client")
    open_part(alva, "Arbete, studier och hälsa")
    fill_own(alva)


def a_change_is_asked_for(mikael: Page, alva: Page, here: str, looks: Looks) -> None:
    """Alva reads that the rent is wrong; only Mikael can change it."""
    alva.goto(f"{here}/granska")
    expect(alva.get_by_text("20170320-2380")).to_be_visible()
    looks(alva, "client")
    alva.get_by_role("link", name="Be Mikael om en ändring").click()
    alva.get_by_role("button", name="Skicka").click()
    expect(alva.locator(".ds-error-summary")).to_be_focused()
    looks(alva, "client", answer=True)
    alva.get_by_label("Vad behöver ändras?").fill("Hyran är 9 540, inte 9 450.")
    alva.get_by_role("button", name="Skicka").click()
    expect(alva.get_by_text("Skickat. Mikael ser det i ansökan.")).to_be_visible()
    mikael.goto(f"{here}/tillsammans")
    expect(mikael.get_by_text("Hyran är 9 540, inte 9 450.")).to_be_visible()
    looks(mikael, "client")
    mikael.goto(f"{here}/del/costs")
    mikael.get_by_label("Belopp").fill("9 540")
    go_on(mikael)


def a_change_after_the_first_signature_voids_it(mikael: Page, alva: Page, here: str, looks: Looks) -> None:
    mikael.goto(f"{here}/granska")
    mikael.get_by_role("button", name="Skriv under med e-legitimation").click()
    expect(mikael.locator(".ds-error-summary")).to_be_focused()
    looks(mikael, "client", answer=True)
    sign(mikael, MIKAEL)
    heading(mikael, "Nu väntar vi på Alva")
    looks(mikael, "client")
    alva.goto(urljoin(here, "/idag"))
    alva.get_by_role("link", name="Läs ansökan").first.click()
    expect(alva.get_by_text("Mikael har skrivit under. Nu är det din tur.")).to_be_visible()
    alva.goto(f"{here}/del/contact")
    expect(alva.get_by_text("Ändrar du något måste ni skriva under igen.")).to_be_visible()
    alva.get_by_label("Vill du berätta något mer?").fill("Jag väntar barn i mars.")
    go_on(alva)
    mikael.reload()
    heading(mikael, "Stämmer allt?")
    expect(mikael.get_by_text("Alva ändrade något i ansökan.")).to_be_visible()
    expect(mikael.get_by_text("Jag väntar barn i mars.")).to_be_visible()
    looks(mikael, "client")


def afterwards(mikael: Page, looks: Looks) -> None:
    """What can still be done looks right too: adding something, which must not be empty, and taking it back."""
    mikael.get_by_role("link", name="Komplettera").click()
    looks(mikael, "client")
    mikael.get_by_role("button", name="Skicka", exact=True).click()
    expect(mikael.locator(".ds-error-summary")).to_be_focused()
    looks(mikael, "client", answer=True)
    mikael.get_by_role("link", name=re.compile("^Ansökan för")).click()
    mikael.get_by_role("link", name="Ta tillbaka ansökan").click()
    looks(mikael, "client")


def test_a_couple_with_children_applies_anew(
    portal: DemoStack, stores: Stores, open_page: Callable[..., Page], looks: Looks
) -> None:
    mikael, alva = open_page(device="phone"), open_page(device="desktop")
    sign_in_as(mikael, portal, MIKAEL)
    sign_in_as(alva, portal, ALVA)
    here = begins(mikael)
    are_two(mikael, alva, here, looks)
    a_change_is_asked_for(mikael, alva, here, looks)
    a_change_after_the_first_signature_voids_it(mikael, alva, here, looks)
    alva.goto(f"{here}/granska")
    sign(alva, ALVA)
    heading(alva, "Nu väntar vi på Mikael")
    mikael.goto(f"{here}/granska")
    sign(mikael, MIKAEL)
    number = receipt(mikael, portal)
    looks(mikael, "client")
    alva.reload()
    assert receipt(alva, portal) == number
    afterwards(mikael, looks)
    assert stores.applied(number) == 1
