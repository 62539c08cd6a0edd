"""The same signed answer, posted by many at once: it signs in exactly once, on both databases."""

import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core.actor import Side
from portal.identity.models import SeenAssertion, SignedInSession
from tests.identity.fixtures import provider, settings, visitor
from tests.identity.provider import MARIAM, Visitor

__all__ = ["provider", "settings", "visitor"]

THREADS = 20
pytestmark = pytest.mark.fault


def test_one_answer_signs_in_once_however_often_it_is_posted_at_once(
    visitor: Visitor, app: Flask, sessions: sessionmaker[Session]
) -> None:
    encoded = visitor.provider.answer(Side.CLIENT, visitor.start(), MARIAM)
    login = visitor.browser.get_cookie("insyn-client-login")
    assert login is not None
    barrier = threading.Barrier(THREADS)
    statuses: list[int] = []

    def post() -> None:
        browser = app.test_client()
        browser.set_cookie("insyn-client-login", login.value)
        barrier.wait()
        statuses.append(browser.post("/saml/acs", data={"SAMLResponse": encoded}).status_code)

    threads = [threading.Thread(target=post) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(statuses) == {303: 1, 403: THREADS - 1}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SignedInSession)) == 1
        assert session.scalar(select(func.count()).select_from(SeenAssertion)) == 1
        outcomes = Counter(session.scalars(select(AuditEntry.outcome).where(AuditEntry.action == "sign_in")))
    assert outcomes == {"done": 1, "refused": THREADS - 1}
