"""The invented people: official test numbers only, cases that hang together, conversations believable on any day."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from portal.core.i18n import STOCKHOLM
from portal.demo.conversations import CLIENT, CONVERSATIONS, Line
from portal.demo.people import BOARDS, CLIENTS, STAFF, UNITS, Client
from portal.demo.test_numbers import TEST_NUMBERS, NotATestNumber
from portal.people.identity_numbers import is_coordination_number, parse_identity_number
from portal.people.rules import Protection, Role

CASES = {case.key: (client, case) for client in CLIENTS for case in client.cases}
EVENINGS = [datetime(2026, 11, 16, 0, 20, tzinfo=UTC) + timedelta(hours=13 * step) for step in range(14)]


def test_every_number_is_an_official_test_number_and_used_once() -> None:
    numbers = [client.identity_number for client in CLIENTS]
    assert set(numbers) <= TEST_NUMBERS
    assert len(set(numbers)) == len(numbers)
    assert [parse_identity_number(number) for number in numbers] == numbers


def test_any_other_number_is_refused_and_not_repeated() -> None:
    with pytest.raises(NotATestNumber) as refused:
        Client("x", "X", "Y", "191212121212", "")
    assert "1212" not in str(refused.value)


def test_it_is_a_small_municipality_with_everybody_in_it() -> None:
    assert 18 <= len(CLIENTS) <= 24
    assert Counter(one.role for one in STAFF) == {Role.CASEWORKER: 4, Role.TEAM_LEADER: 1, Role.MANAGER: 1}
    assert len(BOARDS) == 2
    assert [client.key for client in CLIENTS if not client.cases] == ["oskar"]
    boards_of = {client.key: {UNITS[case.unit][0] for case in client.cases} for client in CLIENTS}
    assert [key for key, boards in boards_of.items() if len(boards) == 2] == ["gunvor"]
    assert [client.key for client in CLIENTS if client.protection is Protection.SECRECY] == ["vera"]
    assert sum(is_coordination_number(client.identity_number) for client in CLIENTS) == 2
    assert {client.identity_number[:4] for client in CLIENTS} >= {"2011", "2009", "1945"}


def test_cases_have_workers_of_their_own_unit() -> None:
    units = {one.key: one.unit for one in STAFF}
    for key, (_, case) in CASES.items():
        assert case.workers, key
        assert {units[worker] for worker in case.workers} == {case.unit}, key


def test_only_those_who_work_on_a_case_write_in_it() -> None:
    for key, lines in CONVERSATIONS.items():
        assert {line.by for line in lines} - {CLIENT} <= set(CASES[key][1].workers), key


@pytest.mark.parametrize("now", EVENINGS, ids=lambda now: f"{now:%a-%H}")
def test_conversations_go_forward_and_are_past_on_any_day(now: datetime) -> None:
    for key, lines in CONVERSATIONS.items():
        instants = [line.instant(now) for line in lines]
        assert instants == sorted(set(instants)), key
        assert instants[-1] < now, key
        opened = now - timedelta(days=CASES[key][1].opened_days_ago)
        assert opened < instants[0], key


def test_staff_write_on_working_days() -> None:
    for now in EVENINGS:
        written = [line for lines in CONVERSATIONS.values() for line in lines if line.by != CLIENT and line.at]
        assert all(line.instant(now).astimezone(STOCKHOLM).weekday() < 5 for line in written)


def test_a_working_day_back_from_a_monday_is_a_friday() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
    assert Line(CLIENT, "", 1, "16:44").instant(monday) == datetime(2026, 11, 20, 16, 44, tzinfo=STOCKHOLM)
