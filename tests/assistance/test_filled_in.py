"""What is filled in for somebody: shown as such wherever it stands, editable, and theirs once confirmed or changed."""

from uuid import UUID

import pytest

from portal.assistance import queries
from portal.assistance.models import AssistancePeriod
from portal.assistance.rules.answers import Cell, Edit, base_of, confirm
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.states import PeriodState
from portal.assistance.service import starting
from portal.core.db import writing
from portal.core.i18n import today
from tests.assistance.pages import Desk, go_on, part, typed
from tests.assistance.test_offering import known, submitted
from tests.assistance.world import ALONE, TWO, Scene, answer, fill, invite, sign, start
from tests.support.client import Page, PageClient, form_values

THIS = Period.of(today())
NEXT = THIS.plus(1)
TOLD = "Från dina uppgifter"


def begin(scene: Scene, kind: Kind = Kind.MONTHLY, period: Period = NEXT) -> UUID:
    return starting.begin(scene.session, scene.mariam, kind=kind, period=period, months_until_new=2)


def origins(scene: Scene, application_id: UUID, section: str, who: Party = Party.APPLICANT) -> dict[str, str]:
    cells = queries.draft(scene.session, scene.mariam, application_id).answers.get((who, section), {})
    return {key: cell.origin for key, cell in cells.items()}


def test_what_the_back_office_tells_begins_an_application_of_somebody_who_applied_elsewhere(scene: Scene) -> None:
    known(scene, THIS, cohabiting=True)
    made = begin(scene)
    found = queries.draft(scene.session, scene.mariam, made).answers
    assert found[Party.APPLICANT, "household"]["civil_status"] == Cell("cohabiting", origin="register")
    assert origins(scene, made, "payment") == {"same_account": "register"}


def test_an_application_here_goes_before_what_the_back_office_tells_unless_the_household_is_another(
    scene: Scene,
) -> None:
    submitted(scene)
    known(scene, THIS, cohabiting=False)
    assert origins(scene, begin(scene), "household")["civil_status"] == "last"


def test_of_a_household_that_the_back_office_knows_to_be_another_only_its_word_comes_along(scene: Scene) -> None:
    submitted(scene, two=True)
    known(scene, THIS, cohabiting=False)
    made = begin(scene, Kind.NEW)
    found = queries.draft(scene.session, scene.mariam, made).answers
    assert {key: dict(cells) for key, cells in found.items()} == {
        (Party.APPLICANT, "household"): {"civil_status": Cell("single", origin="register")}
    }


def test_a_co_applicants_own_parts_come_along_only_with_the_same_person(scene: Scene) -> None:
    submitted(scene, two=True)
    again = begin(scene)
    invite(scene, again)
    assert set(origins(scene, again, "planning", Party.CO_APPLICANT).values()) == {"last"}
    assert origins(scene, again, "household", Party.CO_APPLICANT) == {}


def test_what_a_co_applicant_told_in_another_household_stays_there(scene: Scene) -> None:
    alone = start(scene, scene.jonas, period=THIS)
    fill(scene, alone, ALONE, scene.jonas)
    sign(scene, alone, scene.jonas)
    made = start(scene, period=NEXT)
    fill(scene, made, TWO)
    invite(scene, made)
    assert origins(scene, made, "planning", Party.CO_APPLICANT) == {}


def test_only_what_was_shown_as_it_stands_and_left_alone_is_confirmed() -> None:
    cells = {
        "seen": Cell("a", origin="last"),
        "older": Cell("b", 2, origin="last"),
        "changed": Cell("c", origin="register"),
        "hidden": Cell("d", origin="register"),
        "rows:1": Cell("1", origin="last"),
        "rows:1:kind": Cell("rent", origin="last"),
        "rows:2": Cell("1", origin="last"),
    }
    edits = {key: Edit(cells[key].raw, base_of(cells[key])) for key in ("seen", "rows:1:kind", "changed")}
    edits |= {"older": Edit("b", base_of(Cell("b", 1))), "changed": Edit("x", base_of(cells["changed"]))}
    after = confirm(cells, edits)
    assert {key for key, cell in after.items() if not cell.origin} == {"seen", "rows:1", "rows:1:kind"}
    assert {key: (cell.raw, cell.version) for key, cell in after.items()} == {
        key: (cell.raw, cell.version) for key, cell in cells.items()
    }


