"""The operator's list of identity providers: one TOML file, with a metadata file beside it for each provider.

[[provider]]
side = "client"
entity_id = "https://idp.example.se/client"
metadata = "idp.xml"
levels = { "http://id.elegnamnden.se/loa/1.0/loa3" = 3 }
display_names = { sv = "BankID", en = "BankID" }
"""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from portal.core import clock
from portal.identity.saml import names
from portal.identity.saml.metadata_reader import ProviderFileError, read_metadata
from portal.identity.saml.model import AttributeNames, IdentityProvider, ProviderConfig, SideName

_KEYS: Final = frozenset(
    {"side", "entity_id", "metadata", "levels", "display_names", "logo_url", "attributes", "want_encrypted"}
)
_SIDES: Final[Mapping[str, SideName]] = {"client": "client", "staff": "staff"}
_HIGHEST_LEVEL: Final = 4


def load_providers(path: Path, *, now: datetime | None = None) -> tuple[ProviderConfig, ...]:
    """Read and check the whole file; `now` (aware UTC, default the clock's) judges validUntil.

    Raises ProviderFileError: a half-read list would silently shut people out or let too many in.
    """
    moment = now or clock.now()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise ProviderFileError(f"{path.name}: cannot be read as TOML") from None
    entries = table.pop("provider", None)
    if table or not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ProviderFileError(f"{path.name}: expected [[provider]] tables and nothing else")
    configs = tuple(_provider(entry, path.parent, moment) for entry in entries)
    seen = [(config.side, config.provider.entity_id) for config in configs]
    if len(seen) != len(set(seen)):
        raise ProviderFileError(f"{path.name}: a provider is listed twice for one side")
    return configs


def _provider(entry: dict[str, Any], directory: Path, now: datetime) -> ProviderConfig:
    unknown = entry.keys() - _KEYS
    if unknown:
        raise ProviderFileError(f"unknown keys in a provider: {', '.join(sorted(unknown))}")
    side = _SIDES.get(_text(entry, "side"))
    if side is None:
        raise ProviderFileError("side must be client or staff")
    entity_id = _text(entry, "entity_id")
    file_name = _text(entry, "metadata")
    if Path(file_name).name != file_name:
        raise ProviderFileError("metadata must be a file beside the list of providers")
    found = read_metadata(directory / file_name, entity_id, now)
    want_encrypted = entry.get("want_encrypted", True)
    if not isinstance(want_encrypted, bool):
        raise ProviderFileError("want_encrypted must be true or false")
    provider = IdentityProvider(
        entity_id=entity_id,
        display_names=MappingProxyType({**found.display_names, **_texts(entry, "display_names")}),
        sso_redirect_url=found.sso_redirect_url,
        sso_post_url=found.sso_post_url,
        slo_redirect_url=found.slo_redirect_url,
        slo_response_url=found.slo_response_url,
        signing_certs=found.signing_certs,
        levels=_levels(entry),
        logo_url=_text(entry, "logo_url") if "logo_url" in entry else None,
        attribute_names=_attribute_names(entry),
        scopes=found.scopes,
        want_encrypted=want_encrypted,
        supports_user_message=names.SUPPORTS_USER_MESSAGE in found.entity_categories,
        wanted_principals=found.wanted_principals,
        slo_post_url=found.slo_post_url,
        slo_post_response_url=found.slo_post_response_url,
    )
    return ProviderConfig(side, provider)


def _levels(entry: dict[str, Any]) -> Mapping[str, int]:
    levels = entry.get("levels")
    if not isinstance(levels, dict) or not levels:
        raise ProviderFileError("levels must name at least one accepted assurance level")
    for number in levels.values():
        if type(number) is not int or not 1 <= number <= _HIGHEST_LEVEL:
            raise ProviderFileError("a level must be a number from 1 to 4")
    return MappingProxyType(dict(levels))


def _attribute_names(entry: dict[str, Any]) -> AttributeNames:
    wanted = _texts(entry, "attributes")
    if wanted.keys() - {field.name for field in fields(AttributeNames)}:
        raise ProviderFileError("attributes names something that the portal does not read")
    return AttributeNames(**wanted)


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ProviderFileError(f"{key} is missing or not a text")
    return value


def _texts(entry: dict[str, Any], key: str) -> dict[str, str]:
    value = entry.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(text, str) and text for text in value.values()):
        raise ProviderFileError(f"{key} must be a table of texts")
    return value
