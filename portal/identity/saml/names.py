"""Names fixed by standards: namespaces, bindings, algorithms, levels and attributes of the Swedish profile."""

from typing import Final

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
MDUI: Final = "urn:oasis:names:tc:SAML:metadata:ui"
MDATTR: Final = "urn:oasis:names:tc:SAML:metadata:attribute"
SHIBMD: Final = "urn:mace:shibboleth:metadata:1.0"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
XML: Final = "http://www.w3.org/XML/1998/namespace"
USER_MESSAGE: Final = "http://id.swedenconnect.se/authn/1.0/user-message/ns"
PRINCIPAL: Final = "http://id.swedenconnect.se/authn/1.0/principal-selection/ns"

BINDING_REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
BINDING_POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ATTRIBUTE_URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
NAME_ID_PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAME_ID_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ENTITY_CATEGORY: Final = "http://macedir.org/entity-category"
ASSURANCE_CERTIFICATION: Final = "urn:oasis:names:tc:SAML:attribute:assurance-certification"
SUPPORTS_USER_MESSAGE: Final = "http://id.swedenconnect.se/general-ec/1.0/supports-user-message"

STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
STATUS_SUCCESS: Final = STATUS + "Success"
# Swedish second-level codes are URLs, not URNs (Sweden Connect, Deployment Profile 6.4 and registry 3.1.4).
SWEDISH_STATUS: Final = "http://id.elegnamnden.se/status/1.0/"

EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = DS + "enveloped-signature"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256: Final = XENC + "sha256"

# Allow-lists: whatever is not named is refused (Deployment Profile 1.8, section 8).
SIGNATURE_ALGORITHMS: Final = frozenset(
    f"http://www.w3.org/2001/04/xmldsig-more#{key}-sha{bits}" for key in ("rsa", "ecdsa") for bits in (256, 384, 512)
)
DIGEST_ALGORITHMS: Final = frozenset({SHA256, XENC + "sha512", "http://www.w3.org/2001/04/xmldsig-more#sha384"})
CANONICALISATIONS: Final = frozenset({EXC_C14N})
TRANSFORMS: Final = frozenset({ENVELOPED, EXC_C14N})
ENCRYPTION_ALGORITHMS: Final = frozenset(
    {f"{XENC}aes{bits}-cbc" for bits in (128, 192, 256)} | {f"{XENC11}aes{bits}-gcm" for bits in (128, 192, 256)}
)
KEY_TRANSPORTS: Final = frozenset({XENC + "rsa-oaep-mgf1p", XENC11 + "rsa-oaep"})
# SHA-1 inside RSA-OAEP does not rest on collision resistance; the profile allows it there and nowhere else.
OAEP_DIGESTS: Final = DIGEST_ALGORITHMS | {DS + "sha1"}
OAEP_MASKS: Final = frozenset(f"{XENC11}mgf1sha{bits}" for bits in (1, 256, 384, 512))

# Attribute Specification for the Swedish eID Framework, sections 2 and 3.
SURNAME: Final = "urn:oid:2.5.4.4"
GIVEN_NAME: Final = "urn:oid:2.5.4.42"
DISPLAY_NAME: Final = "urn:oid:2.16.840.1.113730.3.1.241"
PERSONAL_IDENTITY_NUMBER: Final = "urn:oid:1.2.752.29.4.13"
PREVIOUS_IDENTITY_NUMBER: Final = "urn:oid:1.2.752.201.3.15"
MAPPED_IDENTITY_NUMBER: Final = "urn:oid:1.2.752.201.3.16"
IDENTITY_NUMBER_BINDING: Final = "urn:oid:1.2.752.201.3.6"
PRID: Final = "urn:oid:1.2.752.201.3.4"
PRID_PERSISTENCE: Final = "urn:oid:1.2.752.201.3.5"
EIDAS_IDENTIFIER: Final = "urn:oid:1.2.752.201.3.7"
DATE_OF_BIRTH: Final = "urn:oid:1.3.6.1.5.5.7.9.1"
ORG_AFFILIATION: Final = "urn:oid:1.2.752.201.3.1"
ORGANISATION_NAME: Final = "urn:oid:2.5.4.10"
EMPLOYEE_HSA_ID: Final = "urn:oid:1.2.752.29.6.2.1"

# Levels of the development identity provider; they are never accepted in production.
DEMO_LEVEL_PREFIX: Final = "urn:x-demo:"
DEMO_LEVELS: Final = {f"urn:x-demo:insyn:loa{level}": level for level in (2, 3, 4)}
