"""The first page of applications, the list of a draft's parts, its papers, the calculation, and its removal."""

from portal.assistance.models import Application
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.states import Handling
from portal.core.db import writing
from portal.core.i18n import format_day, today
from portal.people.rules import Protection
from tests.assistance import world as worlds
from tests.assistance.pages import Desk, part
from tests.assistance.world import ALONE, ROW
from tests.support.client import Page, PageClient, multipart
from tests.web.test_query_counts import counted

THIS = Period.of(today())
MOST_QUERIES = 20
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6360000000020001e221bc33"
    "0000000049454e44ae426082"
)


def test_somebody_new_begins_with_everything_and_a_second_start_opens_the_first(mariam: PageClient, desk: Desk) -> None:
    page = mariam.page("/ansokan")
    assert "Därför frågar vi om allt." in page.text
    first = mariam.submit(page, f'form:has(input[value="{THIS}"])')
    assert "av 9 delar klara" in first.text
    assert mariam.submit(page, f'form:has(input[value="{THIS}"])').address == first.address
    again = mariam.page("/ansokan")
    assert not again.soup.select(f'form input[value="{THIS}"]')
    assert first.address in again.link("Ansökan för")


def test_an_application_that_nobody_offers_is_refused_in_words(mariam: PageClient, desk: Desk) -> None:
    page = mariam.page("/ansokan")
    token = {"csrf_token": page.one(f'form:has(input[value="{THIS}"]) input[name=csrf_token]')["value"]}
    for wrong in ({"kind": "monthly", "period": str(THIS)}, {"kind": "new", "period": "2031-01"}, {"kind": "x"}):
        answer = mariam.post("/ansokan", data=token | wrong)
        assert answer.status_code == 422
    with desk.sessions() as session:
        assert session.query(Application).count() == 0


def test_the_next_month_comes_before_more_for_this_one_and_one_button_is_filled(mariam: PageClient, desk: Desk) -> None:
    sent = desk.submitted(THIS, ALONE)
    page = mariam.page("/ansokan")
    kinds = [tag["value"] for tag in page.soup.select("input[name=kind]")]
    assert kinds == [Kind.MONTHLY, Kind.SUPPLEMENTARY]
    buttons = page.soup.select('form[action="/ansokan"] button')
    assert [tag.has_attr("data-variant") for tag in buttons] == [False, True]
    assert sections(page) == ["sok", "skickade", "mer"]
    with writing(desk.sessions) as session:
        session.get_one(Application, sent).handling = Handling.COMPLETION_ASKED
    waiting = mariam.page("/ansokan")
    assert all(tag.has_attr("data-variant") for tag in waiting.soup.select('form[action="/ansokan"] button'))
    assert sections(waiting) == ["skickade", "sok", "mer"]


def sections(page: Page) -> list[str]:
    return [str(tag["aria-labelledby"]) for tag in page.soup.select("main section[aria-labelledby]")]


