"""Encryption of columns: AES-256-GCM under a key ring, and blind indexes to look encrypted values up.

A stored value is ``version (1 byte) | key number (2 bytes) | nonce (12 bytes) | ciphertext and tag``. The name of the
column is bound in as additional data, so that a value moved to another column does not decrypt. The ring hangs on the
engine's dialect: types need no global state, and each engine of a process may have its own keys.

Source: NIST SP 800-38D (GCM, 96-bit random nonces); RFC 2104 (HMAC) for the blind index.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_VERSION = 1
_NONCE = 12
PREFIX_LENGTH = 3
RING_ATTRIBUTE = "insyn_key_ring"


class CryptoError(Exception):
    """A value can't be decrypted: unknown key, wrong column or damaged; the value itself is never told."""


def column_prefix(number: int) -> bytes:
    """Return the first bytes of every value encrypted under a key number."""
    return bytes([_VERSION]) + number.to_bytes(2, "big")


@dataclass(frozen=True)
class KeyRing:
    """Numbered 256-bit keys; the highest number encrypts, all decrypt. Index keys likewise.

    ``index_keys`` holds the keys of the blind indexes, newest first.
    """

    keys: Mapping[int, bytes]
    index_keys: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not self.keys or not self.index_keys:
            raise ValueError("a key ring needs an encryption key and an index key")
        if any(len(key) != 32 for key in (*self.keys.values(), *self.index_keys)):
            raise ValueError("every key is 32 bytes (256 bits)")
        if any(not 0 < number <= 0xFFFF for number in self.keys):
            raise ValueError("key numbers are 1 to 65535")

    def __repr__(self) -> str:
        return f"KeyRing(numbers={sorted(self.keys)})"

    @property
    def current(self) -> int:
        """Return the number of the key that encrypts now."""
        return max(self.keys)

    @cached_property
    def _ciphers(self) -> dict[int, AESGCM]:
        # Setting a key up costs over ten times what one short value does.
        return {number: AESGCM(key) for number, key in self.keys.items()}

    def encrypt(self, plain: bytes, column: str) -> bytes:
        """Encrypt a value for one column."""
        number = self.current
        nonce = secrets.token_bytes(_NONCE)
        return column_prefix(number) + nonce + self._ciphers[number].encrypt(nonce, plain, column.encode())

    def decrypt(self, stored: bytes, column: str) -> bytes:
        """Decrypt a value of one column.

        :raises CryptoError: for an unknown version or key, another column's value, or a damaged one.
        """
        number = int.from_bytes(stored[1:PREFIX_LENGTH], "big")
        cipher = self._ciphers.get(number)
        if stored[:1] != bytes([_VERSION]) or cipher is None:
            raise CryptoError(f"no key {number} for {column}")
        try:
            body = stored[PREFIX_LENGTH:]
            return cipher.decrypt(body[:_NONCE], body[_NONCE:], column.encode())
        except (InvalidTag, ValueError) as error:
            raise CryptoError(f"damaged value in {column}") from error

    def blind_index(self, purpose: str, value: str) -> bytes:
        """Return the look-up value of a plain value under the newest index key."""
        return _index(self.index_keys[0], purpose, value)

    def blind_candidates(self, purpose: str, value: str) -> list[bytes]:
        """Return the look-up values under every index key, so that look-ups work in the middle of a rotation."""
        return [_index(key, purpose, value) for key in self.index_keys]


def _index(key: bytes, purpose: str, value: str) -> bytes:
    return hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()


def decode_key(text: str) -> bytes:
    """Read a 256-bit key from base64.

    :raises ValueError: when it isn't base64 of 32 bytes.
    """
    key = base64.b64decode(text, validate=True)
    if len(key) != 32:
        raise ValueError("a key is 32 bytes in base64")
    return key


def new_key() -> str:
    """Return a fresh random 256-bit key in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def ring_of(dialect: Dialect) -> KeyRing:
    """Return the key ring that ``core.db.make_engine`` hung on the dialect.

    :raises CryptoError: on an engine made without one.
    """
    ring = getattr(dialect, RING_ATTRIBUTE, None)
    if ring is None:
        raise CryptoError("this engine has no key ring")
    return cast("KeyRing", ring)


class Encrypted(TypeDecorator[Any]):
    """The base of the encrypted types; give the column's name as ``table.column``."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else ring_of(dialect).encrypt(self.to_bytes(value), self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Decrypt on the way out."""
        return None if value is None else self.from_bytes(ring_of(dialect).decrypt(bytes(value), self.column))

    def to_bytes(self, value: Any) -> bytes:
        """Turn the plain value into bytes."""
        raise NotImplementedError

    def from_bytes(self, value: bytes) -> Any:
        """Turn decrypted bytes into the plain value."""
        raise NotImplementedError


class EncryptedText(Encrypted):
    """Text that stands encrypted in the database; give the column's name as ``table.column``."""

    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        """Encode the text as UTF-8."""
        return str(value).encode()

    def from_bytes(self, value: bytes) -> str:
        """Decode UTF-8."""
        return value.decode()


class EncryptedBytes(Encrypted):
    """Bytes that stand encrypted in the database, such as the key of a stored file."""

    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        """Take the bytes as they are."""
        return bytes(value)

    def from_bytes(self, value: bytes) -> bytes:
        """Return the bytes as they were."""
        return value


class EncryptedJson(Encrypted):
    """A JSON value that stands encrypted in the database."""

    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        """Write canonical JSON."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def from_bytes(self, value: bytes) -> Any:
        """Read JSON."""
        return json.loads(value)


class BlindIndex(TypeDecorator[bytes]):
    """The look-up value of an encrypted column of the same table; ``source`` and ``purpose`` let rotation renew it."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, source: str, purpose: str) -> None:
        super().__init__(32)
        self.source = source
        self.purpose = purpose
