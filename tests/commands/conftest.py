"""The settings of the commands' tests, as the environment tells them."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from portal.settings import Settings
from tests.identity.fixtures import provider, settings

__all__ = ["environment", "provider", "settings"]


def _told(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return ",".join(f"{number}:{key.get_secret_value()}" for number, key in value.items())
    if isinstance(value, tuple):
        return ",".join(key.get_secret_value() for key in value)
    return str(value)


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Every setting that differs from its default, in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.setenv(f"INSYN_{name.upper()}", _told(getattr(settings, name)))
    return monkeypatch
