"""What WTForms and Flask-WTF say about a field, in our own plain words.

Their messages are English, and so can't be sources of our catalogues, where the source is Swedish. A message that is
not listed here reaches no page: the checks against forged posts have a page of their own, the rest tell of faults in
code (tests/core/test_catalogues.py knows them all).
"""

from portal.core.i18n import LazyText, lazy, ngettext

_CHECK = lazy("Något stämmer inte. Titta på det du skrev och skriv igen.")
_CHOOSE = lazy("Välj något av det som finns i listan.")
_FIXED = lazy("Det här går inte att ändra.")
_NUMBER = lazy("Skriv talet med siffror, till exempel 12480.")
_RELOAD = lazy("Ladda om sidan och försök igen.")

WORDS: dict[str, LazyText] = {
    "This field is required.": lazy("Du behöver svara här."),
    "Field must be equal to %(other_name)s.": lazy("Svaren är olika. Skriv samma sak på båda ställena."),
    "Field must be between %(min)d and %(max)d characters long.": lazy("Skriv mellan %(min)d och %(max)d tecken."),
    "Number must be at least %(min)s.": lazy("Skriv %(min)s eller mer."),
    "Number must be at most %(max)s.": lazy("Skriv %(max)s eller mindre."),
    "Number must be between %(min)s and %(max)s.": lazy("Skriv ett tal från %(min)s till %(max)s."),
    # Translators: %(min)s is a date such as 2026-11-25
    "Date must be at least %(min)s.": lazy("Välj %(min)s eller en senare dag."),
    # Translators: %(max)s is a date such as 2026-11-25
    "Date must be at most %(max)s.": lazy("Välj %(max)s eller en tidigare dag."),
    # Translators: %(min)s and %(max)s are dates such as 2026-11-25
    "Date must be between %(min)s and %(max)s.": lazy("Välj en dag från %(min)s till %(max)s."),
    "Not a valid datetime value.": lazy("Skriv dag och tid så här: 2026-11-25 08:30."),
    "Not a valid date value.": lazy("Skriv dagen så här: 2026-11-25."),
    "Not a valid time value.": lazy("Skriv tiden så här: 08:30."),
    "Not a valid week value.": lazy("Välj en vecka."),
    "Not a valid integer value.": lazy("Skriv ett helt tal med siffror, till exempel 12."),
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Invalid email address.": lazy("Skriv e-postadressen så här: namn@exempel.se."),
    "Invalid URL.": lazy("Skriv hela adressen. Den börjar med https://."),
    "File does not have an approved extension.": lazy("Vi kan inte ta emot den sortens fil. Välj en annan."),
    # Translators: {extensions} lists kinds of files, for example "pdf, jpg"
    "File does not have an approved extension: {extensions}": lazy(
        "Vi kan inte ta emot den sortens fil. Välj en av dessa sorter: {extensions}."
    ),
    "Not a valid choice.": _CHOOSE,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOOSE,
    "Invalid value, must be one of: %(values)s.": _CHOOSE,
    "Invalid value, can't be any of: %(values)s.": _CHECK,
    "Invalid input.": _CHECK,
    "Invalid IP address.": _CHECK,
    "Invalid Mac address.": _CHECK,
    "Invalid UUID.": _RELOAD,
    "This field cannot be edited.": _FIXED,
    "This field is disabled and cannot have a value.": _FIXED,
}


def words(message: str) -> str:
    """Return our words for a message of WTForms, with its place-holders left in; an unknown one stays as it is."""
    return str(WORDS.get(message, message))


def counted_words(singular: str, plural: str, n: int) -> str:
    """Return our words for a message of WTForms about a count, with the count filled in."""
    match singular:
        case "Field cannot be longer than %(max)d character.":
            return ngettext("Skriv högst %(num)s tecken.", "Skriv högst %(num)s tecken.", n)
        case "Field must be at least %(min)d character long.":
            return ngettext("Skriv minst %(num)s tecken.", "Skriv minst %(num)s tecken.", n)
        case "Field must be exactly %(max)d character long.":
            return ngettext("Skriv precis %(num)s tecken.", "Skriv precis %(num)s tecken.", n)
        case "'%(value)s' is not a valid choice for this field.":
            return str(_CHOOSE)
        case _:
            return singular if n == 1 else plural
