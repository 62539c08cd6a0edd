"""A message with files is acknowledged whole or not at all, whatever fails on the way."""

import hashlib
from datetime import timedelta

import pytest

from portal.core.clock import travel
from portal.core.db import writing
from portal.sync import service
from portal.sync.adapters.base import Permanent, Retryable
from portal.sync.adapters.fake import FaultPlan, FaultyBackOffice
from portal.sync.contract import Kind, OutboundMessage
from portal.sync.inbox import InboxHandlers
from portal.sync.queries import delivery_of
from portal.sync.rules import MessageState
from portal.sync.worker import LongTask, Pace, Worker
from tests.conftest import make_settings
from tests.sync import records

CONTENTS = [f"file {number}".encode() for number in range(4)]
FILES = {hashlib.sha256(content).hexdigest(): content for content in CONTENTS}


def put(sessions, lane, files=tuple(FILES)):
    with writing(sessions) as session:
        return service.enqueue(session, Kind.CASE_MESSAGE, lane, records.message(1).to_payload(), files=files)


def work(sessions, office, hours=0, source=FILES.__getitem__):
    with travel(timedelta(hours=hours)):
        Worker(make_settings(), sessions, office, InboxHandlers(), files=source, pace=Pace(lanes=1)).run_once()


def state(sessions, message_id):
    with sessions() as session:
        return delivery_of(session, [message_id])[message_id]


class Watched(FaultyBackOffice):
    """Notes the calls, and fails at the one that it is told."""

    def __init__(self, inner, fails_at=None, *, after=False):
        super().__init__(inner, FaultPlan())
        self.calls, self.fails_at, self.after = [], fails_at, after

    def put_file(self, checksum, content):
        self._noted("put", lambda: self.inner.put_file(checksum, content))

    def deliver(self, message):
        return self._noted("deliver", lambda: self.inner.deliver(message))

    def _noted(self, name, call):
        self.calls.append(name)
        fails = len(self.calls) - 1 == self.fails_at
        if fails and not self.after:
            raise Retryable("down")
        done = call()
        if fails:
            raise Retryable("timeout", unknown=True)
        return done


def test_files_go_before_their_message(sessions, lanes, office, heard):
    message_id = put(sessions, lanes[0])
    watched = Watched(office)
    work(sessions, watched)
    assert watched.calls == ["put"] * 4 + ["deliver"]
    assert state(sessions, message_id).state is MessageState.DELIVERED
    assert {checksum: office.get_file(checksum) for checksum in FILES} == FILES
    assert set(heard.delivered[0].files) == set(FILES)


@pytest.mark.parametrize("after", [False, True], ids=["down", "time-out after the write"])
@pytest.mark.parametrize("step", range(5))
def test_whatever_step_fails_the_message_arrives_once_and_whole(sessions, lanes, office, heard, step, after):
    message_id = put(sessions, lanes[0])
    work(sessions, Watched(office, step, after=after))
    assert state(sessions, message_id).state is MessageState.PENDING
    assert heard.delivered == []
    again = Watched(office)
    work(sessions, again, hours=1)
    found = state(sessions, message_id)
    assert found.state is MessageState.DELIVERED
    # What had arrived before the time-out was asked for, and not sent again.
    assert ("deliver" in again.calls) is not (step == 4 and after)
    assert {checksum: office.get_file(checksum) for checksum in FILES} == FILES
    assert len(heard.delivered) == 1


def test_a_store_that_is_often_down_gets_it_whole_in_the_end(sessions, lanes, office):
    message_id = put(sessions, lanes[0])
    faulty = FaultyBackOffice(office, FaultPlan(seed=4, timeout=0.4, duplicate=0.3))
    for hours in range(40):
        work(sessions, faulty, hours)
        if state(sessions, message_id).state is MessageState.DELIVERED:
            break
    assert state(sessions, message_id).state is MessageState.DELIVERED
    assert {checksum: office.get_file(checksum) for checksum in FILES} == FILES


def test_a_message_without_its_file_is_not_taken(office, lanes):
    message = OutboundMessage(lanes[0], Kind.CASE_MESSAGE, lanes[0], records.message(1).to_payload(), tuple(FILES))
    for checksum, content in list(FILES.items())[:3]:
        office.put_file(checksum, content)
    with pytest.raises(Retryable, match="file_missing"):
        office.deliver(message)
    assert office.find(message.id) is None


def test_a_file_that_is_not_what_it_is_called_stops_the_message_where_people_see_it(sessions, lanes, office):
    message_id = put(sessions, lanes[0])
    work(sessions, office, source=lambda checksum: b"changed")
    found = state(sessions, message_id)
    assert (found.state, found.last_error) == (MessageState.STUCK, "checksum")
    with pytest.raises(Permanent):
        office.get_file(next(iter(FILES)))


def test_a_file_that_is_gone_holds_the_message_and_is_told(sessions, lanes, office):
    message_id = put(sessions, lanes[0])
    work(sessions, office, source={}.__getitem__)
    found = state(sessions, message_id)
    assert (found.state, found.last_error) == (MessageState.PENDING, "error:KeyError")


def test_the_lease_grows_with_the_files(sessions, lanes):
    put(sessions, lanes[0])
    (claim,) = service.claim(sessions, "w", 1, timedelta(seconds=10))
    assert len(claim.message.files) == 4
    with travel(timedelta(seconds=45)):
        assert service.claim(sessions, "x", 1, timedelta(seconds=10)) == []
    with travel(timedelta(seconds=55)):
        assert len(service.claim(sessions, "x", 1, timedelta(seconds=10))) == 1


def test_a_long_task_that_fails_stops_nothing(sessions, lanes, office):
    seen = []

    def broken(stop):
        seen.append(stop.is_set())
        raise RuntimeError

    message_id = put(sessions, lanes[0], files=())
    task = LongTask("broken", 1.0, broken)
    Worker(make_settings(), sessions, office, InboxHandlers(), long_tasks=(task,)).run_once()
    assert seen == [False]
    assert state(sessions, message_id).state is MessageState.DELIVERED
