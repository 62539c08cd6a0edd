"""What every SAML test shares: the parties, and a genuine answer to start from."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from portal.identity.saml import (
    IdentityProvider,
    PendingRequest,
    Refusal,
    SamlRefused,
    SamlStatus,
    ServiceProvider,
    StatusKind,
    VerifiedSignIn,
    verify_response,
)
from tests.identity.saml import forge

IDP_ID = "https://idp.example.se/idp"


@dataclass(frozen=True)
class Scene:
    now: datetime
    keys: dict[str, forge.Pair]
    sp: ServiceProvider
    idp: IdentityProvider
    pending: PendingRequest

    def answer(self, **changes: Any) -> forge.Answer:
        """A genuine answer, with changes."""
        genuine = forge.Answer(
            now=self.now,
            destination=self.sp.acs_url,
            in_response_to=self.pending.request_id,
            issuer=self.idp.entity_id,
            audience=self.sp.entity_id,
            recipient=self.sp.acs_url,
            signer=self.keys["idp"],
            receiver=self.keys["sp-new"].cert,
        )
        return replace(genuine, **changes)

    def verify(self, encoded: str, **changes: Any) -> VerifiedSignIn:
        given: dict[str, Any] = {"sp": self.sp, "idp": self.idp, "pending": self.pending, "now": self.now, **changes}
        return verify_response(encoded, **given)

    def refusal(self, encoded: str, **changes: Any) -> Refusal:
        """The reason for which a message is refused; fails if it is not."""
        with pytest.raises(SamlRefused) as caught:
            self.verify(encoded, **changes)
        assert str(caught.value) == caught.value.reason.value
        return caught.value.reason

    def status(self, encoded: str, **changes: Any) -> StatusKind:
        with pytest.raises(SamlStatus) as caught:
            self.verify(encoded, **changes)
        return caught.value.kind
