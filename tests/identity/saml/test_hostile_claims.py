"""Genuinely signed and encrypted answers that claim something wrong: each is refused for its own reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.identity.saml import Refusal, names
from tests.identity.saml import forge
from tests.identity.saml.edits import all_of, attribute, comment, duplicate, insert, instruction, remove, rename, text
from tests.identity.saml.scene import Scene

ACS = "https://insyn.example.se/saml/acs"
SP = "https://insyn.example.se/saml/metadata"
NUMBER = f"//saml:Attribute[@Name='{names.PERSONAL_IDENTITY_NUMBER}']"
VALUE = f"{NUMBER}/saml:AttributeValue"
DATA = "//saml:SubjectConfirmationData"
CONTEXT = "//saml:AuthnContext"
SECOND = timedelta(seconds=1)


def seconds(number: int) -> timedelta:
    return number * SECOND


HEADER: list[tuple[str, dict[str, Any], Refusal]] = [
    ("destination-missing", {"destination": None}, Refusal.DESTINATION),
    ("destination-empty", {"destination": ""}, Refusal.DESTINATION),
    ("destination-of-another", {"destination": "https://evil.example/acs"}, Refusal.DESTINATION),
    ("destination-longer", {"destination": ACS + ".evil.example"}, Refusal.DESTINATION),
    ("destination-shorter", {"destination": ACS[:-1]}, Refusal.DESTINATION),
    ("destination-with-query", {"destination": ACS + "?x=1"}, Refusal.DESTINATION),
    ("destination-other-case", {"destination": ACS.upper()}, Refusal.DESTINATION),
    ("in-response-to-missing", {"in_response_to": None}, Refusal.RESPONSE_IN_RESPONSE_TO),
    ("in-response-to-empty", {"in_response_to": ""}, Refusal.RESPONSE_IN_RESPONSE_TO),
    ("in-response-to-another", {"in_response_to": "_another"}, Refusal.RESPONSE_IN_RESPONSE_TO),
    ("response-issuer-missing", {"issuer": None, "assertion_issuer": "x"}, Refusal.RESPONSE_ISSUER),
    ("response-issuer-empty", {"issuer": ""}, Refusal.RESPONSE_ISSUER),
    ("response-issuer-another", {"issuer": "https://idp.example.se/idp2"}, Refusal.RESPONSE_ISSUER),
    ("response-issuer-padded", {"issuer": " https://idp.example.se/idp"}, Refusal.RESPONSE_ISSUER),
    ("response-issued-61s-ahead", {"issue_instant": seconds(61)}, Refusal.RESPONSE_ISSUE_INSTANT),
    ("response-stale", {"issue_instant": seconds(-361)}, Refusal.RESPONSE_ISSUE_INSTANT),
]
TIMES: list[tuple[str, dict[str, Any], Refusal]] = [
    ("assertion-issued-61s-ahead", {"assertion_issue_instant": seconds(61)}, Refusal.ASSERTION_ISSUE_INSTANT),
    ("assertion-stale", {"assertion_issue_instant": seconds(-361)}, Refusal.ASSERTION_ISSUE_INSTANT),
    ("not-before-missing", {"not_before": None}, Refusal.CONDITIONS),
    ("not-on-or-after-missing", {"not_on_or_after": None}, Refusal.CONDITIONS),
    ("not-yet-valid-61s", {"not_before": seconds(61)}, Refusal.NOT_YET_VALID),
    ("expired-60s", {"not_on_or_after": seconds(-60)}, Refusal.EXPIRED),
    ("expired-a-year", {"not_on_or_after": timedelta(-365)}, Refusal.EXPIRED),
    ("subject-expiry-missing", {"subject_not_on_or_after": None}, Refusal.SUBJECT_EXPIRED),
    ("subject-expired-now", {"subject_not_on_or_after": seconds(0)}, Refusal.SUBJECT_EXPIRED),
    ("subject-expired", {"subject_not_on_or_after": seconds(-1)}, Refusal.SUBJECT_EXPIRED),
    ("session-over", {"session_not_on_or_after": seconds(-1)}, Refusal.SESSION_EXPIRED),
    ("signed-in-before-the-forced-request", {"authn_instant": seconds(-151)}, Refusal.AUTHN_INSTANT),
    ("signed-in-an-hour-ago", {"authn_instant": timedelta(hours=-1)}, Refusal.AUTHN_INSTANT),
    ("signed-in-in-the-future", {"authn_instant": seconds(61)}, Refusal.AUTHN_INSTANT),
]
PARTIES: list[tuple[str, dict[str, Any], Refusal]] = [
    ("assertion-issuer-another", {"assertion_issuer": "https://evil.example"}, Refusal.ASSERTION_ISSUER),
    ("assertion-issuer-empty", {"assertion_issuer": ""}, Refusal.ASSERTION_ISSUER),
    ("recipient-missing", {"recipient": None}, Refusal.RECIPIENT),
    ("recipient-another", {"recipient": "https://evil.example/acs"}, Refusal.RECIPIENT),
    ("recipient-contains-ours", {"recipient": "https://evil.example/?" + ACS}, Refusal.RECIPIENT),
    ("recipient-longer", {"recipient": ACS + "/x"}, Refusal.RECIPIENT),
    ("subject-of-another-request", {"subject_in_response_to": "_another"}, Refusal.SUBJECT_IN_RESPONSE_TO),
    ("subject-of-no-request", {"subject_in_response_to": ""}, Refusal.SUBJECT_IN_RESPONSE_TO),
    ("audience-missing", {"audience": None}, Refusal.AUDIENCE),
    ("audience-another", {"audience": "https://evil.example/sp"}, Refusal.AUDIENCE),
    ("audience-longer", {"audience": SP + "/x"}, Refusal.AUDIENCE),
    ("audience-empty", {"audience": ""}, Refusal.AUDIENCE),
]
LEVELS: list[tuple[str, dict[str, Any], Refusal]] = [
    ("level-not-requested", {"level": forge.LOA2}, Refusal.LEVEL_NOT_REQUESTED),
    ("level-not-accepted-from-this-provider", {"level": forge.LOA4}, Refusal.LEVEL_NOT_ACCEPTED),
    ("level-of-the-demonstration", {"level": "urn:x-demo:insyn:loa3"}, Refusal.LEVEL_NOT_REQUESTED),
    ("level-padded", {"level": f" {forge.LOA3} "}, Refusal.LEVEL_NOT_REQUESTED),
    ("level-empty", {"level": ""}, Refusal.CLASS_REF),
]


def number(*values: str) -> dict[str, Any]:
    return {"attributes": {names.PERSONAL_IDENTITY_NUMBER: values}}


ATTRIBUTES: list[tuple[str, dict[str, Any], Refusal]] = [
    ("two-identity-numbers", number(forge.PERSON, "198112192383"), Refusal.ATTRIBUTE_VALUES),
    ("identity-number-wrong-check-digit", number("198511292389"), Refusal.IDENTITY_NUMBER),
    ("identity-number-impossible-date", number("198502302388"), Refusal.IDENTITY_NUMBER),
    ("identity-number-ten-digits", number("8511292388"), Refusal.IDENTITY_NUMBER),
    ("identity-number-other-digits", number("١٩٨٥١١٢٩٢٣٨٨"), Refusal.IDENTITY_NUMBER),
    ("identity-number-is-words", number("' or 1=1 --"), Refusal.IDENTITY_NUMBER),
    ("staff-of-another-scope", {"attributes": {names.ORG_AFFILIATION: ("a@evil.example",)}}, Refusal.SCOPE),
    ("staff-scope-by-ending", {"attributes": {names.ORG_AFFILIATION: ("a@x.example.se",)}}, Refusal.SCOPE),
    ("staff-without-scope", {"attributes": {names.ORG_AFFILIATION: ("example.se",)}}, Refusal.SCOPE),
    ("staff-without-person", {"attributes": {names.ORG_AFFILIATION: ("@example.se",)}}, Refusal.SCOPE),
    (
        "two-staff-ids",
        {"attributes": {names.ORG_AFFILIATION: ("a@example.se", "b@example.se")}},
        Refusal.ATTRIBUTE_VALUES,
    ),
]
_NS = f'xmlns:saml="{forge.SAML}"'
SHAPES: list[tuple[str, forge.Edit, Refusal]] = [
    ("no-assertion-id", attribute(".", "ID", None), Refusal.MISSING_ID),
    ("assertion-version-1", attribute(".", "Version", "1.1"), Refusal.VERSION),
    ("no-issuer", remove("./saml:Issuer"), Refusal.ASSERTION_ISSUER),
    ("two-issuers", duplicate("./saml:Issuer"), Refusal.ASSERTION_ISSUER),
    ("no-subject", remove("./saml:Subject"), Refusal.SUBJECT),
    ("two-subjects", duplicate("./saml:Subject"), Refusal.SUBJECT),
    ("no-name", remove("//saml:NameID"), Refusal.NAME_ID),
    ("two-names", duplicate("//saml:NameID"), Refusal.NAME_ID),
    ("empty-name", text("//saml:NameID", ""), Refusal.NAME_ID),
    ("name-for-another-sp", attribute("//saml:NameID", "SPNameQualifier", "https://evil.example"), Refusal.NAME_ID),
    ("no-confirmation", remove("//saml:SubjectConfirmation"), Refusal.SUBJECT_CONFIRMATION),
    ("two-confirmations", duplicate("//saml:SubjectConfirmation"), Refusal.SUBJECT_CONFIRMATION),
    (
        "sender-vouches",
        attribute("//saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
        Refusal.SUBJECT_CONFIRMATION,
    ),
    ("no-confirmation-data", remove(DATA), Refusal.SUBJECT_CONFIRMATION),
    ("confirmation-not-before", attribute(DATA, "NotBefore", "2020-01-01T00:00:00Z"), Refusal.SUBJECT_CONFIRMATION),
    ("confirmation-time-with-zone", attribute(DATA, "NotOnOrAfter", "2099-01-01T00:00:00+02:00"), Refusal.TIME_FORMAT),
    ("confirmation-time-no-zone", attribute(DATA, "NotOnOrAfter", "2099-01-01T00:00:00"), Refusal.TIME_FORMAT),
    ("confirmation-time-impossible", attribute(DATA, "NotOnOrAfter", "2099-02-30T00:00:00Z"), Refusal.TIME_FORMAT),
    ("no-conditions", remove("//saml:Conditions"), Refusal.CONDITIONS),
    ("two-conditions", duplicate("//saml:Conditions"), Refusal.CONDITIONS),
    ("unknown-condition", insert("//saml:Conditions", f"<saml:Condition {_NS}/>"), Refusal.CONDITIONS),
    ("two-audiences", duplicate("//saml:Audience"), Refusal.AUDIENCE),
    ("two-audience-restrictions", duplicate("//saml:AudienceRestriction"), Refusal.AUDIENCE),
    ("no-authn-statement", remove("./saml:AuthnStatement"), Refusal.AUTHN_STATEMENT),
    ("two-authn-statements", duplicate("./saml:AuthnStatement"), Refusal.AUTHN_STATEMENT),
    ("no-attribute-statement", remove("./saml:AttributeStatement"), Refusal.ATTRIBUTE_STATEMENT),
    ("two-attribute-statements", duplicate("./saml:AttributeStatement"), Refusal.ATTRIBUTE_STATEMENT),
    ("no-authn-context", remove(CONTEXT), Refusal.CLASS_REF),
    ("two-authn-contexts", duplicate(CONTEXT), Refusal.CLASS_REF),
    ("two-class-references", duplicate(f"{CONTEXT}/saml:AuthnContextClassRef"), Refusal.CLASS_REF),
    (
        "declaration-only",
        rename(f"{CONTEXT}/saml:AuthnContextClassRef", f"{{{forge.SAML}}}AuthnContextDeclRef"),
        Refusal.CLASS_REF,
    ),
    ("authn-instant-missing", attribute("./saml:AuthnStatement", "AuthnInstant", None), Refusal.TIME_FORMAT),
    ("repeated-attribute", duplicate(NUMBER), Refusal.ATTRIBUTE_SHAPE),
    ("nameless-attribute", attribute(NUMBER, "Name", None), Refusal.ATTRIBUTE_SHAPE),
    ("encrypted-attribute", rename(NUMBER, f"{{{forge.SAML}}}EncryptedAttribute"), Refusal.ATTRIBUTE_SHAPE),
    ("element-in-value", insert(VALUE, f"<saml:Issuer {_NS}/>"), Refusal.ATTRIBUTE_SHAPE),
    ("foreign-element-in-attribute", insert(NUMBER, "<x/>"), Refusal.ATTRIBUTE_SHAPE),
    ("advice", insert(".", f"<saml:Advice {_NS}/>", 3), Refusal.UNEXPECTED_ELEMENT),
    ("assertion-in-a-value", insert(VALUE, f'<saml:Assertion {_NS} ID="x"/>'), Refusal.UNEXPECTED_ELEMENT),
    ("id-of-the-response", attribute(".", "ID", "_response"), Refusal.DUPLICATE_ID),
    ("comment-in-number", comment(VALUE, 8), Refusal.COMMENT_OR_INSTRUCTION),
    ("comment-in-name", comment("//saml:NameID", 3), Refusal.COMMENT_OR_INSTRUCTION),
    ("instruction-in-assertion", instruction("."), Refusal.COMMENT_OR_INSTRUCTION),
    (
        "schema-breach-is-left-to-the-library",
        attribute(f"{CONTEXT}/..", "Unheard", "of"),
        Refusal.LIBRARY,
    ),
]
CLAIMS = [*HEADER, *TIMES, *PARTIES, *LEVELS, *ATTRIBUTES]


@pytest.mark.parametrize(("changes", "reason"), [pytest.param(*rest, id=name) for name, *rest in CLAIMS])
def test_wrong_claims_are_refused(scene: Scene, changes: dict[str, Any], reason: Refusal) -> None:
    assert scene.refusal(forge.issue(scene.answer(**changes))) is reason


@pytest.mark.parametrize(("edit", "reason"), [pytest.param(*rest, id=name) for name, *rest in SHAPES])
def test_odd_assertions_are_refused(scene: Scene, edit: forge.Edit, reason: Refusal) -> None:
    assert scene.refusal(forge.issue(scene.answer(edit_assertion=edit))) is reason


def test_the_two_sides_are_not_mixed_up(scene: Scene) -> None:
    other_sp = replace(scene.sp, entity_id="https://insyn.example.se/staff/saml/metadata")
    assert scene.refusal(forge.issue(scene.answer()), sp=other_sp) is Refusal.AUDIENCE


def test_no_request_was_pending(scene: Scene) -> None:
    encoded = forge.issue(scene.answer(in_response_to=""))
    pending = replace(scene.pending, request_id="")
    assert scene.refusal(encoded, pending=pending) is Refusal.RESPONSE_IN_RESPONSE_TO


def test_library_disagrees_about_a_wrong_inner_signature(scene: Scene) -> None:
    tampered = text(VALUE, "198112192383")
    encoded = forge.issue(scene.answer(sign_assertion=True, edit_clear=tampered))
    assert scene.refusal(encoded) is Refusal.LIBRARY


@pytest.mark.parametrize("spoilt", [text(VALUE, "198112192383"), duplicate("//saml:NameID")])
def test_nothing_is_printed_or_logged(
    scene: Scene, spoilt: forge.Edit, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(0):
        scene.verify(forge.issue(scene.answer()))
        scene.refusal(forge.issue(scene.answer(sign_assertion=True, edit_clear=spoilt)))
        scene.refusal(forge.issue(scene.answer(signer=scene.keys["other-idp"])))
        scene.refusal(forge.issue(scene.answer(receiver=scene.keys["other-idp"].cert)))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_refusals_carry_no_personal_data(scene: Scene) -> None:
    encoded = forge.issue(scene.answer(edit_assertion=all_of(text(VALUE, forge.PERSON), duplicate("//saml:NameID"))))
    try:
        scene.verify(encoded)
    except Exception as refused:  # noqa: BLE001 (whatever comes out is looked at)
        shown = f"{refused!r} {refused} {refused.__cause__} {refused.__context__}"
        assert forge.PERSON not in shown
        assert "opaque-name" not in shown
    else:
        pytest.fail("was accepted")
