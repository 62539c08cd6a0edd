"""SAML 2.0 after the Swedish profile: requests, responses, log-out and metadata, without web framework and database.

python3-saml is used nowhere else, and only inside the guard. What comes in is either verified in every respect or
refused with one precise reason (`SamlRefused`); the caller shows the same page for all of them, keeps the pending
requests, and owns the replay store.
"""

from portal.identity.saml.errors import Refusal, SamlRefused, SamlStatus, StatusKind
from portal.identity.saml.logout import (
    build_logout_request,
    build_logout_response,
    verify_logout_request,
    verify_logout_response,
    verify_posted_logout_request,
    verify_posted_logout_response,
)
from portal.identity.saml.metadata import load_providers
from portal.identity.saml.metadata_reader import ProviderFileError
from portal.identity.saml.metadata_writer import CLIENT_ATTRIBUTES, STAFF_ATTRIBUTES, sp_metadata
from portal.identity.saml.model import (
    AttributeNames,
    IdentityProvider,
    LogoutDemand,
    OutgoingMessage,
    PendingRequest,
    PostRequest,
    ProviderConfig,
    RedirectRequest,
    ServiceProvider,
    VerifiedSignIn,
)
from portal.identity.saml.production_lock import DemoTrustInProduction, refuse_demo_trust
from portal.identity.saml.request import build_authn_request, new_request_id
from portal.identity.saml.response import verify_response

__all__ = [
    "CLIENT_ATTRIBUTES",
    "STAFF_ATTRIBUTES",
    "AttributeNames",
    "DemoTrustInProduction",
    "IdentityProvider",
    "LogoutDemand",
    "OutgoingMessage",
    "PendingRequest",
    "PostRequest",
    "ProviderConfig",
    "ProviderFileError",
    "RedirectRequest",
    "Refusal",
    "SamlRefused",
    "SamlStatus",
    "ServiceProvider",
    "StatusKind",
    "VerifiedSignIn",
    "build_authn_request",
    "build_logout_request",
    "build_logout_response",
    "load_providers",
    "new_request_id",
    "refuse_demo_trust",
    "sp_metadata",
    "verify_logout_request",
    "verify_logout_response",
    "verify_posted_logout_request",
    "verify_posted_logout_response",
    "verify_response",
]
