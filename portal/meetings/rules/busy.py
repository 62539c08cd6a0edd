"""What of a calendar elsewhere is taken in, and from which addresses; pure."""

from datetime import timedelta
from urllib.parse import urlsplit

from portal.core.i18n import lazy
from portal.meetings.rules.hours import HoursRefused

MAX_BYTES = 1024 * 1024
MAX_ADDRESS = 2000
# Calendars of one caseworker, and busy times of one calendar in the window.
MAX_SOURCES = 5
MOST = 5000
# How far ahead busy times are read: further than clients can usually book.
WINDOW = timedelta(days=180)

_FEED = "webcal://"


def checked_address(url: str) -> str:
    """Return the https address of a calendar; ``webcal`` is what calendar programs call it.

    Whether it is on the internet is judged when it is fetched.

    :raises HoursRefused: it is none.
    """
    found = f"https://{url.removeprefix(_FEED)}" if url.startswith(_FEED) else url
    try:
        parts = urlsplit(found)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port in {None, 443} and not parts.username
    except ValueError:
        good = False
    if not good or len(found) > MAX_ADDRESS or not found.isascii() or not found.isprintable() or " " in found:
        raise HoursRefused({"url": lazy("Skriv hela adressen. Den börjar med https://.")})
    return found
