"""The language of a request: the person's choice on this device, else the browser's wish, else Swedish."""

from flask import request

from portal.core.i18n import LOCALES, SOURCE_LOCALE, set_locale
from portal.web.site import LANGUAGE_COOKIE


def bind_locale() -> None:
    """Set the locale of this request."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen not in LOCALES:
        chosen = request.accept_languages.best_match(list(LOCALES), SOURCE_LOCALE)
    set_locale(chosen or SOURCE_LOCALE)
