"""Checking a signature again, from its evidence alone: the database isn't asked, our private keys aren't needed."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.identity.saml.errors import SamlRefused, SamlStatus
from portal.identity.saml.evidence import CHECKS, KeptResponse, fingerprint
from portal.identity.signing.evidence import Evidence
from portal.identity.signing.rules import FrozenDocument, Method


@dataclass(frozen=True)
class Check:
    """One question and its answer; ``words`` hold a code or a fingerprint, never a person."""

    name: str
    holds: bool
    words: str = ""


@dataclass(frozen=True)
class Verdict:
    """Every check, in order, and when the person signed as the provider says (None where that can't be read)."""

    checks: tuple[Check, ...]
    signed_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether each check holds; a verdict without checks does not."""
        return bool(self.checks) and all(check.holds for check in self.checks)

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that do not hold."""
        return tuple(check.name for check in self.checks if not check.holds)


def verify_evidence(evidence: Evidence, document: FrozenDocument, trusted_certs: Iterable[str]) -> Verdict:
    """Check a signature of a document.

    ``trusted_certs`` (PEM) are the provider's, from a source the caller trusts: metadata or a pinned file, never what
    lies with the evidence. Nothing is raised: what can't be read is a check that doesn't hold.
    """
    return METHODS[Method(evidence.method)](evidence, document, tuple(trusted_certs))


def _by_authentication(evidence: Evidence, document: FrozenDocument, trusted: tuple[str, ...]) -> Verdict:
    bound = (
        Check("document", hmac.compare_digest(evidence.binding.digest, document.digest.hex())),
        Check("request bound to document and person", evidence.request_id == evidence.binding.request_id),
    )
    try:
        kept = evidence.kept_response()
    except SamlRefused as refused:
        return Verdict((*bound, Check("time", False, str(refused.reason))))
    signed = _signature_checks(kept, evidence, trusted)
    said = tuple(_check(name, kept, check) for name, check in CHECKS)
    return Verdict((*bound, *signed, *said, _person(kept, evidence)), _signed_at(kept))


def _signature_checks(kept: KeptResponse, evidence: Evidence, trusted: tuple[str, ...]) -> tuple[Check, ...]:
    try:
        key = kept.signed_by(trusted)
        shown = "" if key is None else f"SHA-256 {fingerprint(key)}"
        then = key is not None and fingerprint(key) in {fingerprint(cert) for cert in evidence.certificates}
    except (SamlRefused, ValueError) as error:
        return (Check("provider's signature", False, str(error)), Check("provider's key at that time", False))
    return (Check("provider's signature", key is not None, shown), Check("provider's key at that time", then))


def _check(name: str, kept: KeptResponse, check: Callable[[KeptResponse], None]) -> Check:
    try:
        check(kept)
    except SamlRefused as refused:
        return Check(name, False, str(refused.reason))
    except SamlStatus as status:
        return Check(name, False, str(status.kind))
    return Check(name, True)


def _person(kept: KeptResponse, evidence: Evidence) -> Check:
    try:
        return Check("person", bool(kept.person) and kept.person == evidence.binding.reference)
    except SamlRefused as refused:
        return Check("person", False, str(refused.reason))


def _signed_at(kept: KeptResponse) -> datetime | None:
    try:
        return kept.signed_at
    except SamlRefused:
        return None


METHODS: Final[dict[Method, Callable[[Evidence, FrozenDocument, tuple[str, ...]], Verdict]]] = {
    Method.AUTHENTICATION: _by_authentication,
}
"""How each kind of signature is checked; a signature service's gets its own entry."""
