"""The ways to sign in as the page shows them, and the one that was chosen last, if the person wants it remembered."""

from dataclasses import dataclass

from flask import Response, url_for

from portal.core.i18n import current_locale
from portal.identity import cookies
from portal.identity.federation import Federation, handle_of
from portal.identity.rules import LEAST_LEVEL
from portal.identity.saml.model import IdentityProvider


@dataclass(frozen=True)
class Way:
    """One way to sign in: its picture, from our own address, or else its mark, a letter."""

    handle: str
    url: str
    label: str
    mark: str
    logo: str | None


@dataclass(frozen=True)
class Ways:
    """The ways to sign in: ``first`` those to show at once, ``others`` those behind the remembered one.

    With a single way there is nothing to choose, and so nothing to remember.
    """

    first: tuple[Way, ...]
    others: tuple[Way, ...]
    remembered: bool

    @property
    def may_remember(self) -> bool:
        """Tell whether there is a choice to remember."""
        return len(self.first) + len(self.others) > 1


def label_of(idp: IdentityProvider) -> str:
    """Return a provider's name in the language of the page."""
    names = idp.display_names
    return names.get(current_locale()) or names.get("sv") or idp.entity_id


def ways(known: Federation, providers: list[IdentityProvider], level: int) -> Ways:
    """Return the ways to sign in, the remembered one apart where it is among them."""
    shown = tuple(_way(known, idp, level) for idp in providers)
    chosen = cookies.read("choice")
    first = tuple(way for way in shown if way.handle == chosen)
    if not first or len(shown) == 1:
        return Ways(shown, (), remembered=False)
    return Ways(first, tuple(way for way in shown if way.handle != chosen), remembered=True)


def _way(known: Federation, idp: IdentityProvider, level: int) -> Way:
    handle, label = handle_of(idp), label_of(idp)
    url = url_for("identity.start", handle=handle, level=level if level > LEAST_LEVEL else None)
    picture = known.pictures.get(idp.entity_id)
    logo = url_for("identity.logo", handle=handle, v=picture.tag) if picture else None
    return Way(handle, url, label, label[:1].upper(), logo)


def remember(response: Response, handle: str) -> None:
    """Keep the choice on this device: only the provider's short name, nothing of the person."""
    cookies.set_choice(response, handle)


def forget(response: Response) -> None:
    """Forget the choice."""
    cookies.clear(response, "choice")
