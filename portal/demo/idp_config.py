"""What the development identity provider is told: who trusts it, which invented people it can sign in, its keys."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from portal.demo.locks import refuse_public_bind
from portal.demo.test_numbers import require_test_number
from portal.identity.saml.model import ServiceProvider, SideName
from portal.identity.saml.names import DEMO_LEVELS

LEVELS: Final = DEMO_LEVELS
LEVEL_3: Final = "urn:x-demo:insyn:loa3"


@dataclass(frozen=True)
class DemoPerson:
    """An invented person; raises NotATestNumber for an identity number that could be somebody's."""

    display_name: str
    given_name: str
    surname: str
    identity_number: str | None = field(default=None, repr=False)
    staff_id: str | None = None
    """Scoped, such as "hl01@demo.example"; staff only."""
    note: str = ""
    extra: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Further attributes, by name: a former number, a foreign identity, a role."""

    def __post_init__(self) -> None:
        if self.identity_number is not None:
            require_test_number(self.identity_number)


@dataclass(frozen=True)
class RelyingParty:
    """The portal as the identity provider sees it: addresses and certificates, no private key."""

    entity_id: str
    acs_url: str
    slo_url: str
    signing_cert_pem: str = field(repr=False)
    encryption_cert_pem: str = field(repr=False)
    name: str = "Insyn"


def relying_party(sp: ServiceProvider) -> RelyingParty:
    """What `sp` shows of itself to an identity provider."""
    return RelyingParty(
        sp.entity_id,
        sp.acs_url,
        sp.slo_url,
        sp.signing_cert_pem,
        sp.decryption_keys[0][1],
        sp.display_names.get("sv", "Insyn"),
    )


@dataclass(frozen=True)
class IdpSide:
    """One of the two providers that the development identity provider is."""

    name: SideName
    relying_party: RelyingParty
    persons: tuple[DemoPerson, ...]
    key_pem: str = field(repr=False)
    cert_pem: str = field(repr=False)

    def __post_init__(self) -> None:
        wanted = "staff_id" if self.name == "staff" else "identity_number"
        if any(getattr(person, wanted) is None and not person.extra for person in self.persons):
            raise ValueError(f"a person on the {self.name} side lacks {wanted}")
        if any("@" not in (person.staff_id or "@") for person in self.persons):
            raise ValueError("a staff id lacks its scope")

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of the staff ids, for the metadata."""
        return tuple(sorted({person.staff_id.rpartition("@")[2] for person in self.persons if person.staff_id}))


@dataclass(frozen=True)
class IdpConfig:
    """The whole provider; raises PublicBind unless `base_url` (such as http://localhost:8099) is on this machine."""

    base_url: str
    sides: tuple[IdpSide, ...]
    takes_forms: bool = False
    """Its metadata offers the POST binding and texts to show; without it, only redirects."""

    def __post_init__(self) -> None:
        refuse_public_bind(urlsplit(self.base_url).hostname or "")

    def side(self, name: str) -> IdpSide | None:
        """The side of that name."""
        return next((side for side in self.sides if side.name == name), None)

    def entity_id(self, side: IdpSide) -> str:
        """The entity id of one side."""
        return f"{self.base_url}/{side.name}"

    def sso_url(self, side: IdpSide) -> str:
        """Where sign-in requests of one side go."""
        return f"{self.base_url}/{side.name}/sso"

    def slo_url(self, side: IdpSide) -> str:
        """Where log-out messages of one side go."""
        return f"{self.base_url}/{side.name}/slo"
