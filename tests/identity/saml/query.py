"""Redirect-binding messages as a provider would send them, or almost."""

import base64
import zlib
from urllib.parse import quote_plus

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.identity.saml.scene import Scene

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"


def deflate(message: str) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(message.encode()) + compressor.flush()


def signed_query(
    scene: Scene,
    field: str,
    deflated: bytes,
    *,
    signer: str = "idp",
    algorithm: str = RSA_SHA256,
    relay_state: str | None = None,
) -> str:
    """A signed query string."""
    parts = [(field, base64.b64encode(deflated).decode())]
    if relay_state is not None:
        parts.append(("RelayState", relay_state))
    parts.append(("SigAlg", algorithm))
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in parts)
    return f"{query}&Signature={quote_plus(base64.b64encode(signature_of(scene, signer, query.encode())).decode())}"


def signature_of(scene: Scene, signer: str, data: bytes) -> bytes:
    """RSA as it is, ECDSA as r and s side by side."""
    key = load_pem_private_key(scene.keys[signer].key.encode(), None)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
