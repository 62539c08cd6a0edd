"""Genuine answers that nobody was signed in: what they mean is read after the signature, and only then."""

from typing import Any

import pytest

from portal.identity.saml import Refusal, StatusKind
from tests.identity.saml import forge
from tests.identity.saml.edits import duplicate, insert, remove
from tests.identity.saml.scene import Scene

S = "urn:oasis:names:tc:SAML:2.0:status:"
SE = "http://id.elegnamnden.se/status/1.0/"
RESPONDER, REQUESTER = S + "Responder", S + "Requester"


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ((RESPONDER, SE + "cancel"), StatusKind.CANCELLED),
        ((RESPONDER, SE + "fraud"), StatusKind.FRAUD),
        ((RESPONDER, SE + "possibleFraud"), StatusKind.POSSIBLE_FRAUD),
        ((REQUESTER, SE + "cancel"), StatusKind.CANCELLED),
        ((RESPONDER, S + "NoAuthnContext"), StatusKind.NO_AUTHN_CONTEXT),
        ((RESPONDER, S + "AuthnFailed"), StatusKind.AUTHN_FAILED),
        ((RESPONDER, S + "RequestDenied"), StatusKind.REQUEST_DENIED),
        ((RESPONDER, S + "UnknownPrincipal"), StatusKind.UNKNOWN_PRINCIPAL),
        ((RESPONDER, S + "NoPassive"), StatusKind.NO_PASSIVE),
        ((RESPONDER, S + "NoAvailableIDP"), StatusKind.UNAVAILABLE),
        ((RESPONDER, S + "NoSupportedIDP"), StatusKind.UNAVAILABLE),
        ((REQUESTER,), StatusKind.REQUESTER),
        ((RESPONDER,), StatusKind.RESPONDER),
        ((S + "VersionMismatch",), StatusKind.VERSION_MISMATCH),
        ((RESPONDER, "urn:x-unheard-of"), StatusKind.RESPONDER),
        ((RESPONDER, "urn:x:" + SE + "cancel"), StatusKind.RESPONDER),
        (("urn:x-unheard-of",), StatusKind.UNKNOWN),
        (("urn:x-unheard-of", SE + "cancel"), StatusKind.UNKNOWN),
        (("",), StatusKind.UNKNOWN),
        # Success below a failure is still a failure.
        ((RESPONDER, forge.SUCCESS), StatusKind.RESPONDER),
    ],
)
@pytest.mark.parametrize("message", [None, "User aborted"])
def test_every_status(scene: Scene, codes: tuple[str, ...], kind: StatusKind, message: str | None) -> None:
    assert scene.status(forge.issue(scene.answer(status=codes, status_message=message))) is kind


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"signer": None}, Refusal.RESPONSE_NOT_SIGNED, id="unsigned"),
        pytest.param({"destination": "https://x.example"}, Refusal.DESTINATION, id="for-another"),
        pytest.param({"in_response_to": "_x"}, Refusal.RESPONSE_IN_RESPONSE_TO, id="to-another-request"),
        pytest.param({"in_response_to": None}, Refusal.RESPONSE_IN_RESPONSE_TO, id="unsolicited"),
        pytest.param({"issuer": "https://x.example"}, Refusal.RESPONSE_ISSUER, id="from-another"),
    ],
)
def test_an_error_must_be_an_answer_to_us(scene: Scene, changes: dict[str, Any], reason: Refusal) -> None:
    encoded = forge.issue(scene.answer(status=(RESPONDER, SE + "cancel"), **changes))
    assert scene.refusal(encoded) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"edit_response": remove("./samlp:Status")}, Refusal.STATUS_SHAPE, id="none"),
        pytest.param({"edit_response": duplicate("./samlp:Status")}, Refusal.STATUS_SHAPE, id="two"),
        pytest.param({"edit_response": remove("//samlp:StatusCode")}, Refusal.STATUS_SHAPE, id="no-code"),
        pytest.param({"edit_response": duplicate("//samlp:StatusCode")}, Refusal.STATUS_SHAPE, id="two-codes"),
        pytest.param({"status": (RESPONDER, RESPONDER, SE + "cancel")}, Refusal.STATUS_SHAPE, id="three-deep"),
        pytest.param({"status": (forge.SUCCESS, SE + "fraud")}, Refusal.STATUS_SHAPE, id="success-and-fraud"),
        pytest.param(
            {"edit_response": remove("./saml:EncryptedAssertion")}, Refusal.ASSERTION_COUNT, id="success-alone"
        ),
    ],
)
def test_contradicting_statuses(scene: Scene, changes: dict[str, Any], reason: Refusal) -> None:
    assert scene.refusal(forge.issue(scene.answer(**changes))) is reason


def test_a_failure_with_an_assertion(scene: Scene) -> None:
    failed = insert("//samlp:StatusCode", f'<samlp:StatusCode xmlns:samlp="{forge.SAMLP}" Value="{SE}cancel"/>')

    def edit(response: Any) -> None:
        failed(response)
        next(response.iter(f"{{{forge.SAMLP}}}StatusCode")).set("Value", RESPONDER)

    assert scene.refusal(forge.issue(scene.answer(edit_response=edit))) is Refusal.ASSERTION_COUNT
