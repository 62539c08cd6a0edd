"""Which binding carries a message of ours: the redirect, or the form where the provider wants it or it gets long."""

from collections.abc import Callable
from typing import Final

from lxml import etree

from portal.identity.saml.model import OutgoingMessage, RedirectRequest, ServiceProvider
from portal.identity.saml.post import signed_post
from portal.identity.saml.redirect import signed_url

# Proxies and old servers cut longer addresses; the profile recommends the form for large requests (02, section 5.2).
MAX_URL: Final = 2048


def send(
    sp: ServiceProvider,
    field: str,
    build: Callable[[str], etree._Element],
    *,
    redirect_url: str | None,
    post_url: str | None,
    prefer_post: bool,
    relay_state: str | None,
) -> OutgoingMessage:
    """Build the message for the address it goes to, and sign it the way of its binding.

    Raises ValueError where there is no address at all, or for a relay state or key that cannot be used.
    """
    if redirect_url is not None and not (prefer_post and post_url is not None):
        url = signed_url(redirect_url, field, build(redirect_url), sp.signing_key_pem, relay_state)
        if len(url) <= MAX_URL or post_url is None:
            return RedirectRequest(url)
    if post_url is None:
        raise ValueError("the identity provider has no address for this message")
    return signed_post(post_url, field, build(post_url), sp, relay_state)
