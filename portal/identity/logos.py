"""Logos of identity providers: fetched by the worker, kept in the database, shown from our own address.

No page of ours asks anything of another site: nobody learns who looks at the sign-in page (PRODUCT.md). What can't be
had or shown leaves the letter of the provider's name in its place.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.identity.fetching import FetchError, fetch_address
from portal.identity.models import ProviderLogo
from portal.identity.pictures import MAX_BYTES, BadPicture, Picture, from_data_address, judged
from portal.identity.saml.model import IdentityProvider

log = structlog.get_logger("portal.identity")
FETCH_AGAIN: Final = timedelta(days=1)


def fetch_logo(address: str) -> bytes:
    """Return the bytes behind an address, unjudged.

    :raises FetchError: it is not there, too slow, or too large.
    """
    return fetch_address(address, accept="image/svg+xml, image/png, image/*", limit=MAX_BYTES)


def addresses(providers: Iterable[IdentityProvider]) -> set[str]:
    """Return the logos that have to be fetched: those that do not lie in the metadata themselves."""
    return {idp.logo_url for idp in providers if idp.logo_url and not idp.logo_url.startswith("data:")}


def refresh(
    sessions: sessionmaker[Session],
    providers: Iterable[IdentityProvider],
    get: Callable[[str], bytes] = fetch_logo,
) -> None:
    """Fetch what is new or a day old, each in its own transaction; forget the logos that nobody has any more.

    One that can't be had any more stays as it was.
    """
    wanted = addresses(providers)
    with writing(sessions) as session:
        session.execute(delete(ProviderLogo).where(ProviderLogo.address.not_in(wanted)))
        lately = select(ProviderLogo.address).where(ProviderLogo.tried_at > now() - FETCH_AGAIN)
        due = wanted.difference(session.scalars(lately))
    for address in sorted(due):
        _refresh_one(sessions, address, get)


def _refresh_one(sessions: sessionmaker[Session], address: str, get: Callable[[str], bytes]) -> None:
    picture, problem = None, ""
    try:
        picture = judged(get(address))
    except (FetchError, BadPicture) as error:
        problem = str(error)
        log.warning("logo not fetched", address=address, problem=problem)
    with writing(sessions) as session:
        row = session.get(ProviderLogo, address) or ProviderLogo(address=address)
        session.add(row)
        row.tried_at, row.problem = now(), problem
        if picture is not None:
            row.content, row.fetched_at = picture.content, now()


def states(session: Session) -> dict[str, datetime]:
    """Return when each logo that can be shown was fetched, by its address."""
    found = select(ProviderLogo.address, ProviderLogo.fetched_at).where(ProviderLogo.fetched_at.is_not(None))
    return {address: fetched_at for address, fetched_at in session.execute(found) if fetched_at is not None}


def kept(session: Session) -> dict[str, Picture]:
    """Return the logos that can be shown, by their address; judged again, for they come out of a database."""
    found = {}
    for address, content in session.execute(select(ProviderLogo.address, ProviderLogo.content)):
        try:
            found[address] = judged(content or b"")
        except BadPicture:
            continue
    return found


def of_providers(providers: Iterable[IdentityProvider], fetched: Mapping[str, Picture]) -> dict[str, Picture]:
    """Return the pictures of providers by entity id: from their own metadata, or from what was fetched."""
    found = {}
    for idp in providers:
        picture = _of_provider(idp, fetched)
        if picture is not None:
            found[idp.entity_id] = picture
    return found


def _of_provider(idp: IdentityProvider, fetched: Mapping[str, Picture]) -> Picture | None:
    if idp.logo_url is None or not idp.logo_url.startswith("data:"):
        return fetched.get(idp.logo_url or "")
    try:
        return from_data_address(idp.logo_url)
    except BadPicture:
        return None
