"""Signatures of the demonstration's first data, with the development provider's real answers as their evidence."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from onelogin.saml2.utils import OneLogin_Saml2_Utils
from sqlalchemy.orm import Session

from portal.assistance.service import signing as applying
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.demo.idp_config import LEVEL_3, DemoPerson, IdpConfig
from portal.demo.idp_messages import issue_response
from portal.identity import service as sign_ins
from portal.identity.federation import load_federation
from portal.identity.saml.response import verify_response
from portal.identity.signing import service as signing
from portal.people.queries import own_person
from portal.settings import Settings


@contextmanager
def _librarys_clock() -> Iterator[None]:
    """Let python3-saml's clock be ours: the first data is signed in the past, which it would refuse."""
    kept = OneLogin_Saml2_Utils.now
    OneLogin_Saml2_Utils.now = staticmethod(lambda: int(now().timestamp()))
    try:
        yield
    finally:
        OneLogin_Saml2_Utils.now = kept


class Notary:
    """Lets clients sign their applications as in a browser, without one."""

    def __init__(self, settings: Settings, config: IdpConfig) -> None:
        federation, side = load_federation(settings), config.side("client")
        idp = federation.by_entity_id(Side.CLIENT, config.entity_id(side)) if side else None
        if side is None or idp is None:
            raise LookupError("the portal trusts no provider of the demonstration")
        self._config, self._side, self._idp = config, side, idp
        self._sp = federation.service_providers[Side.CLIENT]

    def sign(self, session: Session, actor: Actor, application_id: uuid.UUID) -> None:
        """Let an actor sign an application; whoever signs last hands it in."""
        document, party = applying.prepare(session, actor, application_id)
        started = signing.start_signing(
            session,
            actor,
            document,
            object_id=application_id,
            party=party.value,
            sp=self._sp,
            idp=self._idp,
            return_to=f"/ansokan/{application_id}",
        )
        row = sign_ins.pending_sign_in(session, started.cookie, Side.CLIENT)
        answer = issue_response(self._config, self._side, row.request_id, self._person(session, actor), LEVEL_3, now())
        with _librarys_clock():
            verified = verify_response(
                answer, sp=self._sp, idp=self._idp, pending=sign_ins.pending_request(row), now=now()
            )
        sign_ins.consume(session, row, verified)
        signing.finish_signing(session, row, verified, answer, sp=self._sp, idp=self._idp)

    def _person(self, session: Session, actor: Actor) -> DemoPerson:
        number = own_person(session, actor).identity_number
        return next(one for one in self._side.persons if one.identity_number == number)
