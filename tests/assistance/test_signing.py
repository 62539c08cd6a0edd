"""Signing and handing in: what is left is told, any change voids, both sign the same, the server submits once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.assistance import queries, review_words, words
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.states import ApplicationState, EventKind, Handling
from portal.assistance.service import drafts, parties, signing, supplements
from portal.assistance.service.supplements import NotHandedIn
from portal.core import clock
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import use_locale
from portal.files import service as files
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.identity.signing.models import DocumentVersion, Signature
from portal.sync.contract import ApplicationRecord, SupplementRecord
from tests.assistance.world import (
    ALONE,
    MONTH,
    OWN,
    TWO,
    Scene,
    answer,
    couple,
    fill,
    happened,
    invite,
    kinds_of,
    obstacles,
    put_file,
    put_signature,
    row,
    sent,
    sign,
    start,
)


def test_what_is_left_is_told_and_nothing_unfinished_is_signed(scene: Scene) -> None:
    draft = start(scene)
    assert "section:applicant:household" in obstacles(scene, draft)
    with pytest.raises(signing.NotReady):
        signing.prepare(scene.session, scene.mariam, draft)
    fill(scene, draft, ALONE)
    assert obstacles(scene, draft) == []
    file = put_file(scene, draft)
    for state, code in (("checking", "files_coming"), ("refused", "files_refused")):
        file.state = type(file.state)(state)
        scene.session.flush()
        assert obstacles(scene, draft) == [code]


def test_one_person_signs_and_the_server_hands_it_in_with_its_files(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, ALONE)
    file = put_file(scene, draft)
    sign(scene, draft)
    found = row(scene, draft)
    assert found.state is ApplicationState.SUBMITTED
    assert found.receipt_no
    assert found.submitted_at
    (message,) = sent(scene)
    record = ApplicationRecord.from_payload(message.payload)
    assert message.files == [file.checksum] == [one.file.checksum for one in record.papers]
    assert record.receipt_no == found.receipt_no
    assert {(one.section, one.key): one.value for one in record.answers}["household", "civil_status"] == "single"
    assert [one.party for one in record.parties] == [Party.APPLICANT]
    assert scene.session.get_one(StoredFile, file.id).handed_over_at is not None
    assert kinds_of(scene, draft) == [EventKind.STARTED, EventKind.SIGNED, EventKind.SUBMITTED]


def test_a_change_after_the_freezing_voids_the_signature_under_way(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, ALONE)
    _document, party = signing.prepare(scene.session, scene.mariam, draft)
    answer(scene, draft, "contact", {"message": "En sak till"})
    put_signature(scene, draft, scene.mariam, party)
    assert row(scene, draft).state is ApplicationState.DRAFT
    assert sent(scene) == []


def test_a_file_taken_away_meanwhile_voids_the_signature_too(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, ALONE)
    file = put_file(scene, draft)
    _document, party = signing.prepare(scene.session, scene.mariam, draft)
    files.remove(scene.session, scene.mariam, file.id)
    put_signature(scene, draft, scene.mariam, party)
    assert row(scene, draft).state is ApplicationState.DRAFT
    assert sent(scene) == []
    assert EventKind.CHANGED in kinds_of(scene, draft)


def test_two_sign_the_same_version_and_it_is_handed_in_once(scene: Scene) -> None:
    draft = couple(scene)
    with use_locale("ar"):
        sign(scene, draft)
    assert row(scene, draft).state is ApplicationState.SIGNING
    assert sent(scene) == []
    sign(scene, draft, scene.jonas)
    (message,) = sent(scene)
    record = ApplicationRecord.from_payload(message.payload)
    assert [(one.party, one.locale) for one in record.parties] == [
        (Party.APPLICANT, "ar"),
        (Party.CO_APPLICANT, "sv"),
    ]
    signatures = scene.session.scalars(select(Signature).order_by(Signature.id)).all()
    assert [one.party for one in signatures] == ["applicant", "co_applicant"]
    frozen_id = row(scene, draft).frozen_id
    assert {(one.version_id, one.digest.hex()) for one in signatures} == {(frozen_id, record.digest)}


def test_what_is_frozen_holds_the_form_the_answers_the_words_and_every_file_by_its_checksum(scene: Scene) -> None:
    draft = couple(scene)
    file = put_file(scene, draft)
    sign(scene, draft)
    sign(scene, draft, scene.jonas)
    found = row(scene, draft)
    version = scene.session.get_one(DocumentVersion, found.frozen_id)
    document = version.document()
    assert (document.locale, document.digest) == ("sv", version.digest)
    content = document.content
    assert (content["definition"], content["attestation"], content["period"]) == (1, 1, str(MONTH))
    assert content["answers"]["applicant"]["household"] == TWO["household"]
    assert content["answers"]["co_applicant"] == OWN
    assert [(one["checksum"], one["name"]) for one in content["files"]] == [(file.checksum, file.name)]
    # Another file, another answer or another form is another document.
    for change in ({"files": []}, {"answers": {}}, {"definition": 2}, {"revision": found.revision + 1}):
        assert replace(document, content={**content, **change}).digest != document.digest


@pytest.mark.parametrize("who", ["mariam", "jonas"])
def test_a_change_after_the_first_signature_voids_it_and_both_sign_again(scene: Scene, who: str) -> None:
    draft = couple(scene)
    sign(scene, draft)
    section = {"mariam": "costs", "jonas": "planning"}[who]
    change = {"costs": {"costs.none": ""}, "planning": {"sick_extent": "50"}}[section]
    answer(scene, draft, section, change, getattr(scene, who))
    answer(
        scene,
        draft,
        section,
        {"costs": {"costs.none": "yes"}, "planning": {"sick_extent": "100"}}[section],
        getattr(scene, who),
    )
    assert row(scene, draft).state is ApplicationState.DRAFT
    sign(scene, draft, scene.jonas)
    assert sent(scene) == []  # the first signature was of another revision, though the answers are the same again
    sign(scene, draft)
    assert len(sent(scene)) == 1


def test_a_file_that_either_takes_away_voids_both_signatures_at_once_and_both_are_told(scene: Scene) -> None:
    draft = couple(scene)
    mine, other = put_file(scene, draft), put_file(scene, draft, scene.jonas, paper="identity")
    for file, who, party in ((mine, scene.mariam, Party.APPLICANT), (other, scene.jonas, Party.CO_APPLICANT)):
        sign(scene, draft)
        files.remove(scene.session, who, file.id)
        found = row(scene, draft)
        assert (found.state, found.frozen_id) == (ApplicationState.DRAFT, None)
        told = happened(scene, draft, scene.jonas)
        assert (told[-1].kind, told[-1].party) == (EventKind.CHANGED, party)
        for one in (scene.mariam, scene.jonas):
            view = queries.application(scene.session, one, draft)
            name = "Du" if one is who else words.other_name(view)
            told_words = review_words.voided(view, happened(scene, draft, one))
            assert told_words.startswith(f"{name} ändrade något i ansökan.")
        files.remove(scene.session, who, file.id)
        assert happened(scene, draft, scene.jonas) == told
    assert sent(scene) == []


def test_nobody_elses_file_and_no_file_of_a_handed_in_application_changes_anything(scene: Scene) -> None:
    draft = couple(scene)
    file = put_file(scene, draft)
    sign(scene, draft)
    with pytest.raises(NotFound):
        files.remove(scene.session, scene.jonas, file.id)
    assert row(scene, draft).state is ApplicationState.SIGNING
    sign(scene, draft, scene.jonas)
    with pytest.raises(Conflict):
        files.remove(scene.session, scene.mariam, file.id)
    assert row(scene, draft).state is ApplicationState.SUBMITTED


def test_a_file_gone_after_the_first_signature_is_told_when_the_other_one_signs(scene: Scene) -> None:
    draft = couple(scene)
    file = put_file(scene, draft)
    sign(scene, draft)
    file.state = FileState.REMOVED
    scene.session.flush()
    sign(scene, draft, scene.jonas)
    assert kinds_of(scene, draft)[-2:] == [EventKind.CHANGED, EventKind.SIGNED]
    assert row(scene, draft).state is ApplicationState.SIGNING
    sign(scene, draft)
    assert row(scene, draft).state is ApplicationState.SUBMITTED


def test_living_together_takes_two_and_living_alone_takes_one(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, TWO)
    assert obstacles(scene, draft) == ["co_applicant"]
    invite(scene, draft, join=False)
    assert obstacles(scene, draft) == ["co_applicant"]
    parties.join(scene.session, scene.jonas, draft)
    fill(scene, draft, OWN, scene.jonas)
    assert obstacles(scene, draft) == []
    answer(scene, draft, "household", {"civil_status": "single"})
    assert obstacles(scene, draft) == ["co_applicant_alone"]


def test_an_application_is_taken_back_once_and_told_to_the_back_office(scene: Scene) -> None:
    draft = start(scene)
    with pytest.raises(Conflict):
        signing.withdraw(scene.session, scene.mariam, draft)
    fill(scene, draft, ALONE)
    sign(scene, draft)
    with pytest.raises(NotFound):
        signing.withdraw(scene.session, scene.tor, draft)
    signing.withdraw(scene.session, scene.mariam, draft)
    signing.withdraw(scene.session, scene.mariam, draft)
    states = [ApplicationRecord.from_payload(one.payload).state.value for one in sent(scene)]
    assert states == ["submitted", "withdrawn"]
    assert start(scene) != draft


def test_what_is_decided_is_not_taken_back(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, ALONE)
    sign(scene, draft)
    row(scene, draft).handling = Handling.DECIDED
    scene.session.flush()
    with pytest.raises(signing.AlreadyDecided):
        signing.withdraw(scene.session, scene.mariam, draft)


def test_a_supplement_is_sent_once_after_the_application(scene: Scene) -> None:
    draft = start(scene)
    with pytest.raises(NotHandedIn):
        supplements.supplement(scene.session, scene.mariam, draft)
    fill(scene, draft, ALONE)
    sign(scene, draft)
    added = supplements.supplement(scene.session, scene.mariam, draft)
    assert supplements.supplement(scene.session, scene.mariam, draft).id == added.id
    with pytest.raises(InvalidInput):
        supplements.send(scene.session, scene.mariam, draft, added.id, "  ")
    with pytest.raises(NotFound):
        supplements.send(scene.session, scene.tor, draft, added.id, "x")
    supplements.send(scene.session, scene.mariam, draft, added.id, "Här är hyran.")
    supplements.send(scene.session, scene.mariam, draft, added.id, "Här är hyran.")
    _application, message = sent(scene)
    assert SupplementRecord.from_payload(message.payload).text == "Här är hyran."
    assert supplements.supplement(scene.session, scene.mariam, draft).id != added.id


def test_several_supplementary_applications_of_a_month_follow_each_other(scene: Scene) -> None:
    first = start(scene, kind=Kind.SUPPLEMENTARY)
    fill(scene, first, {key: ALONE[key] for key in ("costs", "payment")})
    answer(scene, first, "household", {"civil_status": "single"})
    answer(scene, first, "planning", {"worked": "no"})
    answer(scene, first, "contact", {"interpreter": "no"})
    sign(scene, first)
    assert row(scene, first).state is ApplicationState.SUBMITTED
    assert start(scene, kind=Kind.SUPPLEMENTARY) != first


def test_signed_before_midnight_and_answered_after_it_still_holds(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, ALONE)
    _document, party = signing.prepare(scene.session, scene.mariam, draft)
    with clock.travel(timedelta(hours=24)):
        put_signature(scene, draft, scene.mariam, party)
    assert row(scene, draft).state is ApplicationState.SUBMITTED


def test_the_document_is_in_swedish_whatever_language_the_page_is_in(scene: Scene) -> None:
    draft = start(scene)
    fill(scene, draft, ALONE)
    with use_locale("en"):
        document, _party = signing.prepare(scene.session, scene.mariam, draft)
    assert document.locale == "sv"
    assert "Sökande" in document.text
    assert "heder och samvete" in document.text


def test_drafts_are_listed_for_both_and_the_number_only_for_who_typed_it(scene: Scene) -> None:
    draft = couple(scene)
    mine = queries.application(scene.session, scene.mariam, draft)
    theirs = queries.application(scene.session, scene.jonas, draft)
    assert mine.co_applicant
    assert mine.co_applicant.name == "Jonas Sandell"
    assert theirs.co_applicant
    assert theirs.co_applicant.number == ""
    assert [one.id for one in queries.applications(scene.session, scene.jonas)] == [draft]
    assert drafts.open_key(scene.world.mariam, Kind.NEW, mine.period) != ""
