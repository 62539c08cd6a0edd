"""Our private keys: which algorithm a key signs with (Deployment Profile 1.8, section 8)."""

from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from portal.identity.saml import names

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@lru_cache(maxsize=8)
def load_signing_key(key_pem: str) -> SigningKey:
    """Read a key that may sign: RSA, or the curve P-256. Raises ValueError for any other."""
    key = load_pem_private_key(key_pem.encode(), None)
    if isinstance(key, rsa.RSAPrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ValueError("the signing key of a service provider must be RSA or on the curve P-256")


def algorithm_of(key: SigningKey) -> str:
    """The signature algorithm that goes with a key."""
    return names.RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else names.ECDSA_SHA256


def sign(data: bytes, key: SigningKey) -> bytes:
    """The signature value as XML Signature writes it: for a curve r and s side by side (RFC 4050, 3.3)."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)
