"""Values that go in and out of the SAML package: frozen, without database and without web framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from portal.identity.saml import names

SideName = Literal["client", "staff"]


@dataclass(frozen=True)
class AttributeNames:
    """Which attribute carries what, per identity provider; defaults after the Swedish Attribute Specification."""

    identity_number: str = names.PERSONAL_IDENTITY_NUMBER
    given_name: str = names.GIVEN_NAME
    surname: str = names.SURNAME
    display_name: str = names.DISPLAY_NAME
    staff_id: str = names.ORG_AFFILIATION
    previous_identity_number: str = names.PREVIOUS_IDENTITY_NUMBER
    mapped_identity_number: str = names.MAPPED_IDENTITY_NUMBER
    identity_number_binding: str = names.IDENTITY_NUMBER_BINDING
    prid: str = names.PRID
    prid_persistence: str = names.PRID_PERSISTENCE
    eidas_identifier: str = names.EIDAS_IDENTIFIER
    date_of_birth: str = names.DATE_OF_BIRTH
    role: str = ""
    """Where the staff's role stands; empty means that this provider is not asked for it. Likewise `unit`."""
    unit: str = ""


@dataclass(frozen=True)
class ServiceProvider:
    """One SP entity of ours; clients and staff have one each (Anslutningsregler 3.4). Keys and certificates are PEM."""

    entity_id: str
    acs_url: str
    slo_url: str
    signing_key_pem: str = field(repr=False)
    signing_cert_pem: str = field(repr=False)
    decryption_keys: tuple[tuple[str, str], ...] = field(repr=False)
    """(key, certificate) pairs, the new one first; the old one still decrypts during a change of keys."""
    display_names: Mapping[str, str] = field(default_factory=dict)
    organisation_names: Mapping[str, str] = field(default_factory=dict)
    organisation_url: str = ""
    entity_categories: tuple[str, ...] = ()
    contact_email: str = ""
    """Technical contact, and support too where there is no other."""
    support_email: str = ""
    descriptions: Mapping[str, str] = field(default_factory=dict)
    logo_url: str = ""
    information_url: str = ""
    further_signing_certs: tuple[str, ...] = ()
    """Certificates of keys that we shall sign with next: published before their time (Deployment Profile 2.1.1.2)."""


@dataclass(frozen=True)
class IdentityProvider:
    """One identity provider that we trust, with what we accept from it."""

    entity_id: str
    display_names: Mapping[str, str]
    sso_redirect_url: str | None
    signing_certs: tuple[str, ...]
    levels: Mapping[str, int]
    logo_url: str | None = None
    sso_post_url: str | None = None
    slo_redirect_url: str | None = None
    slo_response_url: str | None = None
    """Where answers to its log-out requests go; None means `slo_redirect_url`."""
    attribute_names: AttributeNames = field(default_factory=AttributeNames)
    scopes: tuple[str, ...] = ()
    want_encrypted: bool = True
    supports_user_message: bool = False
    """Its metadata has the entity category: it shows a text of ours while the person signs in or signs."""
    wanted_principals: frozenset[str] = frozenset()
    """Names of the attributes by which it wants to be told who is expected (RequestedPrincipalSelection)."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Which value of the role attribute means which role of the portal; other values mean none."""
    mapped_bindings: frozenset[str] = frozenset()
    """Ways of binding a mapped identity number to an eIDAS person that this installation believes; others are not."""
    scoping: tuple[str, ...] = ()
    """Whom a proxy shall use, such as one country's eIDAS node; empty leaves it to the person (SAML Core 3.4.1.2)."""
    prefer_post: bool = False
    """Send requests by the POST binding even where the redirect would do."""
    slo_post_url: str | None = None
    slo_post_response_url: str | None = None
    """Where posted answers to its log-out requests go; None means `slo_post_url`."""
    valid_until: datetime | None = None
    """Its metadata says nothing after this instant: the provider is no longer offered or believed."""


@dataclass(frozen=True)
class ProviderConfig:
    """An identity provider and the side of the portal that it serves."""

    side: SideName
    provider: IdentityProvider


@dataclass(frozen=True)
class PendingRequest:
    """What was asked in the request that a response must answer; the caller keeps it and consumes it once."""

    request_id: str
    issued_at: datetime
    force_authn: bool
    levels: tuple[str, ...]


@dataclass(frozen=True)
class RedirectRequest:
    """A message ready to be sent: redirect the browser to `url`."""

    url: str


@dataclass(frozen=True)
class PostRequest:
    """A message ready to be sent: a page whose form posts `fields` to `url`."""

    url: str
    fields: Mapping[str, str] = field(repr=False)


OutgoingMessage = RedirectRequest | PostRequest


@dataclass(frozen=True)
class VerifiedSignIn:
    """A response that passed every check except the replay store, which is the caller's."""

    assertion_id: str
    assertion_expires_at: datetime
    """Keep the assertion id in the replay store until this instant (UTC)."""
    idp_entity_id: str
    level_uri: str
    level: int
    authn_instant: datetime
    name_id: str = field(repr=False)
    name_id_format: str | None
    session_index: str | None = field(repr=False)
    attributes: Mapping[str, tuple[str, ...]] = field(repr=False)
    identity_number: str | None = field(repr=False)
    display_name: str | None = field(repr=False)
    given_name: str | None = field(repr=False)
    surname: str | None = field(repr=False)
    staff_id: str | None = field(repr=False)
    previous_identity_number: str | None = field(default=None, repr=False)
    mapped_identity_number: str | None = field(default=None, repr=False)
    """Only where its binding is one that the provider's entry accepts."""
    prid: str | None = field(default=None, repr=False)
    prid_persistence: str | None = None
    eidas_identifier: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    role: str | None = None
    """The role of the portal that the provider's attributes mean, if any."""
    unit: str | None = None


@dataclass(frozen=True)
class LogoutDemand:
    """A verified wish of an identity provider that a person's sessions end; no index means all of them."""

    name_id: str = field(repr=False)
    session_indexes: tuple[str, ...] = field(repr=False)
    request_id: str
    relay_state: str | None = field(default=None, repr=False)

    @property
    def session_index(self) -> str | None:
        """The first session index, for callers that keep one per session."""
        return self.session_indexes[0] if self.session_indexes else None
