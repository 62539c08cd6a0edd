"""Applying together: invited by number, found by whoever signs in with it, free to decline."""

import pytest
from sqlalchemy import select

from portal.assistance import queries
from portal.assistance.models import ApplicationParty, SectionAnswers
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import ApplicationState, EventKind, PartyState
from portal.assistance.service import parties
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.people.models import Person
from portal.people.rules import Protection
from tests.assistance.world import (
    JONAS,
    Scene,
    answer,
    couple,
    invite,
    kinds_of,
    protect,
    put_file,
    row,
    sign,
    start,
)

MARIAM, CHILD, VERA, UNKNOWN = "198511292388", "201703202380", "197801302386", "199310192399"


def test_who_signs_in_with_the_number_finds_the_invitation_and_nobody_else(scene: Scene) -> None:
    draft = start(scene)
    invite(scene, draft, join=False)
    (found,) = queries.invitations(scene.session, scene.jonas)
    assert (found.application_id, found.name) == (draft, "Mariam Sandell")
    assert queries.invitations(scene.session, scene.tor) == []
    with pytest.raises(NotFound):
        parties.join(scene.session, scene.tor, draft)
    with pytest.raises(NotFound):  # nothing of it is read before joining
        queries.draft(scene.session, scene.jonas, draft)
    parties.join(scene.session, scene.jonas, draft)
    assert queries.draft(scene.session, scene.jonas, draft).application.party.value == "co_applicant"
    assert queries.invitations(scene.session, scene.jonas) == []


@pytest.mark.parametrize(
    ("number", "reason"), [(MARIAM, "self"), (CHILD, "child"), ("198511292389", "number"), ("", "number")]
)
def test_oneself_a_child_and_no_number_are_refused_in_their_own_words(scene: Scene, number: str, reason: str) -> None:
    draft = start(scene)
    with pytest.raises(InvalidInput) as refused:
        parties.invite(scene.session, scene.mariam, draft, number)
    assert refused.value.reason == reason


def test_a_protected_person_and_an_unknown_one_are_refused_alike(scene: Scene) -> None:
    draft = start(scene)
    words = set()
    for number in (VERA, UNKNOWN):
        with pytest.raises(InvalidInput) as refused:
            parties.invite(scene.session, scene.mariam, draft, number)
        words.add(str(refused.value.message))
    protect(scene, scene.jonas, Protection.UNKNOWN)
    with pytest.raises(InvalidInput) as refused:
        parties.invite(scene.session, scene.mariam, draft, JONAS)
    assert {*words, str(refused.value.message)} == words
    assert len(words) == 1


def test_nobody_learns_by_trying_numbers(scene: Scene) -> None:
    draft = start(scene)
    for _attempt in range(parties.MAX_INVITATIONS):
        with pytest.raises(InvalidInput):
            parties.invite(scene.session, scene.mariam, draft, UNKNOWN)
    with pytest.raises(parties.TooManyInvitations):
        parties.invite(scene.session, scene.mariam, draft, JONAS)


def test_one_takes_part_at_a_time(scene: Scene) -> None:
    draft = start(scene)
    invite(scene, draft, join=False)
    with pytest.raises(Conflict):
        parties.invite(scene.session, scene.mariam, draft, "198107162391")
    parties.remove_co_applicant(scene.session, scene.mariam, draft)
    with pytest.raises(NotFound):
        parties.join(scene.session, scene.jonas, draft)
    parties.invite(scene.session, scene.mariam, draft, "198107162391")


def test_whoever_declines_sees_nothing_more_and_can_be_asked_again(scene: Scene) -> None:
    draft = start(scene)
    invite(scene, draft, join=False)
    parties.decline(scene.session, scene.jonas, draft)
    assert queries.invitations(scene.session, scene.jonas) == []
    view = queries.application(scene.session, scene.mariam, draft)
    assert view.co_applicant
    assert view.co_applicant.state is PartyState.DECLINED
    assert view.co_applicant.name == ""
    invite(scene, draft)
    assert EventKind.JOINED in kinds_of(scene, draft)


def test_leaving_takes_the_own_answers_along_and_voids_what_was_signed(scene: Scene) -> None:
    draft = couple(scene)
    file = put_file(scene, draft, scene.jonas)
    sign(scene, draft)
    parties.leave(scene.session, scene.jonas, draft)
    assert row(scene, draft).state is ApplicationState.DRAFT
    left = scene.session.scalars(select(SectionAnswers.party).where(SectionAnswers.application_id == draft)).all()
    assert {one.value for one in left} == {"applicant"}
    scene.session.refresh(file)
    assert file.state.value == "removed"
    with pytest.raises(NotFound):
        queries.application(scene.session, scene.jonas, draft)
    with pytest.raises(NotFound):
        parties.leave(scene.session, scene.mariam, draft)


def test_a_change_is_asked_for_before_signing(scene: Scene) -> None:
    draft = couple(scene)
    sign(scene, draft)
    with pytest.raises(InvalidInput):
        parties.ask_change(scene.session, scene.jonas, draft, " ")
    parties.ask_change(scene.session, scene.jonas, draft, "Hyran är 9 450.")
    assert row(scene, draft).state is ApplicationState.DRAFT
    view = queries.application(scene.session, scene.mariam, draft)
    assert view.co_applicant
    assert view.co_applicant.asked == "Hyran är 9 450."
    with pytest.raises(NotFound):
        parties.ask_change(scene.session, scene.mariam, draft, "x")


def test_an_own_application_of_the_month_stands_in_the_way(scene: Scene) -> None:
    draft = start(scene)
    invite(scene, draft, join=False)
    own = start(scene, scene.jonas)
    with pytest.raises(parties.OwnApplicationOpen):
        parties.join(scene.session, scene.jonas, draft)
    scene.session.expire_all()
    assert (
        scene.session.scalar(select(ApplicationParty.state).where(ApplicationParty.party == "co_applicant"))
        is PartyState.INVITED
    )
    assert own != draft


def test_a_second_start_by_the_co_applicant_opens_the_household_s(scene: Scene) -> None:
    draft = start(scene)
    invite(scene, draft)
    assert start(scene, scene.jonas) == draft


@pytest.mark.parametrize("protected", ["mariam", "jonas"])
def test_when_one_becomes_protected_the_other_sees_no_more_of_them(scene: Scene, protected: str) -> None:
    draft = couple(scene)
    protect(scene, getattr(scene, protected), Protection.SECRECY)
    if protected == "mariam":
        with pytest.raises(NotFound):
            queries.application(scene.session, scene.jonas, draft)
        assert queries.applications(scene.session, scene.jonas) == []
    else:
        view = queries.application(scene.session, scene.mariam, draft)
        assert view.shown == {Party.APPLICANT}
        assert Party.CO_APPLICANT not in {party for party, _ in queries.draft_of(scene.session, view).answers}


def test_former_and_present_numbers_are_one_person(scene: Scene) -> None:
    draft = start(scene)
    invite(scene, draft, join=False)
    held = scene.session.scalars(select(ApplicationParty).where(ApplicationParty.party == "co_applicant")).one()
    jonas = scene.session.get_one(Person, scene.jonas.subject_id)
    assert held.identity_index == jonas.identity_index
    assert held.person_id is None
    answer(scene, draft, "contact", {"message": "x"})
