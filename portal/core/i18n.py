"""Translation and Swedish time: catalogues read once, bound once per request or notice.

Source strings are Swedish. The current locale lives in a context variable, so that services, notices and the
worker translate as pages do, without Flask. Babel's catalogues are bound once per locale: per-string look-ups of a
locale were the largest single cost of a page (STACK.md).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates
from babel.lists import format_list
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from portal.core.clock import now
from portal.core.resources import resource_dir

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SOURCE_LOCALE = "sv"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the portal: its code, its own name, and how it is written."""

    code: str
    own_name: str
    direction: str = "ltr"


# The order is the order of the language bar.
LANGUAGES = (Language("sv", "Svenska"), Language("en", "English"), Language("ar", "العربية", "rtl"))
LOCALES = {language.code: language for language in LANGUAGES}

_HOLDER = re.compile(r"%\(\w+\)[sd]")
_locale: ContextVar[str] = ContextVar("locale", default=SOURCE_LOCALE)


class _Isolating(Translations):
    """A catalogue of a language written from right to left.

    What takes a place-holder's place (a name, a telephone number, a receipt) is set apart from the words around it, or
    "010-000 00 00" is shown as "00 00 000-010" (Unicode Standard Annex 9, section 2.7).
    """

    def _parse(self, fp: Any) -> None:
        super()._parse(fp)
        self._catalog = {  # the dictionary of gettext.GNUTranslations
            key: _HOLDER.sub("\u2068\\g<0>\u2069", text) if key else text for key, text in self._catalog.items()
        }


@cache
def catalogue(code: str, directory: Path | None = None) -> NullTranslations:
    """Return the catalogue of a locale, read from its compiled file once per process."""
    kind = _Isolating if direction(code) == "rtl" else Translations
    return kind.load(directory or resource_dir("translations"), [code])


def current_locale() -> str:
    """Return the code of the locale in force here."""
    return _locale.get()


def set_locale(code: str) -> None:
    """Set the locale for the rest of this context (one request); unknown codes fall back to Swedish."""
    _locale.set(code if code in LOCALES else SOURCE_LOCALE)


@contextmanager
def use_locale(code: str) -> Iterator[None]:
    """Use a locale inside a block: a notice is written in its reader's language."""
    token = _locale.set(code if code in LOCALES else SOURCE_LOCALE)
    try:
        yield
    finally:
        _locale.reset(token)


def gettext(message: str, /, **variables: Any) -> str:
    """Translate a Swedish source string into the current locale."""
    text = str(catalogue(_locale.get()).ugettext(message))
    return text % variables if variables else text


def ngettext(singular: str, plural: str, n: int, /, **variables: Any) -> str:
    """Translate a string with a count; ``%(num)s`` is the count."""
    variables.setdefault("num", n)
    return str(catalogue(_locale.get()).ungettext(singular, plural, n)) % variables


def pgettext(context: str, message: str, /, **variables: Any) -> str:
    """Translate a string whose meaning depends on a context."""
    text = str(catalogue(_locale.get()).upgettext(context, message))
    return text % variables if variables else text


_ = gettext


@lru_cache(maxsize=4096)
def _markup(code: str, message: str) -> Markup:
    return Markup(catalogue(code).ugettext(message))  # noqa: S704 - our own words, as Jinja's extension marks them


@lru_cache(maxsize=4096)
def _plain(code: str, message: str) -> Markup:
    return _markup(code, message) % {}


def template_gettext(message: str, /, **variables: Any) -> str:
    """Translate a text of a template; what is put into it is escaped.

    It stands in for `_` of Jinja's extension, whose three wrappers cost more than the look-up, a hundred times a page.
    """
    code = _locale.get()
    return _markup(code, message) % variables if variables else _plain(code, message)


class LazyText:
    """A marked string that is translated when it is shown."""

    __slots__ = ("_message", "_variables")

    def __init__(self, message: str, variables: dict[str, Any]) -> None:
        self._message = message
        self._variables = variables

    def __str__(self) -> str:
        # gettext's answer to an empty message is the head of the catalogue.
        return gettext(self._message, **self._variables) if self._message else ""

    def __bool__(self) -> bool:
        return bool(self._message)

    def __html__(self) -> str:
        return f"{escape(str(self))}"

    def __mod__(self, variables: Any) -> str:
        shown: str = str(self) % variables
        return shown

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash((self._message, tuple(sorted(self._variables))))