def test_whoever_is_protected_is_shown_the_way_to_a_person_and_no_reason(client: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    with writing(desk.sessions) as session:
        worlds.protect(desk.scene(session), desk.mariam, Protection.SECRECY)
    desk.sign_in(client, desk.mariam)
    page = client.page("/ansokan")
    assert "Ring oss" in page.text
    assert "skydd" not in page.text.lower()
    assert not page.soup.select('main form[action="/ansokan"]')
    assert draft


def test_the_list_says_how_far_each_part_is(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft({key: ALONE[key] for key in ("household", "assets")} | {"contact": {"phone": "x"}})
    page = mariam.page(f"/ansokan/{draft}")
    assert "2 av 7 delar klara" in page.text
    rows = {row.select_one(".i-row__t").text: row.select_one(".ds-tag").text for row in page.soup.select("a.i-task")}
    assert rows["Du och din familj"] == "Klar"
    assert rows["Utgifter"] == "Inte börjad"
    assert rows["Något mer vi ska veta"] == "Rätta"
    assert "Öppnas när alla delar är klara" in page.text
    assert page.link("Fortsätt där du var") == part(draft, "contact")
    desk.answer(draft, "contact", {"phone": "", "interpreter": "no"})
    for key in ("costs", "incomes", "payment", "planning"):
        desk.answer(draft, key, ALONE[key])
    whole = mariam.page(f"/ansokan/{draft}")
    assert "Öppnas när" not in whole.text


def test_a_draft_tells_how_long_it_is_kept(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft()
    with desk.sessions() as session:
        kept = session.get_one(Application, draft).keep_until
    page = mariam.page(f"/ansokan/{draft}")
    assert f"finns kvar här till och med {format_day(kept)}, och längre om du fortsätter" in page.text


def test_a_draft_is_removed_only_after_a_question(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft(ALONE)
    page = mariam.page(mariam.page(f"/ansokan/{draft}").link("Ta bort ansökan"))
    assert "Vill du ta bort ansökan?" in page.text
    after = mariam.submit(page, button="Ta bort ansökan")
    assert "Ansökan är borttagen." in after.text
    mariam.page(f"/ansokan/{draft}", status=404)


def test_papers_are_asked_for_by_kind_and_answers_and_take_files(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft({"planning": {"occupation": "sick"}}, kind=Kind.NEW)
    page = mariam.page(f"/ansokan/{draft}/bilagor")
    assert "Läkarintyg" in page.text
    assert "Anställningsavtal" not in page.text
    form = page.form("form:has(#certificate)")
    token = str(form.select_one("[name=csrf_token]")["value"])
    sent = multipart({"csrf_token": token}, ("files", PNG, "intyg.png"), ("files", b"", "annat.docx"))
    answer = mariam.post(str(form["action"]), follow_redirects=True, **sent)
    assert "intyg.png" in answer.text
    assert "annat.docx" in answer.text
    assert "Gör om" in answer.text
    row = mariam.page(f"/ansokan/{draft}")
    assert "En fil gick inte att ta emot" in row.text
    assert mariam.post(f"/ansokan/{draft}/bilagor/nothing", data={"csrf_token": token}).status_code == 404


def test_where_no_paper_is_asked_for_the_page_says_so_and_no_more(mariam: PageClient, desk: Desk) -> None:
    text = mariam.page(f"/ansokan/{desk.draft()}/bilagor").text
    assert "Du behöver inte lämna några papper." in text
    assert "Del " not in text
    assert "Fota med mobilen" not in text


def test_files_void_what_was_signed(mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft(ALONE | {"planning": {"occupation": "work_full", "workplace": "Ekdala", "worked": "yes"}})
    with writing(desk.sessions) as session:
        worlds.signing.prepare(session, desk.mariam, draft)
    page = mariam.page(f"/ansokan/{draft}/bilagor")
    form = page.form("form:has(#employment)")
    token = str(form.select_one("[name=csrf_token]")["value"])
    mariam.post(str(form["action"]), **multipart({"csrf_token": token}, ("files", PNG, "avtal.png")))
    with desk.sessions() as session:
        assert session.get_one(Application, draft).state.value == "draft"


def test_the_calculation_shows_its_arithmetic_and_what_is_not_known(mariam: PageClient, desk: Desk) -> None:
    home = {"form": "rental", "address": "Storgatan 1", "rooms": "2", "persons": "1", "adults.none": "yes"}
    rent = {f"costs:{ROW.format(1)}": "1", f"costs:{ROW.format(1)}:kind": "rent"}
    draft = desk.draft(ALONE | {"home": home, "costs": rent}, kind=Kind.NEW)
    page = mariam.page(f"/ansokan/{draft}/berakning")
    assert "preliminär beräkning och inget beslut" in page.text
    assert "Kan inte räknas ut än" in page.text
    assert "Därför finns ingen summa" in page.text
    desk.answer(draft, "costs", {f"costs:{ROW.format(1)}:amount": "6 000"})
    whole = mariam.page(f"/ansokan/{draft}/berakning")
    assert "Därför finns ingen summa" not in whole.text
    assert "6\xa0000\xa0kr" in whole.text.replace(" ", "\xa0")


def test_a_month_without_a_norm_is_refused_in_plain_words(mariam: PageClient, desk: Desk) -> None:
    with writing(desk.sessions) as session:
        draft = worlds.start(desk.scene(session), period=Period(2019, 1))
    page = mariam.page(f"/ansokan/{draft}/berakning")
    assert page.soup.select(".ds-alert[data-color=warning]")
    assert not page.soup.select("table")


def test_pages_cost_the_same_with_sixty_rows(mariam: PageClient, desk: Desk) -> None:
    def rows(number: int) -> dict[str, str]:
        made: dict[str, str] = {}
        for count in range(number):
            row = f"costs:01939000-0000-7000-8000-0000000001{count:02}"
            made |= {row: "1", f"{row}:kind": "rent", f"{row}:amount": "100"}
        return made

    few = desk.draft({"costs": rows(1)})
    addresses = (f"/ansokan/{few}", part(few, "costs"), f"/ansokan/{few}/bilagor", f"/ansokan/{few}/berakning")
    costs: dict[str, list[int]] = {}
    for number in (1, 60):
        desk.answer(few, "costs", rows(number))
        for address in ("/ansokan", *addresses):
            mariam.page(address)
            with counted(desk.sessions) as statements:
                mariam.page(address)
            costs.setdefault(address, []).append(len(statements))
    assert all(first >= second and second <= MOST_QUERIES for first, second in costs.values()), costs
