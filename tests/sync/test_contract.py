import dataclasses

import pytest

from portal.people.rules import Protection
from portal.sync.contract import OWNERSHIP, RECORDS, BoardRecord, Kind, Owner, PersonRecord, ProposalRecord, UnknownCode
from tests.sync import records

EVERY = [
    records.BOARD,
    records.UNIT,
    records.STAFF,
    records.PERSON,
    records.CASE,
    records.ASSIGNMENT,
    records.message(),
    records.MEETING,
    records.PROPOSAL,
    records.BUSY,
    records.NOTE,
    records.REMARK,
    records.APPLICATION,
    records.SUPPLEMENT,
    records.STATUS,
    records.PERIOD,
]


@pytest.mark.parametrize("record", EVERY, ids=lambda record: record.kind)
def test_a_payload_reads_back_as_it_was_written(record):
    assert type(record).from_payload(record.to_payload()) == record


def test_every_kind_has_a_record_and_an_owner_of_each_field():
    assert set(RECORDS) == set(Kind) == {record.kind for record in EVERY}
    for kind, record in RECORDS.items():
        assert {field.name for field in dataclasses.fields(record)} <= set(OWNERSHIP[kind])
    assert OWNERSHIP[Kind.PERSON]["locale"] is Owner.CLIENT


@pytest.mark.parametrize("record", EVERY, ids=lambda record: record.kind)
def test_each_missing_field_is_an_alarm(record):
    for name in record.to_payload():
        payload = record.to_payload()
        del payload[name]
        if name in record.absent:
            continue
        with pytest.raises(UnknownCode) as caught:
            type(record).from_payload(payload)
        assert caught.value.where == f"{record.kind}.{name}"


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        (records.PERSON, "protection", "fingerad"),
        (records.PERSON, "given_name", 7),
        (records.PERSON, "given_name", None),
        (records.STAFF, "role", "chef"),
        (records.STAFF, "active", "ja"),
        (records.STAFF, "active", 1),
        (records.CASE, "state", "vilande"),
        (records.CASE, "opened_at", "2026-11-02T09:30:00"),
        (records.CASE, "opened_at", "i går"),
        (records.CASE, "opened_at", None),
        (records.message(), "author", "system"),
        (records.MEETING, "form", "brev"),
        (records.MEETING, "revision", True),
        (records.MEETING, "revision", "0"),
        (records.NOTE, "type", "brev"),
        (records.NOTE, "status", "working"),  # what is still worked on is never sent
        (records.NOTE, "passages", {}),
        (records.REMARK, "says", "fel"),
        (records.REMARK, "passage_id", 4),
        (records.APPLICATION, "application_kind", "yearly"),
        (records.APPLICATION, "papers", {}),
        (records.STATUS, "handling", "lost"),
        (records.STATUS, "outcome", "perhaps"),
        (records.PERIOD, "cohabiting", "no"),
        (records.PROPOSAL, "turns", {}),
        (records.PROPOSAL, "turns", ["x"]),
    ],
)
def test_an_unknown_code_is_an_alarm_that_does_not_repeat_it(record, field, value):
    with pytest.raises(UnknownCode) as caught:
        type(record).from_payload({**record.to_payload(), field: value})
    assert str(caught.value) == f"{record.kind}.{field}"


def test_a_part_is_read_as_strictly_as_the_whole():
    payload = records.PROPOSAL.to_payload()
    for broken, where in (
        ({"kind": "nudge"}, "kind"),
        ({"windows": [{"starts_at": "2026-11-02T09:30:00+00:00"}]}, "windows.ends_at"),
        ({"forms": ["brev"]}, "forms"),
        ({"199501182399": ""}, "?"),
    ):
        with pytest.raises(UnknownCode) as caught:
            ProposalRecord.from_payload({**payload, "turns": [{**payload["turns"][0], **broken}]})
        assert str(caught.value) == f"meeting_proposal.turns.{where}"


def test_a_field_too_many_is_an_alarm_that_does_not_repeat_its_name():
    with pytest.raises(UnknownCode) as caught:
        BoardRecord.from_payload({**records.BOARD.to_payload(), "199501182399": "x"})
    assert str(caught.value) == "board.?"


def test_only_the_protection_flag_may_be_absent():
    payload = records.PERSON.to_payload()
    del payload["protection"]
    assert PersonRecord.from_payload(payload).protection is None
    assert PersonRecord.from_payload(records.PERSON.to_payload()).protection is Protection.NONE
