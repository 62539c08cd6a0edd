"""Applications in the browser of a running portal: parts filled in, signed at the provider, handed in."""

import re

from playwright.sync_api import Page, expect

from portal.core.i18n import today
from portal.demo.stack import DemoStack
from tests.assistance.browsing import add_row, choose, go_on, tick
from tests.journeys.pages import RECEIPT, identify

ATTEST = "Jag försäkrar"


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait for a page by its heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def to_applications(page: Page) -> None:
    """Go to the first page of applications by the main menu."""
    page.get_by_role("navigation").get_by_role("link", name=re.compile("^Ansökan")).click()
    heading(page, "Ansökan")


def open_part(page: Page, name: str) -> None:
    """Open a part from the list of parts."""
    page.get_by_role("link", name=re.compile(f"^{name}")).click()
    heading(page, name)


def fill_household(page: Page) -> None:
    """A couple with two children, one of them half of the time."""
    choose(page, "Lever du ensam", "Gift, registrerad partner eller sambo")
    ella = add_row(page, "Lägg till ett barn", "Barn 1")
    ella.get_by_label("Barnets namn").fill("Ella")
    ella.get_by_label("Barnets personnummer").fill("20170320-2380")
    ella.get_by_label("Vad gör barnet").select_option("compulsory")
    choose(ella, "Hur mycket bor barnet", "Hela tiden")
    noor = add_row(page, "Lägg till en till Barn", "Barn 2")
    noor.get_by_label("Barnets namn").fill("Noor")
    noor.get_by_label("Barnets personnummer").fill("20210518-2386")
    noor.get_by_label("Vad gör barnet").select_option("preschool")
    choose(noor, "Hur mycket bor barnet", "En del av tiden")
    choose(noor, "Var äter barnet lunch", "Hemma")
    noor.get_by_label("Hur många dagar").fill("15")
    choose(page, "Är du i kommunen", "Ja")
    go_on(page)


def fill_home(page: Page) -> None:
    """A rented flat without debts."""
    heading(page, "Ditt boende")
    page.get_by_label("Hur bor du?").select_option("rental")
    page.get_by_label("Adress").fill("Lingonstigen 4, Ekdala")
    page.get_by_label("Hur många rum").fill("3")
    page.get_by_label("Hur många bor").fill("4")
    tick(page, "Inga andra vuxna bor där")
    choose(page, "Har du skulder på hyran", "Nej")
    choose(page, "Har du skulder på elen", "Nej")
    go_on(page)


def fill_money(page: Page) -> None:
    """A rent, a wage of the other one's, an account; neither assets nor anything to wait for."""
    heading(page, "Utgifter")
    rent = add_row(page, "Lägg till en utgift", "Utgift 1")
    rent.get_by_label("Vad gäller det?").select_option("rent")
    rent.get_by_label("Belopp").fill("9 450")
    rent.get_by_label("Vem gäller utgiften?").select_option("household")
    go_on(page)
    heading(page, "Inkomster")
    page.get_by_label("Hur har du klarat dig").fill("Med lönen och hjälp av min bror.")
    choose(page, "Vilka betalar ut pengar", "Försäkringskassan")
    wage = add_row(page, "Lägg till en inkomst", "Inkomst 1")
    wage.get_by_label("Vad är det för inkomst?").select_option("salary")
    wage.get_by_label("Belopp efter skatt").fill("12 480,50")
    wage.get_by_label("Vilken dag kom pengarna").fill(str(today()))
    wage.get_by_label("Vem får pengarna?").select_option("co_applicant")
    tick(page, "Jag väntar inte på några pengar")
    go_on(page)
    heading(page, "Tillgångar")
    tick(page, "Inga tillgångar")
    go_on(page)
    heading(page, "Konto för utbetalning")
    choose(page, "Hur vill du få pengarna", "På annat sätt")
    page.get_by_label("Hur kan vi betala ut pengarna").fill("Med utbetalningskort.")
    go_on(page)


def fill_own(page: Page) -> None:
    """What each adult answers for themselves: sick, without an interpreter."""
    heading(page, "Arbete, studier och hälsa")
    choose(page, "Vad gör du nu?", "Är sjukskriven")
    choose(page, "Hur mycket är du sjukskriven", "Helt")
    choose(page, "Har du arbetat", "Nej")
    page.get_by_label("Hur planerar du").fill("Bli frisk och söka jobb.")
    go_on(page)
    heading(page, "Något mer vi ska veta")
    choose(page, "Behöver du tolk", "Nej")
    go_on(page)


def vouch(page: Page) -> None:
    """Vouch for the answers and press the button that leads to the provider."""
    tick(page, ATTEST)
    page.get_by_role("button", name="Skriv under med e-legitimation").click()


def sign(page: Page, person: str) -> None:
    """Vouch, and sign at the provider."""
    vouch(page)
    expect(page).to_have_title(re.compile("Demo-legitimation"))
    identify(page, person)


def receipt(page: Page, portal: DemoStack) -> str:
    """Return the number of the receipt that the page shows."""
    heading(page, "Ansökan är skickad")
    assert page.url.startswith(portal.client_url)
    found = RECEIPT.search(page.locator(".i-receipt").inner_text())
    assert found
    return found.group()
