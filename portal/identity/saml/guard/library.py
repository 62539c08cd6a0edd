"""python3-saml, kept on a short lead: settings per provider, our own address, and none of its error texts."""

from typing import Any
from urllib.parse import urlsplit

import xmlsec
from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.model import IdentityProvider, PendingRequest, ServiceProvider

# Everything the library is known to raise on signed but odd content; it becomes one refusal.
_LIBRARY_ERRORS = (
    OneLogin_Saml2_Error,
    OneLogin_Saml2_ValidationError,
    xmlsec.Error,
    etree.LxmlError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
)


def open_response(
    encoded: str, sp: ServiceProvider, idp: IdentityProvider, pending: PendingRequest
) -> OneLogin_Saml2_Response:
    """Decrypt with the new key, then the old ones, during a change of keys (Deployment Profile 2.1.1.2)."""
    for key_pem, cert_pem in sp.decryption_keys:
        try:
            return OneLogin_Saml2_Response(_settings(sp, idp, pending, key_pem, cert_pem), encoded)
        except _LIBRARY_ERRORS:
            continue
    raise SamlRefused(Refusal.DECRYPTION)


def decrypted_document(response: OneLogin_Saml2_Response) -> bytes:
    """The message with its assertion in the clear, to be parsed and judged again by our own code."""
    document: bytes = etree.tostring(response.get_xml_document(), encoding="UTF-8")
    return document


def check_with_library(response: OneLogin_Saml2_Response, sp: ServiceProvider, pending: PendingRequest) -> None:
    """python3-saml in strict mode must agree: schema, signatures, times, audience (second opinion)."""
    if not response.is_valid(_request_data(sp), pending.request_id, raise_exceptions=False):
        raise SamlRefused(Refusal.LIBRARY)


def _request_data(sp: ServiceProvider) -> dict[str, Any]:
    # From the configured address and never from the Host header (SAML.md section 3).
    parts = urlsplit(sp.acs_url)
    return {"https": "on" if parts.scheme == "https" else "off", "http_host": parts.netloc, "script_name": parts.path}


def _settings(
    sp: ServiceProvider, idp: IdentityProvider, pending: PendingRequest, key_pem: str, cert_pem: str
) -> OneLogin_Saml2_Settings:
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "debug": False,
            "sp": {
                "entityId": sp.entity_id,
                "assertionConsumerService": {"url": sp.acs_url, "binding": names.BINDING_POST},
                "privateKey": key_pem,
                "x509cert": cert_pem,
            },
            "idp": {
                "entityId": idp.entity_id,
                "singleSignOnService": {
                    "url": idp.sso_redirect_url or idp.sso_post_url,
                    "binding": names.BINDING_REDIRECT,
                },
                "x509certMulti": {"signing": list(idp.signing_certs)},
            },
            "security": {
                "wantMessagesSigned": True,
                "wantAssertionsEncrypted": idp.want_encrypted,
                "wantNameId": True,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": list(pending.levels),
                "failOnAuthnContextMismatch": True,
                "allowSingleLabelDomains": True,
            },
        }
    )
