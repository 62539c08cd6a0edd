"""Secrets of feed addresses, and how far back a feed goes; pure."""

import hashlib
import secrets
from datetime import timedelta

# A cancelled or past meeting stays so long, so that a program that seldom asks still strikes it out.
KEPT = timedelta(days=60)
# More than anybody meets in half a year: a feed is never longer.
MOST = 500


def new_secret() -> str:
    """Return the unguessable part of an address: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return what is kept of a secret. It is random and long, so that a plain SHA-256 can't be searched."""
    return hashlib.sha256(secret.encode()).digest()
