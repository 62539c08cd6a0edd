"""The operator's list of identity providers: one TOML file, with metadata files beside it.

[[provider]]                    # a provider with a metadata file of its own
side = "client"
entity_id = "https://idp.example.se/client"
metadata = "idp.xml"
levels = { "http://id.elegnamnden.se/loa/1.0/loa3" = 3 }
display_names = { sv = "BankID", en = "BankID" }
binding = "post"                # where it wants requests as forms; the redirect is the default

[[aggregate]]                   # the signed metadata of a federation; `file` instead of `url` names a file beside this
side = "client"
url = "https://md.swedenconnect.se/role/idp.xml"
pin = "the SHA-256 of the signing certificate, or a PEM file beside this"
levels = { "http://id.elegnamnden.se/loa/1.0/loa3" = 3 }
categories = ["http://id.elegnamnden.se/ec/1.0/loa3-pnr"]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from portal.core import clock
from portal.identity.saml import names
from portal.identity.saml.metadata_aggregate import MAX_DAYS, Pin, read_pin
from portal.identity.saml.metadata_reader import (
    IdpMetadata,
    ProviderFileError,
    check_url,
    logo_address,
    read_metadata,
)
from portal.identity.saml.model import AttributeNames, IdentityProvider, ProviderConfig, SideName
from portal.people.rules import Role

_TERMS: Final = frozenset(
    {"side", "levels", "attributes", "want_encrypted", "binding", "roles", "mapped_bindings", "scoping"}
)
_PROVIDER_KEYS: Final = _TERMS | {"entity_id", "metadata", "display_names", "logo_url"}
_AGGREGATE_KEYS: Final = _TERMS | {"file", "url", "pin", "categories", "entities", "max_days"}
_SIDES: Final[Mapping[str, SideName]] = {"client": "client", "staff": "staff"}
_HIGHEST_LEVEL: Final = 4


@dataclass(frozen=True)
class Terms:
    """What we accept from a provider and how we talk to it, whatever its own metadata says."""

    side: SideName
    levels: Mapping[str, int]
    attribute_names: AttributeNames
    want_encrypted: bool
    prefer_post: bool
    roles: Mapping[str, str]
    mapped_bindings: frozenset[str]
    scoping: frozenset[str]


@dataclass(frozen=True)
class AggregateSource:
    """A signed aggregate to take providers from: where it is, who signs it, and which of its providers we want."""

    terms: Terms
    file: Path | None
    url: str | None
    pin: Pin
    categories: frozenset[str]
    """A provider must declare at least one of them; empty takes all (Sweden Connect 06, section 1.4)."""
    entities: frozenset[str]
    """Only these entity ids; empty takes all."""
    max_days: int

    @property
    def name(self) -> str:
        """What the source is called in the database, in logs and by the doctor."""
        return self.url or f"file:{self.file.name if self.file else ''}"


@dataclass(frozen=True)
class Listing:
    """The whole file: single providers, and sources of many."""

    providers: tuple[ProviderConfig, ...]
    aggregates: tuple[AggregateSource, ...]


def load_providers(path: Path, *, now: datetime | None = None) -> tuple[ProviderConfig, ...]:
    """The single providers of the list; see `load_listing`."""
    return load_listing(path, now=now).providers


def load_listing(path: Path, *, now: datetime | None = None) -> Listing:
    """Read and check the whole file; `now` (aware UTC, default the clock's) judges validUntil.

    Raises ProviderFileError: a half-read list would silently shut people out or let too many in.
    """
    moment = now or clock.now()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise ProviderFileError(f"{path.name}: cannot be read as TOML") from None
    single, many = _tables(table, "provider", path), _tables(table, "aggregate", path)
    if table or not (single or many):
        raise ProviderFileError(f"{path.name}: expected [[provider]] and [[aggregate]] tables and nothing else")
    configs = tuple(_provider(entry, path.parent, moment) for entry in single)
    seen = [(config.side, config.provider.entity_id) for config in configs]
    if len(seen) != len(set(seen)):
        raise ProviderFileError(f"{path.name}: a provider is listed twice for one side")
    return Listing(configs, tuple(_aggregate(entry, path.parent) for entry in many))


def identity_provider(
    found: IdpMetadata,
    terms: Terms,
    *,
    levels: Mapping[str, int],
    display_names: Mapping[str, str] | None = None,
    logo_url: str | None = None,
    valid_until: datetime | None = None,
) -> IdentityProvider:
    """The provider that metadata and our terms make together; `valid_until` only where it ends before its own."""
    return IdentityProvider(
        entity_id=found.entity_id,
        display_names=MappingProxyType({**found.display_names, **(display_names or {})}),
        sso_redirect_url=found.sso_redirect_url,
        sso_post_url=found.sso_post_url,
        slo_redirect_url=found.slo_redirect_url,
        slo_response_url=found.slo_response_url,
        slo_post_url=found.slo_post_url,
        slo_post_response_url=found.slo_post_response_url,
        signing_certs=found.signing_certs,
        levels=levels,
        logo_url=logo_url or found.logo_url,
        attribute_names=terms.attribute_names,
        scopes=found.scopes,
        want_encrypted=terms.want_encrypted,
        supports_user_message=names.SUPPORTS_USER_MESSAGE in found.entity_categories,
        wanted_principals=found.wanted_principals,
        prefer_post=terms.prefer_post,
        roles=terms.roles,
        mapped_bindings=terms.mapped_bindings,
        scoping=tuple(sorted(terms.scoping)),
        valid_until=valid_until or found.valid_until,
    )


def _tables(table: dict[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    entries = table.pop(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ProviderFileError(f"{path.name}: expected [[{name}]] tables")
    return entries


def _provider(entry: dict[str, Any], directory: Path, now: datetime) -> ProviderConfig:
    terms = _terms(entry, _PROVIDER_KEYS)
    entity_id = _text(entry, "entity_id")
    found = read_metadata(_beside(entry, "metadata", directory), entity_id, now)
    provider = identity_provider(
        found,
        terms,
        levels=terms.levels,
        display_names=_texts(entry, "display_names"),
        logo_url=_logo(entry),
    )
    return ProviderConfig(terms.side, provider)


def _logo(entry: dict[str, Any]) -> str | None:
    if "logo_url" not in entry:
        return None
    address = logo_address(_text(entry, "logo_url"))
    if address is None:
        raise ProviderFileError("logo_url must be an https address, or a picture as a data: address")
    return address


def _aggregate(entry: dict[str, Any], directory: Path) -> AggregateSource:
    terms = _terms(entry, _AGGREGATE_KEYS)
    if ("file" in entry) == ("url" in entry):
        raise ProviderFileError("an aggregate has either a file or a url")
    days = entry.get("max_days", MAX_DAYS)
    if type(days) is not int or not 1 <= days <= MAX_DAYS:
        raise ProviderFileError(f"max_days must be a number from 1 to {MAX_DAYS}")
    return AggregateSource(
        terms=terms,
        file=_beside(entry, "file", directory) if "file" in entry else None,
        url=check_url(_text(entry, "url")) if "url" in entry else None,
        pin=read_pin(_text(entry, "pin"), directory),
        categories=_set(entry, "categories"),
        entities=_set(entry, "entities"),
        max_days=days,
    )


def _terms(entry: dict[str, Any], known: frozenset[str]) -> Terms:
    unknown = entry.keys() - known
    if unknown:
        raise ProviderFileError(f"unknown keys in a provider: {', '.join(sorted(unknown))}")
    side = _SIDES.get(_text(entry, "side"))
    if side is None:
        raise ProviderFileError("side must be client or staff")
    want_encrypted = entry.get("want_encrypted", True)
    if not isinstance(want_encrypted, bool):
        raise ProviderFileError("want_encrypted must be true or false")
    binding = entry.get("binding", "redirect")
    if binding not in ("redirect", "post"):
        raise ProviderFileError("binding must be redirect or post")
    return Terms(
        side,
        _levels(entry),
        _attribute_names(entry),
        want_encrypted,
        binding == "post",
        _roles(entry),
        _set(entry, "mapped_bindings"),
        _set(entry, "scoping"),
    )


def _beside(entry: dict[str, Any], key: str, directory: Path) -> Path:
    file_name = _text(entry, key)
    if Path(file_name).name != file_name:
        raise ProviderFileError(f"{key} must be a file beside the list of providers")
    return directory / file_name


def _set(entry: dict[str, Any], key: str) -> frozenset[str]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise ProviderFileError(f"{key} must be a list of texts")
    return frozenset(value)


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


def _roles(entry: dict[str, Any]) -> Mapping[str, str]:
    roles = _texts(entry, "roles")
    if set(roles.values()) - set(Role):
        raise ProviderFileError("roles names a role that the portal does not have")
    if roles and "role" not in _texts(entry, "attributes"):
        raise ProviderFileError("roles needs the name of the role attribute, under attributes")
    return MappingProxyType(roles)


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
