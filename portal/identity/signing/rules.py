"""What is signed and what a signature commits to: canonical JSON, the digest, and the derived request ID; pure."""

import enum
import hashlib
import json
import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

# Long enough for someone who has to fetch the phone; short enough that an open question doesn't lie about.
SIGNATURE_LIFETIME: Final = timedelta(minutes=15)
FORMAT: Final = "insyn-signature/1"
MAX_INTEGER: Final = 2**53 - 1
NONCE_BYTES: Final = 32
_KIND: Final = re.compile(r"[a-z][a-z0-9_.-]{0,39}")


class Method(enum.StrEnum):
    """How a signature came about, and so how it is checked."""

    AUTHENTICATION = "saml_authentication"


class Scheme(enum.StrEnum):
    """By what a provider names a person."""

    NUMBER = "identity_number"  # personnummer or samordningsnummer
    PRID = "prid"  # provisional identifier of a foreign e-legitimation
    STAFF = "staff_id"


class NotCanonical(ValueError):  # noqa: N818 - read as what is wrong
    """A value has no one way to be written as canonical JSON; the value itself is never told."""


def canonical(value: Any) -> str:
    """Return the one way to write a value as JSON: sorted keys, no blanks, UTF-8 as it is, no floats.

    Decimals, dates, aware datetimes (in UTC) and UUIDs become strings. Source: RFC 8785, with its floats left out.

    :raises NotCanonical: for floats, naive datetimes, integers beyond 53 bits, lone surrogates and any other type.
    """
    text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical("half a character") from None
    return text


def plain(value: Any) -> Any:
    """Return a value as JSON holds it, with the keys in canonical order.

    :raises NotCanonical: where that can't be done in one way only.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical("an integer beyond 53 bits")
        return int(value)
    if isinstance(value, Mapping):
        return _plain_object(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _plain_text(value)


def _plain_object(value: Mapping[Any, Any]) -> dict[str, Any]:
    if not all(isinstance(key, str) for key in value):
        raise NotCanonical("a key that is no text")
    # RFC 8785 3.2.3: by UTF-16 code units, as JavaScript sorts.
    keys = sorted((str(key) for key in value), key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return {key: plain(value[key]) for key in keys}


def _plain_text(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Decimal):
        if not math.isfinite(value):
            raise NotCanonical("a number that is none")
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NotCanonical("a time without a zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise NotCanonical(f"a value of type {type(value).__name__}")


@dataclass(frozen=True)
class FrozenDocument:
    """What a person signs: the values, the text exactly as it was shown, and the language it was shown in.

    :raises NotCanonical: the content can't be written in one way only, or the kind isn't a short code.
    """

    kind: str
    content: Mapping[str, Any] = field(repr=False)
    text: str = field(repr=False)
    locale: str

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind) or not self.text.strip():
            raise NotCanonical("a document needs a kind and a text")
        # A copy of its own: what the caller changes afterwards is another document.
        object.__setattr__(self, "content", json.loads(canonical(self.content)))
        canonical(self.text)

    @property
    def canonical_content(self) -> str:
        """The content as canonical JSON."""
        return canonical(self.content)

    @property
    def digest(self) -> bytes:
        """The SHA-256 of kind, content, text and language together."""
        return digest_of({"kind": self.kind, "content": self.content, "text": self.text, "locale": self.locale})


def document_from_json(kind: str, content: str, text: str, locale: str) -> FrozenDocument:
    """Return a document from its stored parts.

    :raises NotCanonical: the content is no JSON object, or is written in another way than ours.
    """
    try:
        values = json.loads(content)
    except ValueError:
        raise NotCanonical("the stored content") from None
    if not isinstance(values, dict) or canonical(values) != content:
        raise NotCanonical("the stored content")
    return FrozenDocument(kind, values, text, locale)


def digest_of(value: Any) -> bytes:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).digest()


@dataclass(frozen=True)
class Binding:
    """What one authentication request commits to: document, person, nonce, and the terms it was sent under.

    ``reference`` is what the provider calls the person, by ``scheme``, and ``attribute`` is where it says so.
    ``levels`` are those asked for, by URI. ``trust`` is the SHA-256 of what the portal had read from the provider's
    metadata then. The nonce (256 random bits, hex) keeps the ID from being guessed back to a document or a person.
    """

    digest: str
    reference: str = field(repr=False)
    scheme: str
    attribute: str
    side: str
    nonce: str
    idp_entity_id: str
    trust: str
    sp_entity_id: str
    acs_url: str
    levels: Mapping[str, int]
    issued_at: str

    @property
    def request_id(self) -> str:
        """The ID of the request: an underscore and 64 hex digits, as xs:ID allows (SAML Core 1.3.4)."""
        return "_" + digest_of({"purpose": FORMAT, **vars(self)}).hex()


def control_code(digest: bytes) -> str:
    """Return the short code that stands with the document and in the e-legitimation's app, such as ``3F9A-01C7``.

    Thirty-two bits, for the eye; what binds is the request ID.
    """
    shown = digest[:4].hex().upper()
    return f"{shown[:4]}-{shown[4:]}"
