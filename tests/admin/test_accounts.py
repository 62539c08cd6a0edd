"""Staff accounts: added, assigned, closed and opened by a system manager, and by nobody else."""

import dataclasses

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.admin import service
from portal.audit.models import AuditEntry
from portal.core.db import writing
from portal.core.errors import Forbidden
from portal.people.models import StaffMember
from portal.people.rules import PERMISSIONS, AssignedBy, Role
from tests.identity.provider import PETRA, STRANGER, Visitor
from tests.messages.world import World

Sessions = sessionmaker[Session]


def actions(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return [row for row in session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)) if "staff" in row]


def test_a_manager_lands_on_the_health_page(manager: Visitor) -> None:
    page = manager.browser.page("/")
    assert page.address == "/drift"
    assert page.heading == "Drift"


def test_a_caseworker_has_neither_page_nor_menu_entry(staff_visitor: Visitor, world: World) -> None:
    staff_visitor.sign_in(PETRA)
    for path in ("/drift", "/personal", "/personal/ny", f"/personal/{world.henrik}", f"/personal/{world.henrik}/stang"):
        assert staff_visitor.browser.get(path).status_code == 403, path
    assert 'href="/personal"' not in staff_visitor.browser.get("/arbetsko").text


def test_every_account_is_listed(manager: Visitor) -> None:
    text = manager.browser.page("/personal").text
    for shown in ("Petra Almskog", "Förvaltare", "Henrik Lyckevik", "Handläggare", "Enheten", "Har inte loggat in"):
        assert shown in text


def test_an_added_account_can_sign_in(manager: Visitor, sessions: Sessions, world: World) -> None:
    browser = manager.browser
    fields = {"name": STRANGER.display_name, "subject": STRANGER.staff_id, "role": "caseworker"}
    page = browser.submit(browser.page("/personal/ny"), fields=fields)
    assert "Okänd Person kan logga in." in page.text
    assert actions(sessions) == ["staff.added"]
    manager.log_out()
    manager.sign_in(STRANGER)
    assert browser.page("/").address == "/arbetsko"


def test_an_empty_form_tells_everything_in_the_order_of_the_page(manager: Visitor, sessions: Sessions) -> None:
    page = manager.browser.page("/personal/ny")
    again = manager.browser.submit(page, fields={"name": " ", "subject": ""}, status=422)
    links = [link.get_text(strip=True) for link in again.soup.select(".ds-error-summary a")]
    assert links == ["Skriv för- och efternamn.", "Skriv identiteten, till exempel namn@kommunen.se.", "Välj en roll."]
    assert actions(sessions) == []


def test_an_identity_stands_once(manager: Visitor) -> None:
    page = manager.browser.page("/personal/ny")
    fields = {"name": "Petra Två", "subject": PETRA.staff_id, "role": "caseworker"}
    again = manager.browser.submit(page, fields=fields, status=422)
    assert any("Det finns redan ett konto" in error for error in again.errors())


def test_a_new_account_without_name_and_identity_is_told_what_is_missing(manager: Visitor) -> None:
    again = manager.browser.submit(manager.browser.page("/personal/ny"), status=422)
    assert {"Skriv för- och efternamn.", "Skriv identiteten, till exempel namn@kommunen.se."} <= {
        error.removeprefix("Fel: ") for error in again.errors()
    }


def test_a_role_is_changed_and_stays(manager: Visitor, sessions: Sessions, world: World) -> None:
    browser = manager.browser
    page = browser.submit(browser.page(f"/personal/{world.henrik}"), fields={"role": "team_leader", "unit": ""})
    assert "Ändringen är sparad." in page.text
    with sessions() as session:
        henrik = session.get_one(StaffMember, world.henrik)
        assert (henrik.role, henrik.unit_id, henrik.assigned_by) == (Role.TEAM_LEADER, None, AssignedBy.ADMIN)
    assert actions(sessions) == ["staff.assigned"]


@pytest.mark.parametrize("field", ["role", "unit"])
def test_a_made_up_choice_is_refused(manager: Visitor, sessions: Sessions, world: World, field: str) -> None:
    page = manager.browser.page(f"/personal/{world.henrik}")
    manager.browser.submit(page, fields={field: "okänd"}, status=422)
    with sessions() as session:
        assert session.get_one(StaffMember, world.henrik).assigned_by is AssignedBy.BACK_OFFICE


def test_closing_asks_first_and_throws_out_at_the_next_request(
    manager: Visitor, sessions: Sessions, world: World
) -> None:
    browser = manager.browser
    page = browser.page(f"/personal/{world.henrik}/stang")
    assert page.heading == "Ska kontot för Henrik Lyckevik stängas?"
    with sessions() as session:
        assert session.get_one(StaffMember, world.henrik).active
    assert "Kontot är stängt." in browser.submit(page).text
    with sessions() as session:
        henrik = session.get_one(StaffMember, world.henrik)
        assert (henrik.active, henrik.closed_here) == (False, True)
    opened = browser.submit(browser.page(f"/personal/{world.henrik}"), form="main form[action$='/oppna']")
    assert "Kontot är öppet igen." in opened.text
    assert actions(sessions) == ["staff.closed", "staff.opened"]


def test_nobody_shuts_themselves_out(manager: Visitor, sessions: Sessions, world: World) -> None:
    browser = manager.browser
    page = browser.page(f"/personal/{world.petra}")
    assert "Det här är ditt eget konto." in page.text
    browser.submit(page, fields={"role": "caseworker"}, status=409)
    browser.submit(browser.page(f"/personal/{world.petra}/stang"), status=409)
    with sessions() as session:
        petra = session.get_one(StaffMember, world.petra)
        assert (petra.role, petra.active) == (Role.MANAGER, True)


def test_whoever_was_just_demoted_manages_no_more(sessions: Sessions, world: World) -> None:
    # The actor's permissions are those of the start of the request; the account may have changed since.
    actor = dataclasses.replace(world.staff(world.petra), permissions=PERMISSIONS[Role.MANAGER])
    with pytest.raises(Forbidden), writing(sessions) as session:
        service.close(session, actor, staff_id=world.henrik)
    with sessions() as session:
        assert session.get_one(StaffMember, world.henrik).active