Text = str | LazyText


def lazy(message: str, /, **variables: Any) -> LazyText:
    """Mark a string for translation where it is written, translate it where it is shown."""
    return LazyText(message, variables)


def direction(code: str | None = None) -> str:
    """Return ``ltr`` or ``rtl`` for a locale."""
    return LOCALES[code or current_locale()].direction


@cache
def _babel_locale(code: str) -> Locale:
    return Locale.parse(code)


@lru_cache(maxsize=4096)
def _format_date(day: date, pattern: str, code: str) -> str:
    return dates.format_date(day, pattern, locale=_babel_locale(code))


def _as_local(instant: datetime) -> datetime:
    return instant.astimezone(STOCKHOLM)


# Patterns with weekday, as UX.md section 2 asks; other locales take Babel's own order of the same fields.
_DAY = {"sv": "EEEE d MMMM", "en": "EEEE d MMMM", "ar": "EEEE d MMMM"}


def format_day(instant: datetime | date) -> str:
    """Return a day such as "onsdag 25 november", in Swedish time; the year is added where it is not this year."""
    day = _as_local(instant).date() if isinstance(instant, datetime) else instant
    code = _locale.get()
    pattern = _DAY.get(code, "EEEE d MMMM")
    return _format_date(day, pattern if day.year == today().year else f"{pattern} y", code)


def format_date(instant: datetime | date) -> str:
    """Return a day with its year, such as "25 november 2026", in Swedish time: for what is kept for years."""
    day = _as_local(instant).date() if isinstance(instant, datetime) else instant
    return _format_date(day, "d MMMM y", _locale.get())


def format_short_day(day: date) -> str:
    """Return a day as short as it heads a column: "mån 30"."""
    return _format_date(day, "EEE d", _locale.get())


def either(words: Sequence[str]) -> str:
    """Return a choice in a sentence: "a, b eller c"."""
    return format_list(list(words), style="or", locale=_locale.get())


def format_month(instant: datetime | date) -> str:
    """Return a month with its year, such as "november 2026", in Swedish time."""
    day = _as_local(instant).date() if isinstance(instant, datetime) else instant
    return _format_date(day, "LLLL y", _locale.get())


def day_and_month(instant: datetime) -> tuple[str, str]:
    """Return the day of the month and the month's short name, for a tile: ("5", "nov.")."""
    day = _as_local(instant).date()
    return str(day.day), _format_date(day, "LLL", _locale.get())


def format_time(instant: datetime) -> str:
    """Return a time of day such as "08.31", in Swedish time."""
    local = _as_local(instant)
    separator = "." if _locale.get() == "sv" else ":"
    return f"{local.hour:02}{separator}{local.minute:02}"


def format_short_month(instant: datetime) -> str:
    """Return the month of an instant as short as it is written ("nov"), in Swedish time."""
    return _format_date(_as_local(instant).date(), "MMM", _locale.get()).rstrip(".")


def day_number(instant: datetime) -> str:
    """Return the day of the month of an instant, in Swedish time."""
    return str(_as_local(instant).day)


def format_moment(instant: datetime) -> str:
    """Return a day and time as a person says it: "i dag 08.31", "i går 16.02", "fredag 20 november 09.15"."""
    day = _as_local(instant).date()
    gap = (today() - day).days
    if gap == 0:
        return _("i dag %(time)s", time=format_time(instant))
    if gap == 1:
        return _("i går %(time)s", time=format_time(instant))
    # Translators: a date and a time of day, for example "fredag 20 november 09.15"
    return _("%(day)s %(time)s", day=format_day(instant), time=format_time(instant))


def today() -> date:
    """Return today's date in Sweden."""
    return _as_local(now()).date()


def same_day(first: datetime, second: datetime) -> bool:
    """Tell whether two instants fall on the same Swedish day."""
    return _as_local(first).date() == _as_local(second).date()


JINJA_GLOBALS: dict[str, Callable[..., str]] = {
    "_": template_gettext,
    "gettext": template_gettext,
    "format_day": format_day,
    "format_time": format_time,
    "format_moment": format_moment,
}
