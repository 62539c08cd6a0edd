"""The settings: one frozen object from the environment, every fault reported at once."""

import json
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from portal.core.crypto import KeyRing, decode_key

_MAIL = r"^$|^[^@\s]+@[^@\s]+$"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _checked_key(key: str) -> str:
    decode_key(key)
    return key


class Settings(BaseSettings):
    """Everything that differs between installations; environment variables bear the prefix ``INSYN_``."""

    model_config = SettingsConfigDict(
        env_prefix="INSYN_", frozen=True, extra="ignore", env_ignore_empty=True, validate_default=True
    )

    environment: Literal["production", "demo", "test"] = Field(
        "production", description="`production` refuses everything that is only for demonstration"
    )
    database_url: str = Field(
        "sqlite:///var/portal.db",
        repr=False,
        description="The portal's database: `sqlite:///…` or `postgresql+psycopg://…`",
    )
    backoffice_url: str = Field(
        "sqlite:///var/backoffice.db",
        repr=False,
        description="The back-office store of the `sql` adapter; a database of its own",
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
    technical_contact: str = Field(
        "", pattern=_MAIL, description="Mail address for technical questions about sign-in, told in our SAML metadata"
    )
    support_contact: str = Field(
        "", pattern=_MAIL, description="Mail address for questions of persons who sign in, told in our SAML metadata"
    )
    session_idle_minutes: int = Field(20, ge=15, le=30, description="Signed out after so many idle minutes")
    session_absolute_minutes: int = Field(480, ge=30, le=720, description="Signed out after so many minutes anyhow")
    sign_in_attempts_per_minute: int = Field(
        300, ge=10, le=100_000, description="Sign-in requests that one address (IPv6: one /64) may make in a minute"
    )
    refused_answers_per_address: int = Field(
        30,
        ge=5,
        le=1000,
        description="Refused answers of one identity provider that one address may bring in 10 minutes",
    )
    refused_answers_alarm: int = Field(
        100, ge=10, le=100_000, description="Refused answers of one identity provider in 10 minutes that are warned of"
    )
    municipality: str = Field("Kommunen", max_length=80, description="The municipality's name, shown in the footer")
    reception_phone: str = Field("", description="The telephone number of the reception, as it is written")
    emergency_phone: str = Field("", description="The social emergency service (socialjouren), as it is written")
    video_url: str = Field(
        "",
        pattern=r"^$|^https://[^{}\s]*\{room\}[^{}\s]*$",
        description="Address of a room at the provider of video meetings: `https://…/{room}`; none without it",
    )
    proposals_waiting: int = Field(
        5, ge=1, le=50, description="Proposals of meetings that one client may have waiting for an answer"
    )
    answer_days: int = Field(2, ge=1, le=30, description="Working days within which a message is answered")
    meetings_ahead: int = Field(10, ge=1, le=100, description="Booked meetings that one client may have ahead")
    remark_days: int = Field(
        5, ge=1, le=60, description="Working days within which a remark on documentation is answered"
    )
    remark_remind_days: int = Field(
        2, ge=0, le=30, description="Working days before the last day that whoever is to answer a remark is reminded"
    )
    assistance_months_until_new: int = Field(
        2, ge=1, le=24, description="Months after the last application when a new one is asked for, not a monthly one"
    )
    assistance_send_by_day: int = Field(
        0,
        ge=0,
        le=28,
        description="Day of the month before by which a sent application is answered in time; 0 promises none",
    )
    norm_day_rate: Literal["year", "thirty"] = Field(
        "year", description="A day's part of a month's norm: `year` (× 12 / 365) or `thirty` (1/30); no law says which"
    )
    norm_age_on: Literal["first", "last"] = Field(
        "first", description="The day of the month that fixes a child's age for the norm; no law says which"
    )
    norm_part_time_shared: Literal["days", "whole"] = Field(
        "days",
        description="What a child who is at home on some days adds to the shared costs: by the day, or as a `whole` "
        "member; no law says which",
    )
    exit_url: str = Field("https://www.smhi.se/", description="Where Lämna sidan leads: a neutral, common page")
    trusted_proxies: int = Field(0, ge=0, le=5, description="Reverse proxies in front that set X-Forwarded-*")
    file_store: str = Field(
        "file:var/files",
        repr=False,
        description="Where files lie, encrypted: `file:DIRECTORY`, or `s3://BUCKET/PREFIX` with keys, region and "
        "endpoint in the usual `AWS_…` variables",
    )
    file_max_mb: int = Field(20, ge=1, le=200, description="The largest file that is taken in (MB)")
    file_max_count: int = Field(30, ge=1, le=500, description="Files of one application or remark")
    file_max_total_mb: int = Field(150, ge=1, le=2000, description="Files of one application or remark, together (MB)")
    file_max_pages: int = Field(300, ge=1, le=5000, description="Pages of a PDF")
    virus_scan: Literal["required", "off"] = Field(
        "required",
        description="`required`: no file is taken in before ClamAV has looked at it; `off`: none is looked at",
    )
    clamav_address: str = Field(
        "unix:/run/clamav/clamd.ctl",
        pattern=r"^(unix:/.+|tcp:[^:\s]+:\d{1,5})$",
        description="Where ClamAV's daemon listens: `unix:PATH` or `tcp:HOST:PORT`; its `StreamMaxLength` must be "
        "above the largest file",
    )
    virus_scan_seconds: float = Field(60, gt=0, le=600, description="How long ClamAV may look at one file (s)")
    smtp_host: str = Field("", description="Mail server that takes notices; without one none go by e-mail")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`starttls`, `tls` from the first byte, or `none` (outside production)"
    )
    smtp_ca: str = Field("", description="PEM file of the authorities that its certificate may come from")
    smtp_user: str = Field("", description="Name to log in with there")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password to log in with there")
    mail_from: str = Field("", pattern=_MAIL, description="Address that notices come from: a neutral one")
    mail_name: str = Field("Insyn", max_length=40, description="Name that notices come from: a neutral one")
    mail_reply_to: str = Field("", pattern=_MAIL, description="Address that answers to notices go to")
    sms_url: str = Field("", description="Address (https) of the SMS gateway; without one none go by text message")
    sms_body: str = Field(
        '{"to": "{to}", "message": "{text}"}',
        description="JSON that is posted there, with `{to}`, `{text}` and, if wanted, `{id}`",
    )
    sms_authorization: SecretStr = Field(SecretStr(""), description="Its header `Authorization`, such as `Bearer …`")
    notice_timeout_seconds: float = Field(15, gt=0, le=60, description="How long mail server or gateway may take (s)")
    notice_collapse_minutes: int = Field(
        30, ge=0, le=1440, description="What happens within so many minutes becomes one notice, sent at their end"
    )
    notice_quiet_from: int = Field(21, ge=0, le=23, description="From this hour no notice is sent, but reminders")
    notice_quiet_until: int = Field(7, ge=0, le=23, description="Until this hour; the same hour twice: no such hours")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severity that is logged")

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _numbered(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.strip().partition(":") for part in value.split(",") if part.strip()]
        if not pairs or any(not (number.isascii() and number.isdigit() and key) for number, _, key in pairs):
            raise ValueError("write it as 1:BASE64,2:BASE64")
        keys = {int(number): key for number, _, key in pairs}
        if len(keys) < len(pairs):
            raise ValueError("a number stands twice")
        if not all(0 < number <= 0xFFFF for number in keys):
            raise ValueError("key numbers are 1 to 65535")
        return {number: _checked_key(key) for number, key in keys.items()}

    @field_validator("index_keys", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        keys = tuple(_checked_key(part.strip()) for part in value.split(",") if part.strip())
        if not keys:
            raise ValueError("give at least one key")
        return keys

    @field_validator("database_url", "backoffice_url")
    @classmethod
    def _known_database(cls, value: str, info: ValidationInfo) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        if value == info.data.get("database_url"):
            raise ValueError("must be another database than database_url: the two databases are apart")
        return value

    @field_validator("file_store")
    @classmethod
    def _known_store(cls, value: str) -> str:
        scheme, _, rest = value.partition(":")
        if not (rest if scheme == "file" else urlsplit(value).netloc and scheme == "s3"):
            raise ValueError("must be file:DIRECTORY or s3://BUCKET/PREFIX")
        return value

    @field_validator("client_url", "staff_url")
    @classmethod
    def _origin(cls, value: str, info: ValidationInfo) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
            raise ValueError("must be an address without a path, such as https://insyn.example.se")
        if info.data.get("environment") == "production" and parts.scheme != "https":
            raise ValueError("must use https in production")
        return value.rstrip("/")

    @field_validator("smtp_tls")
    @classmethod
    def _never_in_clear(cls, value: str, info: ValidationInfo) -> str:
        if value == "none" and info.data.get("environment") == "production":
            raise ValueError("must be starttls or tls in production")
        return value

    @field_validator("mail_from")
    @classmethod
    def _named_sender(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_host") and not value:
            raise ValueError("is needed where a mail server is set")
        return value

    @field_validator("sms_url")
    @classmethod
    def _safe_gateway(cls, value: str, info: ValidationInfo) -> str:
        parts = urlsplit(value)
        if not value or (parts.scheme == "https" and parts.hostname):
            return value
        if info.data.get("environment") == "test" and parts.scheme == "http" and parts.hostname in LOOPBACK:
            return value
        raise ValueError("must be an https address")

    @field_validator("sms_body")
    @classmethod
    def _whole_template(cls, value: str) -> str:
        try:
            json.loads(value)
        except ValueError:
            raise ValueError("must be JSON") from None
        if "{to}" not in value or "{text}" not in value:
            raise ValueError("must hold {to} and {text}")
        return value

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
