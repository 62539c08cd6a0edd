"""The settings: everything wrong is told at once, and no value is ever repeated."""

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal import cli
from portal.core.crypto import new_key
from portal.settings import Settings, SettingsError, load_settings

KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "ENCRYPTION_KEYS": f"1:{KEY}",
    "INDEX_KEYS": KEY,
    "SECRET_KEY": "s" * 32,
    "CLIENT_URL": "https://insyn.example.se",
    "STAFF_URL": "https://personal.example.se/",
    "SAML_PROVIDERS": "providers.toml",
    "SAML_KEYS": "keys",
}
README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with just what is needed."""
    import os

    for name in [name for name in os.environ if name.startswith("INSYN_") and name != "INSYN_TEST_RUN"]:
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(f"INSYN_{name}", value)
    return monkeypatch


def faults() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.faults


def test_the_needed_settings_are_enough() -> None:
    settings = load_settings()
    assert settings.environment == "production"
    assert settings.key_ring.current == 1
    assert settings.staff_url == "https://personal.example.se"  # without the last slash
    assert settings.session_idle_minutes == 20


def test_keys_are_read_in_any_number(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_ENCRYPTION_KEYS", f" 1:{KEY} , 7:{new_key()},")
    environment.setenv("INSYN_INDEX_KEYS", f"{new_key()}, {KEY}")
    ring = load_settings().key_ring
    assert (sorted(ring.keys), ring.current) == ([1, 7], 7)
    assert ring.index_keys[1] == b"k" * 32


def test_every_missing_setting_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        environment.delenv(f"INSYN_{name}")
    assert sorted(faults()) == sorted(f"INSYN_{name}: is missing" for name in GOOD)


def test_an_empty_setting_is_a_missing_one(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_SECRET_KEY", "")
    assert faults() == ["INSYN_SECRET_KEY: is missing"]


BAD = {
    "ENVIRONMENT": "hemligt-1",
    "DATABASE_URL": "mysql://user:hemligt-2@db/x",
    "BACKOFFICE_TIMEOUT_SECONDS": "hemligt-3",
    "ENCRYPTION_KEYS": "1:hemligt-4",
    "INDEX_KEYS": "hemligt-5",
    "SECRET_KEY": "hemligt-6",
    "CLIENT_URL": "ftp://hemligt-7.example.se",
    "STAFF_URL": "https://insyn.example.se/hemligt-8",
    "SESSION_IDLE_MINUTES": "9000",
    "SESSION_ABSOLUTE_MINUTES": "hemligt-9",
    "TRUSTED_PROXIES": "-77",
    "LOG_LEVEL": "hemligt-10",
}


def test_every_bad_setting_is_told_at_once_without_its_value(environment: pytest.MonkeyPatch) -> None:
    for name, value in BAD.items():
        environment.setenv(f"INSYN_{name}", value)
    environment.delenv("INSYN_SAML_KEYS")
    found = faults()
    assert {fault.partition(":")[0] for fault in found} == {f"INSYN_{name}" for name in (*BAD, "SAML_KEYS")}
    told = "\n".join(found)
    for word in ("hemligt", "9000", "-77", "mysql", "user"):
        assert word not in told, told


@pytest.mark.parametrize(
    "value",
    ["", "x", KEY, f"a:{KEY}", f"0:{KEY}", f"70000:{KEY}", "1:", f"1:{KEY[:20]}", f"1:{KEY},1:{KEY}", f"²:{KEY}"],
)
def test_bad_encryption_keys(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("INSYN_ENCRYPTION_KEYS", value)
    (fault,) = faults()
    assert fault.startswith("INSYN_ENCRYPTION_KEYS: ")
    assert KEY[:20] not in fault


@pytest.mark.parametrize("value", [",", "x", KEY[:20], f"{KEY},x"])
def test_bad_index_keys(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("INSYN_INDEX_KEYS", value)
    (fault,) = faults()
    assert fault.startswith("INSYN_INDEX_KEYS: ")
    assert KEY[:20] not in fault


def test_production_wants_https(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_CLIENT_URL", "http://insyn.example.se")
    environment.setenv("INSYN_STAFF_URL", "http://personal.example.se")
    assert [fault.partition(":")[0] for fault in faults()] == ["INSYN_CLIENT_URL", "INSYN_STAFF_URL"]
    environment.setenv("INSYN_ENVIRONMENT", "demo")
    assert load_settings().client_url == "http://insyn.example.se"


def test_the_two_databases_differ(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_DATABASE_URL", "sqlite:///one.db")
    environment.setenv("INSYN_BACKOFFICE_URL", "sqlite:///one.db")
    (fault,) = faults()
    assert "two databases" in fault


def test_the_settings_can_be_shown_without_secrets(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INSYN_DATABASE_URL", "postgresql+psycopg://u:hemligt@db/x")
    settings = load_settings()
    for shown in (repr(settings), str(settings)):
        assert KEY not in shown
        assert GOOD["SECRET_KEY"] not in shown
        assert "hemligt" not in shown


def test_the_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().log_level = "DEBUG"


def test_config_check_is_content() -> None:
    done = CliRunner().invoke(cli.main, ["config", "check"])
    assert (done.exit_code, done.output) == (0, "The settings are complete.\n")


def test_config_check_tells_what_is_wrong_with_status_1(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("INSYN_SAML_KEYS")
    environment.setenv("INSYN_SECRET_KEY", "hemligt")
    done = CliRunner().invoke(cli.main, ["config", "check"])
    assert done.exit_code == 1
    assert "INSYN_SAML_KEYS: is missing" in done.output
    assert "INSYN_SECRET_KEY: " in done.output
    assert "hemligt" not in done.output


def test_other_commands_stop_with_status_2(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("INSYN_SAML_KEYS")
    done = CliRunner().invoke(cli.main, ["db", "upgrade"])
    assert (done.exit_code, done.stderr) == (2, "INSYN_SAML_KEYS: is missing\n")


def test_keys_new_prints_one_key() -> None:
    done = CliRunner().invoke(cli.main, ["keys", "new"])
    assert done.exit_code == 0
    assert len(base64.b64decode(done.output.strip(), validate=True)) == 32


def test_every_setting_is_described_in_the_readme() -> None:
    """If this fails: `portal config table` prints the table for the README."""
    assert all(field.description for field in Settings.model_fields.values())
    assert cli.settings_table() in README.read_text("utf-8")
    assert CliRunner().invoke(cli.main, ["config", "table"]).output.strip() == cli.settings_table()
