"""What is hidden on this device: a signed cookie, for phones that several people look at.

It hides from whoever looks over a shoulder, not from whoever can sign in: that is said where it is offered. The cookie
tells nothing: it holds marks of person and records that only our key can make.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from flask import Response, request
from itsdangerous import BadSignature, URLSafeSerializer

from portal.core.errors import Conflict
from portal.core.i18n import lazy
from portal.web.page import settings

COOKIE = "insyn-dolt"
YEAR_SECONDS = 365 * 24 * 3600
# A cookie has room for 4,096 bytes: so many marks of twelve letters for each of so many people.
MOST_RECORDS = 60
MOST_PEOPLE = 3


@dataclass(frozen=True, slots=True)
class Hidden:
    """What one person has hidden here: single records, and all that happened before a moment but for ``shown``."""

    records: tuple[str, ...] = ()
    before: datetime | None = None
    shown: tuple[str, ...] = ()

    def holds(self, record_id: uuid.UUID, event_at: datetime) -> bool:
        """Tell whether a record is hidden."""
        mark = _mark(record_id)
        if mark in self.records:
            return True
        return self.before is not None and event_at < self.before and mark not in self.shown

    def hide(self, record_id: uuid.UUID) -> "Hidden":
        """Hide a record.

        :raises Conflict: as many are hidden as a cookie has room for.
        """
        mark = _mark(record_id)
        records = (*(one for one in self.records if one != mark), mark)
        if len(records) > MOST_RECORDS:
            raise Conflict(lazy("Du kan inte dölja fler. Dölj allt äldre i stället."), reason="full")
        return replace(self, records=records, shown=tuple(one for one in self.shown if one != mark))

    def hide_older(self, before: datetime) -> "Hidden":
        """Hide all that happened before a moment, also what was shown again."""
        return replace(self, before=before, shown=())

    def show(self, record_id: uuid.UUID, event_at: datetime) -> "Hidden":
        """Show a record again; of those hidden by their age the last ones are remembered."""
        mark = _mark(record_id)
        found = replace(self, records=tuple(one for one in self.records if one != mark))
        return replace(found, shown=(*found.shown, mark)[-MOST_RECORDS:]) if found.holds(record_id, event_at) else found


def _mark(id_: uuid.UUID) -> str:
    key = settings().secret_key.get_secret_value().encode()[:64]
    return blake2b(id_.bytes, key=key, digest_size=6, person=b"insyn hidden").hexdigest()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key.get_secret_value(), salt=COOKIE)


def _all() -> dict[str, Any]:
    try:
        values = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return {}
    return values if isinstance(values, dict) else {}


def hidden(person_id: uuid.UUID) -> Hidden:
    """Return what a person has hidden on this device; a forged or broken cookie hides nothing."""
    try:
        records, before, shown = _all()[_mark(person_id)]
        return Hidden(tuple(records), datetime.fromtimestamp(before, UTC) if before else None, tuple(shown))
    except (KeyError, TypeError, ValueError):
        return Hidden()


def keep(response: Response, person_id: uuid.UUID, what: Hidden) -> Response:
    """Let this device remember what a person hides; the latest people's choices are kept."""
    values = {key: value for key, value in _all().items() if key != _mark(person_id)}
    before = int(what.before.timestamp()) if what.before else 0
    values[_mark(person_id)] = [what.records, before, what.shown]
    response.set_cookie(
        COOKIE,
        _signer().dumps(dict(list(values.items())[-MOST_PEOPLE:])),
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response
