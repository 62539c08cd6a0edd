"""The fixtures of tests/conftest.py: sessions leave nothing behind, both sides answer, no other machine is reached."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.client import PageClient


@pytest.mark.parametrize("time", [1, 2])
def test_what_a_session_commits_is_gone_in_the_next_test(session: Session, time: int) -> None:
    session.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    session.execute(text("INSERT INTO left_behind VALUES (1)"))
    session.commit()
    assert session.execute(text("SELECT count(*) FROM left_behind")).scalar() == 1


def test_a_rollback_takes_back_to_the_last_commit(session: Session) -> None:
    session.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    session.commit()
    session.execute(text("INSERT INTO left_behind VALUES (1)"))
    session.rollback()
    assert session.execute(text("SELECT count(*) FROM left_behind")).scalar() == 0


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_other_machines_are_out_of_reach() -> None:
    with socket.socket() as found, pytest.raises(SocketConnectBlockedError):
        found.connect(("192.0.2.1", 80))


def test_the_client_side_answers_with_checked_pages(client: PageClient) -> None:
    assert client.page("/").heading


def test_the_staff_side_answers_with_checked_pages(staff_client: PageClient) -> None:
    assert staff_client.page("/").heading
