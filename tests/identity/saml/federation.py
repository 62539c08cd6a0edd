"""A federation operator of the tests: builds and signs aggregates, genuine and hostile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from portal.identity.saml import names
from tests.identity.saml import forge
from tests.identity.saml.scene import IDP_ID, Scene

Edit = Callable[[etree._Element], None]
PNR = "http://id.elegnamnden.se/ec/1.0/loa3-pnr"


def body(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def entity(
    scene: Scene,
    entity_id: str = IDP_ID,
    *,
    key: str = "idp",
    levels: tuple[str, ...] = (forge.LOA3,),
    category: str = PNR,
    sso: str = "https://idp.example.se/sso",
    outer: str = "",
) -> str:
    certified = "".join(f"<saml:AttributeValue>{level}</saml:AttributeValue>" for level in levels)
    return f"""<md:EntityDescriptor entityID="{entity_id}" {outer}><md:Extensions><attr:EntityAttributes>
 <saml:Attribute Name="{names.ASSURANCE_CERTIFICATION}">{certified}</saml:Attribute>
 <saml:Attribute Name="{names.ENTITY_CATEGORY}"><saml:AttributeValue>{category}</saml:AttributeValue></saml:Attribute>
 </attr:EntityAttributes></md:Extensions><md:IDPSSODescriptor protocolSupportEnumeration="{names.SAMLP}">
 <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body(scene.keys[key].cert)}
 </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
 <md:SingleSignOnService Binding="{names.BINDING_REDIRECT}" Location="{sso}"/>
 </md:IDPSSODescriptor></md:EntityDescriptor>"""


def group(*entities: str, until: str = "", id_: str = "_md") -> str:
    name = f' ID="{id_}"' if id_ else ""
    valid = f' validUntil="{until}"' if until else ""
    spaces = {"md": names.MD, "ds": names.DS, "saml": names.SAML, "attr": names.MDATTR}
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    return f"<md:EntitiesDescriptor {declared}{name}{valid}>{''.join(entities)}</md:EntitiesDescriptor>"


def days(now: datetime, number: float) -> str:
    return forge.write(now + timedelta(days=number))


def aggregate(scene: Scene, *entities: str, until: float = 7, **how: Any) -> bytes:
    """A genuine aggregate with these entities, or with one."""
    return signed(scene, group(*(entities or (entity(scene),)), until=days(scene.now, until)), **how)


def signed(
    scene: Scene,
    document: str,
    *,
    signer: str | None = "other-idp",
    edit: Edit = forge.untouched,
    **how: Any,
) -> bytes:
    """A document signed as a whole; `edit` is what is done to it on the way."""
    root = etree.fromstring(document)
    if signer is not None:
        forge.sign(root, scene.keys[signer], replace(scene.answer(), **how))
    edit(root)
    return etree.tostring(root)
