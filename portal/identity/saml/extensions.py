"""What the Swedish profile lets a request say beside SAML itself: a text to show, who is expected, and by whom."""

import base64

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.model import IdentityProvider


def add(
    message: etree._Element, idp: IdentityProvider, *, user_message: str | None, language: str, principal: str | None
) -> None:
    """Add Extensions with what this provider wants to be told; nothing where it wants nothing.

    The text is shown before anyone is identified: it may hold nothing sensitive. Source: Sweden Connect 14 and 18.
    """
    holder = etree.Element(f"{{{names.SAMLP}}}Extensions")
    if user_message and idp.supports_user_message:
        _user_message(holder, user_message, language)
    if principal and wants_principal(idp):
        selection = etree.SubElement(holder, f"{{{names.PRINCIPAL}}}PrincipalSelection", nsmap={"psc": names.PRINCIPAL})
        value = etree.SubElement(selection, f"{{{names.PRINCIPAL}}}MatchValue", Name=names.PERSONAL_IDENTITY_NUMBER)
        value.text = principal
    if len(holder):
        message.append(holder)


def wants_principal(idp: IdentityProvider) -> bool:
    """Whether the provider wants to be told whose identity number is expected."""
    return names.PERSONAL_IDENTITY_NUMBER in idp.wanted_principals


def add_scoping(message: etree._Element, provider_ids: tuple[str, ...]) -> None:
    """Name the providers behind a proxy that may answer, such as the eIDAS node of one country (SAML Core 3.4.1.2)."""
    if provider_ids:
        scoping = etree.SubElement(message, f"{{{names.SAMLP}}}Scoping")
        listed = etree.SubElement(scoping, f"{{{names.SAMLP}}}IDPList")
        for provider_id in provider_ids:
            etree.SubElement(listed, f"{{{names.SAMLP}}}IDPEntry", ProviderID=provider_id)


def _user_message(holder: etree._Element, text: str, language: str) -> None:
    shown = etree.SubElement(
        holder, f"{{{names.USER_MESSAGE}}}UserMessage", nsmap={"umsg": names.USER_MESSAGE}, mimeType="text/plain"
    )
    element = etree.SubElement(shown, f"{{{names.USER_MESSAGE}}}Message")
    element.set(f"{{{names.XML}}}lang", language)
    element.text = base64.b64encode(text.encode()).decode("ascii")