@pytest.fixture
def told(mariam: PageClient, desk: Desk) -> UUID:
    """An application that begins with what the back office tells."""
    with writing(desk.sessions) as session:
        month = {"person_id": desk.mariam.subject_id, "period": str(THIS.plus(-1)), "state": PeriodState.DECIDED}
        session.add(AssistancePeriod(**month, cohabiting=False))
    page = mariam.page("/ansokan")
    made = mariam.submit(page, f'form:has(input[value="{THIS}"])')
    return UUID(made.address.rpartition("/")[2])


def tags(page: Page) -> list[str]:
    return [tag.text for tag in page.soup.select("#fragor .ds-tag")]


def test_the_tag_stands_until_somebody_goes_on(mariam: PageClient, desk: Desk, told: UUID) -> None:
    row = mariam.page(f"/ansokan/{told}")
    assert "Ifyllt från dina uppgifter" in row.text
    assert "förra" not in row.one("h1").parent.text
    page = mariam.page(part(told, "household"))
    assert tags(page) == [TOLD]
    assert page.one('input[value="single"]').has_attr("checked")
    assert not page.one('input[value="single"]').has_attr("disabled")
    # Autosave of another question, and leaving for later, confirm nothing.
    fields = {name: values[-1] for name, values in form_values(page.form("#del")).items()}
    mariam.post(page.address, data=fields | typed({"stays": "yes"}) | {"turn": "1"}, headers={"HX-Request": "true"})
    assert tags(mariam.page(part(told, "household"))) == [TOLD]
    mariam.submit(mariam.page(part(told, "household")), "#del", button="Spara och stäng")
    assert tags(mariam.page(part(told, "household"))) == [TOLD]
    go_on(mariam, mariam.page(part(told, "household")), {"changed": "nothing", "children.none": "yes"})
    assert tags(mariam.page(part(told, "household"))) == []
    assert desk.cells(told, "household")["civil_status"] == Cell("single")


def test_the_tag_goes_with_a_change(mariam: PageClient, desk: Desk, told: UUID) -> None:
    desk.answer(told, "household", {"civil_status": "cohabiting"})
    assert tags(mariam.page(part(told, "household"))) == []


def test_the_summary_says_where_an_answer_comes_from_until_it_is_confirmed(
    mariam: PageClient, desk: Desk, told: UUID
) -> None:
    address = f"/ansokan/{told}/granska"
    assert "Från våra uppgifter om dig" in mariam.page(address).text
    go_on(mariam, mariam.page(part(told, "household")), ALONE["household"])
    go_on(mariam, mariam.page(part(told, "payment")), {})
    assert "Från våra uppgifter om dig" not in mariam.page(address).text


def test_confirming_voids_no_signature_and_tells_no_other_device_of_a_change(scene: Scene) -> None:
    submitted(scene)
    made = begin(scene)
    fill(scene, made, {key: each for key, each in ALONE.items() if key in {"household", "incomes"}})
    before = queries.draft(scene.session, scene.mariam, made)
    cells = before.answers[Party.APPLICANT, "payment"]
    edits = {key: Edit(cell.raw, base_of(cell)) for key, cell in cells.items()}
    assert {cell.origin for cell in cells.values()} == {"last"}
    starting.drafts.save(scene.session, scene.mariam, made, "payment", edits, form="f", turn=1, confirmed=True)
    after = queries.draft(scene.session, scene.mariam, made)
    assert after.application.revision == before.application.revision
    assert set(origins(scene, made, "payment").values()) == {""}
    saved = answer(scene, made, "payment", {"same_account": "no"})
    assert not saved.conflicts
