"""Drafts: one a household, month and kind; every answer kept as typed; two devices; removal after a warning."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal import wiring
from portal.assistance import queries
from portal.assistance.events import ApplicationNews
from portal.assistance.models import Application, Paper, SectionAnswers
from portal.assistance.queries.carried import Updating
from portal.assistance.rules.answers import Base, Edit, base_of, row_ids
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.states import ApplicationState
from portal.assistance.service import drafts, tidying
from portal.assistance.service.holding import NotADraft, NotHere
from portal.core import clock
from portal.core.db import writing
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.notices.models import Notice
from portal.notices.rules import Channel
from portal.people.rules import Protection
from tests.assistance.world import (
    ALONE,
    MONTH,
    ROW,
    Scene,
    answer,
    fill,
    invite,
    make,
    protect,
    put_file,
    row,
    sign,
    start,
)
from tests.conftest import make_settings
from tests.notices.people import choose


def stored(scene: Scene, application_id, section="costs", party=Party.APPLICANT):
    return queries.draft(scene.session, scene.mariam, application_id).answers.get((party, section), {})


def test_a_second_start_of_the_same_month_and_kind_opens_the_first(scene: Scene) -> None:
    first = start(scene)
    assert start(scene) == first
    assert start(scene, kind=Kind.NEW) == first  # the same main application of the month
    assert start(scene, kind=Kind.SUPPLEMENTARY) != first
    assert start(scene, period=MONTH.plus(1)) != first
    assert start(scene, scene.tor) != first


def test_what_is_typed_is_kept_as_it_is_also_where_it_is_no_amount(scene: Scene) -> None:
    draft = start(scene)
    marker, amount = f"costs:{ROW.format(1)}", f"costs:{ROW.format(1)}:amount"
    answer(scene, draft, "costs", {marker: "1", amount: "12OO kr ungefär"})
    cells = stored(scene, draft)
    assert cells[amount].raw == "12OO kr ungefär"
    assert row_ids(cells, "costs") == [ROW.format(1)]


def test_two_devices_do_not_overwrite_each_other_unseen(scene: Scene) -> None:
    draft = start(scene)
    answer(scene, draft, "contact", {"message": "Först", "phone": "070-174 06 05"})
    seen = {key: base_of(cell) for key, cell in stored(scene, draft, "contact").items()}
    one = {"message": Edit("Från telefonen", seen["message"]), "phone": Edit("070-174 06 05", seen["phone"])}
    two = {"message": Edit("Från datorn", seen["message"]), "phone": Edit("070-174 06 06", seen["phone"])}
    saved = drafts.save(scene.session, scene.mariam, draft, "contact", one, form="a", turn=0)
    assert (saved.conflicts, saved.changed) == ((), frozenset({"message"}))
    saved = drafts.save(scene.session, scene.mariam, draft, "contact", two, form="b", turn=0)
    (conflict,) = saved.conflicts
    assert (conflict.kept, conflict.typed) == ("Från telefonen", "Från datorn")
    assert stored(scene, draft, "contact")["message"].raw == "Från telefonen"
    assert stored(scene, draft, "contact")["phone"].raw == "070-174 06 06"  # the rest is saved
    again = {"message": Edit("Från datorn", base_of(stored(scene, draft, "contact")["message"]))}
    assert not drafts.save(scene.session, scene.mariam, draft, "contact", again, form="b", turn=1).conflicts


def test_a_row_that_was_removed_comes_back_when_another_device_writes_in_it(scene: Scene) -> None:
    draft = start(scene)
    marker, amount = f"costs:{ROW.format(1)}", f"costs:{ROW.format(1)}:amount"
    answer(scene, draft, "costs", {marker: "1", amount: "100"})
    seen = base_of(stored(scene, draft)[amount])
    answer(scene, draft, "costs", {marker: ""})
    assert row_ids(stored(scene, draft), "costs") == []
    drafts.save(scene.session, scene.mariam, draft, "costs", {amount: Edit("200", seen)}, form="c", turn=0)
    assert row_ids(stored(scene, draft), "costs") == [ROW.format(1)]
    assert stored(scene, draft)[amount].raw == "200"


@pytest.mark.parametrize(
    "key",
    [
        "nothing",
        "costs",
        f"costs:{ROW.format(1)}:nothing",
        "costs:1:amount",
        "costs:",
        f"other:{ROW.format(1)}",
        "x.none",
    ],
)
def test_a_key_that_the_section_has_not_got_is_refused(scene: Scene, key: str) -> None:
    draft = start(scene)
    with pytest.raises(InvalidInput):
        drafts.save(scene.session, scene.mariam, draft, "costs", {key: Edit("1", Base())}, form="a", turn=0)


def test_a_script_cannot_fill_the_store(scene: Scene) -> None:
    draft = start(scene)
    with pytest.raises(InvalidInput):
        answer(scene, draft, "contact", {"message": "x" * 10_001})
    many = {f"costs:01939000-0000-7000-8000-{number:012d}": "1" for number in range(301)}
    with pytest.raises(InvalidInput):
        answer(scene, draft, "costs", many)


def test_another_client_finds_nothing(scene: Scene) -> None:
    draft = start(scene)
    with pytest.raises(NotFound):
        queries.application(scene.session, scene.tor, draft)
    with pytest.raises(NotFound):
        answer(scene, draft, "contact", {"message": "x"}, scene.tor)
    with pytest.raises(NotFound):
        drafts.discard(scene.session, scene.tor, draft)
    with pytest.raises(NotFound):
        drafts.section_of(row(scene, draft), "nothing")
    assert queries.applications(scene.session, scene.tor) == []


@pytest.mark.parametrize("protection", [Protection.SECRECY, Protection.REGISTRATION, Protection.UNKNOWN])
def test_protected_persons_are_not_served_here_and_not_told_why(scene: Scene, protection: Protection) -> None:
    draft = start(scene)
    protect(scene, scene.mariam, protection)
    with pytest.raises(NotHere) as refused:
        start(scene, period=MONTH.plus(2))
    assert "skydd" not in str(refused.value.message).lower()
    with pytest.raises(NotHere):
        answer(scene, draft, "contact", {"message": "x"})


def test_staff_and_those_who_act_for_another_cannot_apply(scene: Scene) -> None:
    with pytest.raises(Forbidden):
        start(scene, scene.world.staff(scene.world.petra))


def test_a_removed_draft_leaves_nothing_behind(scene: Scene) -> None:
    draft = start(scene)
    answer(scene, draft, "contact", {"message": "x"})
    file = put_file(scene, draft)
    drafts.discard(scene.session, scene.mariam, draft)
    scene.session.refresh(file)
    assert file.state.value == "removed"
    for table in (Application, SectionAnswers, Paper):
        assert scene.session.scalar(select(func.count()).select_from(table)) == 0
    assert start(scene) != draft


def test_what_is_handed_in_is_never_removed_or_changed(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, ALONE)
    sign(scene, draft)
    assert row(scene, draft).state is ApplicationState.SUBMITTED
    with pytest.raises(NotADraft):
        answer(scene, draft, "contact", {"message": "x"})
    with pytest.raises(NotADraft):
        drafts.discard(scene.session, scene.mariam, draft)
    with clock.travel(timedelta(days=400)):
        assert (tidying.warn(scene.session), tidying.remove_left(scene.session)) == (0, 0)
    assert start(scene) == draft  # the month's application is the one that is handed in


def test_a_draft_is_removed_after_ninety_days_and_a_warning_and_every_use_counts_anew(scene: Scene) -> None:
    draft = start(scene)
    told: list[ApplicationNews] = []
    scene.session.info["event_bus"].subscribe(ApplicationNews, lambda _session, event: told.append(event))
    with clock.travel(timedelta(days=79)):
        assert tidying.warn(scene.session) == 0
        answer(scene, draft, "contact", {"message": "x"})
    with clock.travel(timedelta(days=160)):
        assert tidying.warn(scene.session) == 1
        assert tidying.warn(scene.session) == 0
        assert tidying.remove_left(scene.session) == 0
    assert [event.person_id for event in told] == [scene.world.mariam]
    with clock.travel(timedelta(days=168)):
        assert tidying.remove_left(scene.session) == 0
    with clock.travel(timedelta(days=170)):
        assert tidying.remove_left(scene.session) == 1
    with pytest.raises(NotFound):
        queries.application(scene.session, scene.mariam, draft)


def test_the_worker_warns_by_a_notice_that_tells_nothing_and_removes_what_is_left(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    with writing(sessions) as session:
        made = make(session, wired=True)
        choose(session, made.world.mariam, Channel.EMAIL)
        draft, used = start(made), start(made, period=MONTH.plus(1))
    settings = make_settings(file_store=f"file:{tmp_path}/files")
    office = wiring.make_back_office(settings)
    (task,) = (each for each in wiring.long_tasks(settings, sessions, office) if each.name == "left applications")
    left = []
    for days in (79, 85, 91):
        with clock.travel(timedelta(days=days)):
            if days == 85:
                with writing(sessions) as session:
                    answer(replace(made, session=session), used, "contact", {"phone": "1"})
            task.run(Event())
        with sessions() as session:
            left.append((set(session.scalars(select(Application.id))), session.scalar(select(func.count(Notice.id)))))
    assert left == [({draft, used}, 0), ({draft, used}, 1), ({used}, 1)]


def test_without_a_warning_nothing_is_removed(scene: Scene) -> None:
    start(scene)
    with clock.travel(timedelta(days=200)):
        assert tidying.remove_left(scene.session) == 0
        assert tidying.warn(scene.session) == 1
        assert tidying.remove_left(scene.session) == 0


def test_the_co_applicant_answers_the_own_sections_and_no_other(scene: Scene) -> None:
    draft = start(scene)
    invite(scene, draft)
    answer(scene, draft, "planning", {"worked": "yes"}, scene.jonas)
    answer(scene, draft, "planning", {"worked": "no"})
    assert stored(scene, draft, "planning", Party.CO_APPLICANT)["worked"].raw == "yes"
    assert stored(scene, draft, "planning")["worked"].raw == "no"
    with pytest.raises(Forbidden):
        answer(scene, draft, "costs", {"costs.none": "yes"}, scene.jonas)


def test_what_is_of_a_newer_form_waits_for_a_newer_process(scene: Scene) -> None:
    draft = start(scene)
    row(scene, draft).definition = 2
    scene.session.flush()
    with pytest.raises(Updating):
        answer(scene, draft, "contact", {"message": "x"})
    for state in (ApplicationState.DRAFT, ApplicationState.SUBMITTED):
        row(scene, draft).state = state
        scene.session.flush()
        with pytest.raises(Updating):
            queries.draft(scene.session, scene.mariam, draft)
