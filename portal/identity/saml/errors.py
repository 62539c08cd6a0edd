"""Why a SAML message was not accepted: precise for the operator's log, one page for the user, no personal data."""

from enum import StrEnum


class Refusal(StrEnum):
    """The check that a message failed; one member per check, safe to log and to count."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_BASE64 = "not_base64"
    NOT_DEFLATED = "not_deflated"
    ENCODING = "encoding"
    NOT_XML = "not_xml"
    DTD = "dtd"
    COMMENT_OR_INSTRUCTION = "comment_or_instruction"
    TOO_COMPLEX = "too_complex"
    WRONG_MESSAGE = "wrong_message"
    VERSION = "version"
    MISSING_ID = "missing_id"
    DUPLICATE_ID = "duplicate_id"
    UNEXPECTED_ELEMENT = "unexpected_element"
    ASSERTION_COUNT = "assertion_count"
    NOT_ENCRYPTED = "not_encrypted"
    RESPONSE_NOT_SIGNED = "response_not_signed"
    SIGNATURE_SHAPE = "signature_shape"
    SIGNATURE_REFERENCE = "signature_reference"
    SIGNATURE_ALGORITHM = "signature_algorithm"
    DIGEST_ALGORITHM = "digest_algorithm"
    CANONICALISATION = "canonicalisation"
    TRANSFORM = "transform"
    ENCRYPTION_ALGORITHM = "encryption_algorithm"
    KEY_TRANSPORT = "key_transport"
    BAD_SIGNATURE = "bad_signature"
    DESTINATION = "destination"
    RESPONSE_ISSUER = "response_issuer"
    RESPONSE_IN_RESPONSE_TO = "response_in_response_to"
    RESPONSE_ISSUE_INSTANT = "response_issue_instant"
    TIME_FORMAT = "time_format"
    STATUS_SHAPE = "status_shape"
    EXTERNAL_REFERENCE = "external_reference"
    ENCRYPTION_SHAPE = "encryption_shape"
    DECRYPTION = "decryption"
    LIBRARY = "library"
    ASSERTION_ISSUER = "assertion_issuer"
    ASSERTION_ISSUE_INSTANT = "assertion_issue_instant"
    SUBJECT = "subject"
    NAME_ID = "name_id"
    SUBJECT_CONFIRMATION = "subject_confirmation"
    RECIPIENT = "recipient"
    SUBJECT_IN_RESPONSE_TO = "subject_in_response_to"
    SUBJECT_EXPIRED = "subject_expired"
    CONDITIONS = "conditions"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    AUDIENCE = "audience"
    AUTHN_STATEMENT = "authn_statement"
    SESSION_EXPIRED = "session_expired"
    ATTRIBUTE_STATEMENT = "attribute_statement"
    CLASS_REF = "class_ref"
    LEVEL_NOT_REQUESTED = "level_not_requested"
    LEVEL_NOT_ACCEPTED = "level_not_accepted"
    AUTHN_INSTANT = "authn_instant"
    ATTRIBUTE_SHAPE = "attribute_shape"
    ATTRIBUTE_VALUES = "attribute_values"
    IDENTITY_NUMBER = "identity_number"
    BIRTH_DATE = "birth_date"
    SCOPE = "scope"
    QUERY_SHAPE = "query_shape"
    LOGOUT_EXPIRED = "logout_expired"
    LOGOUT_ISSUER = "logout_issuer"
    LOGOUT_IN_RESPONSE_TO = "logout_in_response_to"
    LOGOUT_ISSUE_INSTANT = "logout_issue_instant"


class StatusKind(StrEnum):
    """What an identity provider answered, signed, instead of signing somebody in."""

    CANCELLED = "cancelled"
    FRAUD = "fraud"
    POSSIBLE_FRAUD = "possible_fraud"
    NO_AUTHN_CONTEXT = "no_authn_context"
    AUTHN_FAILED = "authn_failed"
    REQUEST_DENIED = "request_denied"
    UNKNOWN_PRINCIPAL = "unknown_principal"
    NO_PASSIVE = "no_passive"
    UNAVAILABLE = "unavailable"
    REQUESTER = "requester"
    RESPONDER = "responder"
    VERSION_MISMATCH = "version_mismatch"
    UNKNOWN = "unknown"


class SamlRefused(Exception):  # noqa: N818 (the word says what happened)
    """A message that failed a check; the text is the reason's name and nothing else."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class SamlStatus(Exception):  # noqa: N818 (the word says what happened)
    """A genuine answer of the identity provider that nobody was signed in."""

    def __init__(self, kind: StatusKind) -> None:
        super().__init__(kind.value)
        self.kind = kind
