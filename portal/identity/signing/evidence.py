"""The evidence of a signature: everything that is needed to check it without the portal, as JSON.

Format ``insyn-signature/1``. It holds personal data (the provider's answer) and the key that opens that answer alone.
"""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from portal.identity.saml.evidence import KeptResponse
from portal.identity.saml.xml_reader import instant
from portal.identity.signing.rules import FORMAT, Binding, FrozenDocument, Method, Scheme, digest_of, document_from_json


class BadEvidence(ValueError):  # noqa: N818 - read as what is wrong
    """What was given is no evidence of ours; the text names the part, never a value."""


@dataclass(frozen=True)
class Evidence:
    """What was asked (``binding``), what came back, and with which keys.

    ``response`` is the raw SAMLResponse, ``content_key`` opens its assertion (None where it came in the clear),
    ``certificates`` are the provider's signing certificates when it came, ``received_at`` is our clock then.
    """

    method: str
    binding: Binding
    request_id: str
    certificates: tuple[str, ...]
    received_at: str
    response: str = field(repr=False)
    content_key: bytes | None = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the evidence as plain JSON values."""
        key = None if self.content_key is None else base64.b64encode(self.content_key).decode()
        values = {**asdict(self), "certificates": list(self.certificates), "content_key": key}
        values["binding"]["levels"] = dict(self.binding.levels)
        return {"format": FORMAT, **values}

    def kept_response(self) -> KeptResponse:
        """Return the response with what was true when it came.

        :raises SamlRefused: a time can't be read.
        """
        asked = self.binding
        return KeptResponse(
            encoded=self.response,
            key=self.content_key,
            request_id=asked.request_id,
            issued_at=instant(asked.issued_at),
            received_at=instant(self.received_at),
            sp_entity_id=asked.sp_entity_id,
            acs_url=asked.acs_url,
            idp_entity_id=asked.idp_entity_id,
            levels=asked.levels,
            attribute=asked.attribute,
            names_number=asked.scheme == Scheme.NUMBER,
        )


def read_evidence(values: Any) -> Evidence:
    """Read evidence from JSON values, strictly.

    :raises BadEvidence: a part is missing, too many, or of the wrong kind.
    """
    wanted = {"format", *(part.name for part in fields(Evidence))}
    if not isinstance(values, dict) or values.keys() != wanted or values["format"] != FORMAT:
        raise BadEvidence("the format")
    certificates, key = values["certificates"], values["content_key"]
    texts = (values["method"], values["request_id"], values["received_at"], values["response"])
    if not isinstance(certificates, list) or not all(isinstance(part, str) for part in (*texts, *certificates)):
        raise BadEvidence("a part is no text")
    if values["method"] not in set(Method):
        raise BadEvidence("the method")
    try:
        opened = None if key is None else base64.b64decode(key, validate=True)
    except (ValueError, TypeError):
        raise BadEvidence("the content key") from None
    return Evidence(
        method=values["method"],
        binding=read_binding(values["binding"]),
        request_id=values["request_id"],
        certificates=tuple(certificates),
        received_at=values["received_at"],
        response=values["response"],
        content_key=opened,
    )


def read_binding(values: Any) -> Binding:
    """Read what a request committed to.

    :raises BadEvidence: a part is missing, too many, or of the wrong kind.
    """
    if not isinstance(values, dict) or values.keys() != {part.name for part in fields(Binding)}:
        raise BadEvidence("the binding")
    levels = values["levels"]
    if not isinstance(levels, dict) or not all(type(level) is int for level in levels.values()):
        raise BadEvidence("the levels")
    if not all(isinstance(value, str) for name, value in values.items() if name != "levels"):
        raise BadEvidence("a part of the binding is no text")
    return Binding(**values)


def evidence_digest(values: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 that stands, unchangeable, beside stored evidence."""
    return digest_of(values)


def export(evidence: Evidence, document: FrozenDocument) -> dict[str, Any]:
    """Return evidence and document together: a file that needs no database."""
    frozen = {
        "kind": document.kind,
        "content": document.canonical_content,
        "text": document.text,
        "locale": document.locale,
    }
    return {"evidence": evidence.to_json(), "document": frozen}


def read_export(values: Any) -> tuple[Evidence, FrozenDocument]:
    """Read an exported file's values.

    :raises BadEvidence: it isn't one.
    """
    if not isinstance(values, dict) or values.keys() != {"evidence", "document"}:
        raise BadEvidence("the file")
    frozen = values["document"]
    parts = ("kind", "content", "text", "locale")
    if not isinstance(frozen, dict) or frozen.keys() != set(parts):
        raise BadEvidence("the document")
    if not all(isinstance(frozen[part], str) for part in parts):
        raise BadEvidence("a part of the document is no text")
    try:
        document = document_from_json(*(frozen[part] for part in parts))
    except ValueError:
        raise BadEvidence("the document") from None
    return read_evidence(values["evidence"]), document


def utc_text(moment: datetime) -> str:
    """Return an instant as evidence writes it: UTC, to the microsecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
