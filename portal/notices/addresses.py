"""Addresses as they are typed, as they are stored, and as they are shown."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy
from portal.notices.rules import Channel

# A number of a Nordic country: a text message elsewhere can cost many kronor, which a script would make us pay.
COUNTRIES = frozenset({"SE", "NO", "DK", "FI", "AX", "IS"})
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_LONGEST = 254  # RFC 5321 section 4.5.3.1.3


def normal(channel: Channel, typed: str) -> str:
    """Return an address as it is stored: a mail address in ASCII, or a mobile number in the form +46701740605.

    :raises InvalidInput: it can't be an address of this kind.
    """
    return _mail(typed) if channel is Channel.EMAIL else _mobile(typed)


def _mail(typed: str) -> str:
    try:
        # Whether the domain takes mail shows when the code is sent; asking the DNS here would tell others of it.
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        found = None
    if not found or len(found) > _LONGEST:
        raise InvalidInput(lazy("Skriv e-postadressen så här: namn@exempel.se."), reason="email")
    return found


def _mobile(typed: str) -> str:
    try:
        found = phonenumbers.parse(typed, "SE")
    except NumberParseException:
        found = None
    if (
        found is None
        or not phonenumbers.is_valid_number(found)
        or phonenumbers.number_type(found) not in _MOBILE
        or phonenumbers.region_code_for_number(found) not in COUNTRIES
        or found.extension
    ):
        raise InvalidInput(lazy("Skriv ett mobilnummer med siffror, till exempel 070-174 06 05."), reason="mobile")
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def masked(channel: Channel, value: str) -> str:
    """Return as much of an address as its owner needs to know it again: ``k…@exempel.se``, ``…05``."""
    if channel is Channel.SMS:
        return f"…{value[-2:]}"
    name, _, domain = value.rpartition("@")
    return f"{name[:1]}…@{domain}"


def masked_number(identity_number: str) -> str:
    """Return the date of birth of an identity number, with its last four figures hidden."""
    return f"{identity_number[:8]}-••••"
