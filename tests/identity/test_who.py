"""Who it is: numbers that change, foreign persons, children, and staff whose provider tells the role."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.db import writing
from portal.demo.idp_config import DemoPerson
from portal.identity.saml import names
from portal.identity.saml.model import VerifiedSignIn
from portal.identity.who import SignInRefused, person_of, staff_of
from portal.people.models import Person, PersonNumber, StaffMember
from portal.people.rules import AssignedBy, NumberSource, Role, acts_in_own_right, age_on
from portal.people.service import set_identity_number
from tests.identity.provider import MARIAM, TOR, Visitor
from tests.messages.world import World

Sessions = sessionmaker[Session]
COORDINATION, NEW_NUMBER, UNKNOWN_MONTH = "198409792382", "198112192383", "197400792383"
CHILD, JUST_15 = "201407172384", "201104292394"


def person(number: str | None, *extra: tuple[str, str]) -> DemoPerson:
    return DemoPerson("Semira Oxhagen", "Semira", "Oxhagen", number, extra=extra)


def verified(**changes: object) -> VerifiedSignIn:
    plain = VerifiedSignIn(
        assertion_id="_a",
        assertion_expires_at=datetime(2030, 1, 1, tzinfo=UTC),
        idp_entity_id="https://idp.example.se",
        level_uri="urn:x",
        level=3,
        authn_instant=datetime(2026, 11, 22, tzinfo=UTC),
        name_id="n",
        name_id_format=None,
        session_index=None,
        attributes={},
        identity_number=None,
        display_name="Ilse Bergtun",
        given_name="Ilse",
        surname="Bergtun",
        staff_id=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def persons(sessions: Sessions) -> list[Person]:
    with sessions() as session:
        return list(session.scalars(select(Person).order_by(Person.id)))


def reason_of(sessions: Sessions, **changes: object) -> str:
    with pytest.raises(SignInRefused) as caught, writing(sessions) as session:
        person_of(session, verified(**changes))
    return caught.value.reason


def test_a_new_number_keeps_the_person_and_the_history(visitor: Visitor, sessions: Sessions) -> None:
    visitor.sign_in(person(COORDINATION))
    visitor.log_out()
    visitor.sign_in(person(NEW_NUMBER, (names.PREVIOUS_IDENTITY_NUMBER, COORDINATION)))
    (found,) = persons(sessions)
    assert found.identity_number == NEW_NUMBER
    with sessions() as session:
        (former,) = session.scalars(select(PersonNumber))
        assert (former.number, former.coordination, former.replaced_by) == (COORDINATION, True, NumberSource.SIGN_IN)
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.number_changed"))
        assert entry.detail == {"from": "samordningsnummer", "to": "personnummer"}
        assert entry.subject_id == found.id
    # Her old e-legitimation goes on working, and is the same person's.
    visitor.log_out()
    visitor.sign_in(person(COORDINATION))
    assert [one.id for one in persons(sessions)] == [found.id]
    assert persons(sessions)[0].identity_number == NEW_NUMBER


def test_a_former_number_is_not_believed_below_level_3(sessions: Sessions) -> None:
    with writing(sessions) as session:
        old = person_of(session, verified(identity_number=COORDINATION))
        new = person_of(session, verified(identity_number=NEW_NUMBER, previous_identity_number=COORDINATION, level=2))
    assert old != new


def test_two_known_numbers_are_a_conflict_and_nobody_is_joined(
    visitor: Visitor, sessions: Sessions, world: World
) -> None:
    answer = visitor.sign_in(replace(MARIAM, extra=((names.PREVIOUS_IDENTITY_NUMBER, str(TOR.identity_number)),)))
    assert answer.status_code == 403
    assert "Vi kan inte se säkert vilka uppgifter som är dina" in answer.text
    assert visitor.cookie is None
    with sessions() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.outcome == "refused"))
        assert entry.detail["reason"] == "number_conflict"
        assert {uuid.UUID(one) for one in entry.detail["persons"]} == {world.mariam, world.tor}
        assert session.get_one(Person, world.mariam).identity_number == MARIAM.identity_number


def test_a_number_that_the_back_office_corrected_leads_to_nobody(sessions: Sessions, world: World) -> None:
    # The wrong number may be somebody else's, who must not come into this person's cases.
    with writing(sessions) as session:
        set_identity_number(session, session.get_one(Person, world.mariam), NEW_NUMBER)
        other = person_of(session, verified(identity_number=MARIAM.identity_number))
    assert other != world.mariam


def test_a_foreign_person_is_registered_once_and_found_again(visitor: Visitor, sessions: Sessions) -> None:
    foreign = person(None, (names.PRID, "XE:1"), (names.DATE_OF_BIRTH, "1979-04-02"))
    for _ in range(2):
        assert visitor.sign_in(foreign).status_code == 303
        visitor.log_out()
    (found,) = persons(sessions)
    assert (found.prid, found.identity_number) == ("XE:1", None)


def test_a_foreign_person_whose_number_is_mapped_is_the_client_with_that_number(
    sessions: Sessions, world: World
) -> None:
    with writing(sessions) as session:
        found = person_of(session, verified(prid="XE:1", mapped_identity_number=MARIAM.identity_number))
        again = person_of(session, verified(prid="XE:1", birth_date=date(1985, 11, 29)))
    assert found == again == world.mariam


def test_a_mapping_that_points_from_one_person_to_another_is_a_conflict(sessions: Sessions, world: World) -> None:
    with writing(sessions) as session:
        person_of(session, verified(prid="XE:1", birth_date=date(1985, 11, 29)))
    assert reason_of(sessions, prid="XE:1", mapped_identity_number=MARIAM.identity_number) == "number_conflict"


def test_a_foreign_person_without_date_of_birth_is_refused(sessions: Sessions) -> None:
    assert reason_of(sessions, prid="XE:1") == "no_birth_date"
    assert reason_of(sessions) == "no_identity_number"


def test_a_child_is_told_what_to_do_instead(visitor: Visitor, sessions: Sessions) -> None:
    answer = visitor.sign_in(person(CHILD))
    assert answer.status_code == 403
    for words in ("Du behöver hjälp av en vuxen", "116 111", "112", "010-000 00 00"):
        assert words in answer.text
    assert visitor.cookie is None
    assert persons(sessions) == []
    with sessions() as session:
        (entry,) = session.scalars(select(AuditEntry))
        assert (entry.outcome, entry.detail, entry.subject_id) == ("refused", {"reason": "under_15"}, None)


def test_a_youth_signs_in_from_the_day_of_turning_15(sessions: Sessions) -> None:
    with clock.travel(datetime(2026, 4, 28, 21, 59, tzinfo=UTC)):  # 23.59 in Sweden
        assert reason_of(sessions, identity_number=JUST_15) == "under_15"
    with clock.travel(datetime(2026, 4, 28, 22, 1, tzinfo=UTC)), writing(sessions) as session:  # 00.01 on the 29th
        assert person_of(session, verified(identity_number=JUST_15))


def test_a_samordningsnummer_without_month_signs_in(visitor: Visitor) -> None:
    assert visitor.sign_in(person(UNKNOWN_MONTH)).status_code == 303


@pytest.mark.parametrize(
    ("number", "born", "day", "allowed"),
    [
        (UNKNOWN_MONTH, None, date(1989, 12, 31), False),  # 15 some time that year, but not certainly
        (UNKNOWN_MONTH, None, date(1990, 1, 1), True),
        (None, date(2010, 2, 28), date(2025, 2, 28), True),
        (None, date(2010, 3, 1), date(2025, 2, 28), False),
        (None, None, date(2025, 1, 1), False),
    ],
)
def test_own_right(number: str | None, born: date | None, day: date, allowed: bool) -> None:
    assert acts_in_own_right(number, born, day) is allowed


def test_who_is_born_on_a_leap_day_turns_older_in_march() -> None:
    assert (age_on(date(2012, 2, 29), date(2027, 2, 28)), age_on(date(2012, 2, 29), date(2027, 3, 1))) == (14, 15)


def test_staff_whose_provider_tells_the_role_are_registered_and_follow_it(sessions: Sessions, world: World) -> None:
    said = verified(staff_id="ny@ekdala.example", role="caseworker", unit="Enheten")
    with writing(sessions) as session:
        made = staff_of(session, said)
        assert staff_of(session, replace(said, role="team_leader")) == made
        member = session.get_one(StaffMember, made)
        assert (member.role, member.assigned_by) == (Role.TEAM_LEADER, AssignedBy.PROVIDER)
        assert member.unit_id == session.get_one(StaffMember, world.petra).unit_id
        assert member.last_sign_in_at is not None


def test_a_role_that_the_provider_takes_away_is_gone(sessions: Sessions) -> None:
    said = verified(staff_id="ny@ekdala.example", role="caseworker")
    with writing(sessions) as session:
        staff_of(session, said)
    with pytest.raises(SignInRefused, match="no_role"), writing(sessions) as session:
        staff_of(session, replace(said, role=None))


def test_what_a_manager_decided_is_not_undone_by_the_provider(sessions: Sessions, world: World) -> None:
    with writing(sessions) as session:
        petra = session.get_one(StaffMember, world.petra)
        petra.assigned_by = AssignedBy.ADMIN
        staff_of(session, verified(staff_id=petra.subject, role="manager"))
        assert petra.role is Role.CASEWORKER


def test_a_closed_account_stays_closed_whatever_the_provider_says(sessions: Sessions, world: World) -> None:
    with writing(sessions) as session:
        session.get_one(StaffMember, world.petra).active = False
    with pytest.raises(SignInRefused, match="unknown_staff"), writing(sessions) as session:
        staff_of(session, verified(staff_id="petra@ekdala.example", role="manager"))
