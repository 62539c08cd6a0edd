"""The settings: one frozen object from the environment, every fault reported at once."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from portal.core.crypto import KeyRing, decode_key

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(BaseSettings):
    """Everything that differs between installations; environment variables bear the prefix ``INSYN_``."""

    model_config = SettingsConfigDict(env_prefix="INSYN_", frozen=True, extra="ignore", env_ignore_empty=True)

    environment: Literal["production", "demo", "test"] = Field(
        "production", description="`production` refuses everything that is only for demonstration"
    )
    database_url: str = Field(
        "sqlite:///var/portal.db", description="The portal's database: `sqlite:///…` or `postgresql+psycopg://…`"
    )
    backoffice_url: str = Field(
        "sqlite:///var/backoffice.db", description="The back-office store of the `sql` adapter; a database of its own"
    )
    backoffice_timeout_seconds: float = Field(10, gt=0, description="How long one call to the back office may take (s)")
    encryption_keys: Annotated[dict[int, SecretStr], NoDecode] = Field(
        description="`1:BASE64,2:BASE64`: numbered 256-bit keys; the highest number encrypts"
    )
    index_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        description="256-bit keys in base64 of the blind indexes, comma-separated, newest first"
    )
    secret_key: SecretStr = Field(min_length=32, description="Signs form tokens; at least 32 characters")
    client_url: str = Field(description="The client side's public address, such as `https://insyn.example.se`")
    staff_url: str = Field(description="The staff side's public address")
    saml_providers: Path = Field(description="TOML file that lists the identity providers")
    saml_keys: Path = Field(
        description="Directory of our SAML keys: `client.key`, `client.crt`, `staff.key`, `staff.crt`"
    )
    session_idle_minutes: int = Field(20, ge=15, le=30, description="Signed out after so many idle minutes")
    session_absolute_minutes: int = Field(480, ge=30, le=720, description="Signed out after so many minutes anyhow")
    municipality: str = Field("Kommunen", max_length=80, description="The municipality's name, shown in the footer")
    reception_phone: str = Field("", description="The telephone number of the reception, as it is written")
    emergency_phone: str = Field("", description="The social emergency service (socialjouren), as it is written")
    answer_days: int = Field(2, ge=1, le=30, description="Working days within which a message is answered")
    exit_url: str = Field("https://www.smhi.se/", description="Where Lämna sidan leads: a neutral, common page")
    trusted_proxies: int = Field(0, ge=0, le=5, description="Reverse proxies in front that set X-Forwarded-*")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severity that is logged")

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _numbered(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.strip().partition(":") for part in value.split(",") if part.strip()]
        if any(not number.isdigit() or not key for number, _, key in pairs):
            raise ValueError("write it as 1:BASE64,2:BASE64")
        return {int(number): key for number, _, key in pairs}

    @field_validator("index_keys", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url", "backoffice_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("client_url", "staff_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
            raise ValueError("must be an address without a path, such as https://insyn.example.se")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        try:
            _ = self.key_ring
        except ValueError as error:
            raise ValueError(f"encryption_keys or index_keys: {error}") from None
        if self.database_url == self.backoffice_url:
            raise ValueError("database_url and backoffice_url must be two databases")
        if self.environment == "production":
            for name in ("client_url", "staff_url"):
                if urlsplit(getattr(self, name)).scheme != "https":
                    raise ValueError(f"{name} must use https in production")
        return self

    @cached_property
    def key_ring(self) -> KeyRing:
        """The keys of the encrypted columns."""
        return KeyRing(
            {number: decode_key(key.get_secret_value()) for number, key in self.encryption_keys.items()},
            tuple(decode_key(key.get_secret_value()) for key in self.index_keys),
        )


class SettingsError(Exception):
    """The environment lacks settings or holds bad ones; ``faults`` tells each, without any value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def load_settings() -> Settings:
    """Read the settings from the environment.

    :raises SettingsError: with every missing or bad value at once; values are never repeated, they may be secret.
    """
    try:
        values: dict[str, Any] = {}  # everything comes from the environment
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError([_fault(dict(detail)) for detail in error.errors(include_input=False)]) from None


def _fault(detail: dict[str, Any]) -> str:
    if not detail["loc"]:
        return str(detail["msg"]).removeprefix("Value error, ")
    name = f"INSYN_{str(detail['loc'][0]).upper()}"
    return f"{name}: {'is missing' if detail['type'] == 'missing' else detail['msg']}"
