"""Encryption of a stored file: a stream of chunks under a key of the file's own, each bound to its place.

A sealed stream is ``version (1 byte)`` and chunks of ``nonce (12) | ciphertext | tag (16)``. Every chunk but the last
holds ``CHUNK`` bytes. The file's id, the chunk's number and whether it is the last are bound in as additional data: a
chunk of another file or place, a missing one, and an end that was cut off don't decrypt.

Source: NIST SP 800-38D (GCM, random 96-bit nonces); the construction is STREAM (Hoang and others, CRYPTO 2015).
"""

import secrets
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 64 * 1024
_VERSION = b"\x01"
_NONCE = 12
_OVERHEAD = _NONCE + 16


class Damaged(Exception):  # noqa: N818 - named after what was met
    """A sealed stream was changed, cut off, put in another's place, or belongs to another key."""


def new_key() -> bytes:
    """Return a fresh 256-bit key for one stream."""
    return secrets.token_bytes(32)


def _bound(context: bytes, number: int, *, last: bool) -> bytes:
    return context + number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")


def blocks(source: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the bytes of a stream in blocks of a size; the last may be shorter, and an empty stream yields none."""
    held = bytearray()
    for part in source:
        held += part
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _with_last(source: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    held = next(source, b"")
    for following in source:
        yield held, False
        held = following
    yield held, True


def seal(key: bytes, context: bytes, source: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the sealed stream of some bytes; ``context`` names what they belong to."""
    cipher = AESGCM(key)
    yield _VERSION
    for number, (block, last) in enumerate(_with_last(blocks(source, CHUNK))):
        nonce = secrets.token_bytes(_NONCE)
        yield nonce + cipher.encrypt(nonce, block, _bound(context, number, last=last))


def unseal(key: bytes, context: bytes, source: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a sealed stream, each chunk only after it was found whole.

    :raises Damaged: also after some chunks: whoever reads must not believe what came until the end was reached.
    """
    cipher = AESGCM(key)
    for number, (frame, last) in enumerate(_with_last(blocks(_without_version(source), CHUNK + _OVERHEAD))):
        try:
            yield cipher.decrypt(frame[:_NONCE], frame[_NONCE:], _bound(context, number, last=last))
        except (InvalidTag, ValueError):
            raise Damaged(f"chunk {number}") from None


def _without_version(source: Iterable[bytes]) -> Iterator[bytes]:
    parts = iter(source)
    first = next((part for part in parts if part), b"")
    if first[:1] != _VERSION:
        raise Damaged("version")
    yield first[1:]
    yield from parts
