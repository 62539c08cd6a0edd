"""How long sign-ins and sessions last, and which sessions are alive."""

import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

# No page opens below level 3 (tillitsnivå 3), so nobody is signed in below it either.
LEAST_LEVEL = 3
# The framework allows 60 minutes of single sign-on; getting a first e-legitimation can take 20 (PEERS.md B2 row 13).
SIGN_IN_LIFETIME = timedelta(minutes=60)
# A kept form outlives a slow sign-in and a pause, not a night on a shared phone.
KEPT_FORM_LIFETIME = timedelta(hours=2)
# How often the row of a session learns that it is in use; a page within the interval costs no write.
TOUCH_INTERVAL = timedelta(seconds=60)


class Purpose(enum.StrEnum):
    """What a pending authentication is for."""

    SIGN_IN = "sign_in"
    STEP_UP = "step_up"  # somebody who is signed in shows that it is still them
    SIGN = "sign"  # a document is signed; the browser's session is left alone


class EndReason(enum.StrEnum):
    """Why a session ended."""

    LOGGED_OUT = "logged_out"
    LEFT = "left"  # Lämna sidan
    ENDED_BY_OWNER = "ended_by_owner"
    PROVIDER = "provider"  # single log-out from the identity provider
    REPLACED = "replaced"  # a new sign-in in the same browser
    STEPPED_UP = "stepped_up"  # the same person authenticated again: a new session with a new token
    OTHER_PERSON = "other_person"  # somebody else answered when the person was asked to authenticate again


@dataclass(frozen=True)
class Limits:
    """The two time limits of a session."""

    idle: timedelta
    absolute: timedelta


def is_alive(
    *, created_at: datetime, last_seen_at: datetime, ended_at: datetime | None, at: datetime, limits: Limits
) -> bool:
    """Tell whether a session still counts at an instant."""
    return ended_at is None and at - last_seen_at <= limits.idle and at - created_at <= limits.absolute


def may_keep_form(*, ended_at: datetime | None, last_seen_at: datetime, at: datetime) -> bool:
    """Tell whether what is posted in a dead session may wait for its owner.

    Only where time ended it: whoever logged out or left the page must find nothing of theirs again.
    """
    return ended_at is None and at - last_seen_at <= timedelta(hours=24)


def device_label(user_agent: str) -> str:
    """Return a short name of the device from a User-Agent, such as "Firefox, Android"; never the whole string."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    found = [next((name for mark, name in table if mark in user_agent), "") for table in (browsers, systems)]
    return ", ".join(part for part in found if part)


def digest(token: str) -> bytes:
    """Return what is stored of a secret token."""
    return hashlib.sha256(token.encode()).digest()


def name_digest(provider: str, name_id: str) -> bytes:
    """Return what a provider's name for a person is found by, when it asks that their sessions end."""
    return digest(f"{provider}\0{name_id}")
