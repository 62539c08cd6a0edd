"""The HTTP-Redirect binding: deflated, escaped, and always signed over the query string (SAML Bindings 3.4)."""

import base64
import binascii
import zlib
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote_plus, unquote_plus, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.keys import algorithm_of, load_signing_key, sign
from portal.identity.saml.xml_reader import parse

MAX_QUERY: Final = 32 * 1024
MAX_INFLATED: Final = 64 * 1024
MAX_RELAY_STATE: Final = 80
_FIELDS: Final = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding")
_HASHES: Final = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def signed_url(base: str, field: str, message: etree._Element, key_pem: str, relay_state: str | None = None) -> str:
    """The address that carries a message, signed; `field` is SAMLRequest or SAMLResponse.

    Raises ValueError for a relay state above 80 bytes or a key that may not sign.
    """
    key = load_signing_key(key_pem)
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = compressor.compress(etree.tostring(message, encoding="UTF-8")) + compressor.flush()
    parts = [(field, base64.b64encode(deflated).decode("ascii"))]
    if relay_state is not None:
        check_relay_state(relay_state)
        parts.append(("RelayState", relay_state))
    parts.append(("SigAlg", algorithm_of(key)))
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in parts)
    signature = base64.b64encode(sign(query.encode("ascii"), key)).decode("ascii")
    glue = "&" if urlsplit(base).query else "?"
    return f"{base}{glue}{query}&Signature={quote_plus(signature)}"


def check_relay_state(relay_state: str) -> None:
    """Raise ValueError for a relay state above 80 bytes (SAML Bindings 3.4.3 and 3.5.3)."""
    if len(relay_state.encode()) > MAX_RELAY_STATE:
        raise ValueError("RelayState is longer than 80 bytes")


def read_signed_query(query: str, field: str, certs: Iterable[str]) -> tuple[etree._Element, str | None]:
    """The message and relay state of a raw query string, once its signature verifies with one of `certs`.

    The raw string is verified as it came, never encoded anew. Raises SamlRefused.
    """
    raw = _split(query, field)
    algorithm = unquote_plus(raw["SigAlg"])
    if algorithm not in names.SIGNATURE_ALGORITHMS:
        raise SamlRefused(Refusal.SIGNATURE_ALGORITHM)
    signed = "&".join(f"{name}={raw[name]}" for name in (field, "RelayState", "SigAlg") if name in raw)
    signature = _decode(raw["Signature"])
    if not any(_verifies(signed.encode(), signature, algorithm, cert) for cert in certs):
        raise SamlRefused(Refusal.BAD_SIGNATURE)
    relay_state = unquote_plus(raw["RelayState"]) if "RelayState" in raw else None
    return parse(_inflate(_decode(raw[field]))), relay_state


def peek(query: str, field: str) -> etree._Element:
    """The message of a raw query string before its signature is judged: to find whose it claims to be, no more.

    Raises SamlRefused.
    """
    return parse(_inflate(_decode(_split(query, field)[field])))


def _split(query: str, field: str) -> dict[str, str]:
    if len(query) > MAX_QUERY:
        raise SamlRefused(Refusal.TOO_LARGE)
    raw: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        name = unquote_plus(name)
        if name in raw and name in _FIELDS:
            raise SamlRefused(Refusal.QUERY_SHAPE)
        raw[name] = value
    others = {"SAMLRequest", "SAMLResponse", "SAMLEncoding"} - {field}
    if others & raw.keys() or not raw.get(field):
        raise SamlRefused(Refusal.QUERY_SHAPE)
    if not raw.get("SigAlg") or not raw.get("Signature"):
        raise SamlRefused(Refusal.RESPONSE_NOT_SIGNED)
    return raw


def _decode(value: str) -> bytes:
    try:
        return base64.b64decode(unquote_plus(value).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SamlRefused(Refusal.NOT_BASE64) from None


def _inflate(data: bytes) -> bytes:
    # Bounded: a kilobyte can inflate to a megabyte.
    inflater = zlib.decompressobj(-15)
    try:
        message = inflater.decompress(data, MAX_INFLATED)
    except zlib.error:
        raise SamlRefused(Refusal.NOT_DEFLATED) from None
    if inflater.unconsumed_tail:
        raise SamlRefused(Refusal.TOO_LARGE)
    if not inflater.eof or inflater.unused_data:
        raise SamlRefused(Refusal.NOT_DEFLATED)
    return message


def _verifies(data: bytes, signature: bytes, algorithm: str, cert_pem: str) -> bool:
    key = load_pem_x509_certificate(cert_pem.encode()).public_key()
    digest = _HASHES[algorithm[-3:]]
    try:
        if isinstance(key, rsa.RSAPublicKey) and "#rsa-" in algorithm:
            key.verify(signature, data, padding.PKCS1v15(), digest)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and "#ecdsa-" in algorithm:
            half = (key.curve.key_size + 7) // 8
            if len(signature) != 2 * half:  # XML Signature writes r and s side by side (RFC 4050, 3.3)
                return False
            pair = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
            key.verify(encode_dss_signature(*pair), data, ec.ECDSA(digest))
            return True
    except InvalidSignature:
        return False
    return False
