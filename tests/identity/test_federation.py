"""A federation's metadata in use: fetched by the worker, kept, believed by every process only while it is good."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal import cli
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.actor import Side
from portal.identity import refresh
from portal.identity.fetching import FetchError, fetch, may_follow
from portal.identity.keeper import FederationKeeper
from portal.identity.models import FederationMetadata
from portal.identity.saml.metadata import AggregateSource, load_listing
from portal.identity.saml.metadata_aggregate import MAX_BYTES, fingerprint
from portal.settings import Settings
from tests.commands.conftest import environment
from tests.identity.provider import Provider
from tests.identity.saml import forge
from tests.identity.saml.conftest import parties, scene
from tests.identity.saml.federation import PNR, aggregate, entity
from tests.identity.saml.scene import IDP_ID, Scene

__all__ = ["environment", "parties", "scene"]
Sessions = sessionmaker[Session]
SECOND = "https://second.example.se/idp"


class Operator:
    """The federation's server on this machine: says what a test tells it."""

    def __init__(self) -> None:
        self.data = b""
        self.status = 200
        self.location = ""
        operator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(operator.status)
                if operator.location:
                    self.send_header("Location", operator.location)
                self.send_header("Content-Length", str(len(operator.data)))
                self.end_headers()
                self.wfile.write(operator.data)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/role/idp.xml"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def operator() -> Iterator[Operator]:
    found = Operator()
    yield found
    found.server.shutdown()
    found.server.server_close()


def listing(scene: Scene, where: str, more: str = "") -> str:
    digits = fingerprint_of(scene, "other-idp")
    return f'''
[[aggregate]]
side = "client"
{where}
pin = "{digits}"
levels = {{ "{forge.LOA3}" = 3, "{forge.LOA4}" = 4 }}
categories = ["{PNR}"]
{more}'''


def fingerprint_of(scene: Scene, key: str) -> str:
    return fingerprint(load_pem_x509_certificate(scene.keys[key].cert.encode()))


@pytest.fixture
def listed(settings: Settings, provider: Provider, scene: Scene, operator: Operator, tmp_path: Path) -> Settings:
    """Settings whose list names the operator's aggregate, beside nothing else."""
    path = tmp_path / "providers.toml"
    path.write_text(listing(scene, f'url = "{operator.url}"'))
    operator.data = aggregate(scene)
    return settings.model_copy(update={"saml_providers": path})


def sources(settings: Settings) -> tuple[AggregateSource, ...]:
    return load_listing(settings.saml_providers).aggregates


def ids(keeper: FederationKeeper, side: Side = Side.CLIENT) -> list[str]:
    return [idp.entity_id for idp in keeper.federation.providers[side]]


def renew(keeper: FederationKeeper, seconds: float = 61) -> bool:
    with clock.travel(timedelta(seconds=seconds)):
        return keeper.renewed() is not None


def test_what_the_worker_fetches_every_process_offers(listed: Settings, sessions: Sessions) -> None:
    keeper = FederationKeeper(listed, sessions)
    assert ids(keeper) == []
    (outcome,) = refresh.refresh(sessions, sources(listed))
    assert (outcome.problem, outcome.providers) == ("", 1)
    assert not renew(keeper, 30)
    assert renew(keeper)
    assert ids(keeper) == [IDP_ID]
    assert ids(keeper, Side.STAFF) == []
    (idp,) = keeper.federation.providers[Side.CLIENT]
    assert dict(idp.levels) == {forge.LOA3: 3}  # certified for no more, whatever is configured
    assert ids(FederationKeeper(listed, sessions)) == [IDP_ID]


def test_a_new_version_takes_the_place_of_the_old_one_whole(
    listed: Settings, sessions: Sessions, scene: Scene, operator: Operator
) -> None:
    refresh.refresh(sessions, sources(listed))
    keeper = FederationKeeper(listed, sessions)
    before = keeper.federation
    operator.data = aggregate(scene, entity(scene, SECOND, key="idp-second"), until=8)
    refresh.refresh(sessions, sources(listed))
    assert renew(keeper)
    assert ids(keeper) == [SECOND]
    assert [idp.entity_id for idp in before.providers[Side.CLIENT]] == [IDP_ID]


def test_another_pin_forgets_what_the_former_one_verified(
    listed: Settings, sessions: Sessions, scene: Scene, operator: Operator
) -> None:
    refresh.refresh(sessions, sources(listed))
    text = listed.saml_providers.read_text()
    (pinned,) = sources(listed)
    listed.saml_providers.write_text(text.replace(pinned.pin.fingerprint, fingerprint_of(scene, "sp-sign")))
    assert ids(FederationKeeper(listed, sessions)) == []
    operator.data = aggregate(scene, until=3, signer="sp-sign")
    assert refresh.refresh(sessions, sources(listed))[0].problem == ""
    assert ids(FederationKeeper(listed, sessions)) == [IDP_ID]


FAILURES: list[tuple[str, Callable[[Operator, Scene], None], str]] = [
    ("down", lambda o, s: o.server.server_close(), "unreachable"),
    ("error", lambda o, s: setattr(o, "status", 503), "http_503"),
    ("rubbish", lambda o, s: setattr(o, "data", b"<html/>"), "not_signed"),
    ("forged", lambda o, s: setattr(o, "data", aggregate(s, signer="idp")), "bad_signature"),
    ("expired", lambda o, s: setattr(o, "data", aggregate(s, until=-1)), "expired"),
    ("older", lambda o, s: setattr(o, "data", aggregate(s, until=3)), "older"),
    ("huge", lambda o, s: setattr(o, "data", b" " * (MAX_BYTES + 1)), "too_large"),
]


@pytest.mark.parametrize(("fail", "words"), [pytest.param(*rest, id=name) for name, *rest in FAILURES])
def test_the_last_good_is_kept_when_a_refresh_fails(
    listed: Settings,
    sessions: Sessions,
    scene: Scene,
    operator: Operator,
    fail: Callable[[Operator, Scene], None],
    words: str,
) -> None:
    refresh.refresh(sessions, sources(listed))
    fail(operator, scene)
    (outcome,) = refresh.refresh(sessions, sources(listed))
    assert words in outcome.problem
    assert ids(FederationKeeper(listed, sessions)) == [IDP_ID]
    with sessions() as session:
        (state,) = refresh.states(session)
        assert words in state.problem
        refused = session.scalars(select(AuditEntry).where(AuditEntry.outcome == "refused")).one()
        assert words in refused.detail["reason"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("file:///etc/passwd", "http_302"),
        ("http://evil.example/", "redirected_elsewhere"),
        ("ftp://127.0.0.1/x", "redirected_elsewhere"),
        ("//evil.example", "redirected_elsewhere"),
    ],
)
def test_redirects_lead_to_nothing_that_could_not_be_configured(
    listed: Settings, operator: Operator, target: str, words: str
) -> None:
    operator.status, operator.location = 302, target
    with pytest.raises(FetchError, match=words):
        fetch(sources(listed)[0])


@pytest.mark.parametrize("target", ["http://127.0.0.1:5432/", "https://localhost/", "http://[::1]/"])
def test_nobody_elsewhere_leads_us_to_this_very_machine(target: str) -> None:
    assert not may_follow("md.example.se", target)


def test_a_provider_is_not_offered_after_its_metadata_has_ended(listed: Settings, sessions: Sessions) -> None:
    refresh.refresh(sessions, sources(listed))
    keeper = FederationKeeper(listed, sessions)
    assert ids(keeper) == [IDP_ID]
    with clock.travel(timedelta(days=7, seconds=1)):
        assert keeper.renewed() is not None
        assert ids(keeper) == []
        assert ids(FederationKeeper(listed, sessions)) == []


def test_whoever_writes_to_the_database_names_no_provider(listed: Settings, sessions: Sessions, scene: Scene) -> None:
    refresh.refresh(sessions, sources(listed))
    keeper = FederationKeeper(listed, sessions)
    forged = aggregate(scene, entity(scene, SECOND), signer="idp")
    with sessions.begin() as session:
        session.execute(update(FederationMetadata).values(content=forged, digest=hashlib.sha256(forged).digest()))
    assert not renew(keeper)
    assert ids(keeper) == [IDP_ID]
    assert ids(FederationKeeper(listed, sessions)) == []


@pytest.mark.parametrize(
    ("given", "more"),
    [
        ({"levels": (forge.LOA2,)}, ""),
        ({"levels": ()}, ""),
        ({"category": "http://id.elegnamnden.se/ec/1.0/loa3-orgid"}, ""),
        ({}, f'entities = ["{SECOND}"]'),
    ],
)
def test_providers_that_are_not_wanted(
    listed: Settings, sessions: Sessions, scene: Scene, operator: Operator, given: dict[str, str], more: str
) -> None:
    listed.saml_providers.write_text(listing(scene, f'url = "{operator.url}"', more))
    operator.data = aggregate(scene, entity(scene, **given))  # type: ignore[arg-type]
    (outcome,) = refresh.refresh(sessions, sources(listed))
    assert outcome.problem == ""
    assert ids(FederationKeeper(listed, sessions)) == []


def test_production_takes_no_local_provider_from_an_aggregate(
    listed: Settings, sessions: Sessions, scene: Scene, operator: Operator
) -> None:
    operator.data = aggregate(scene, entity(scene), entity(scene, "https://localhost/idp"))
    refresh.refresh(sessions, sources(listed))
    assert len(ids(FederationKeeper(listed, sessions))) == 2
    assert ids(FederationKeeper(listed.model_copy(update={"environment": "production"}), sessions)) == [IDP_ID]


def test_a_file_is_read_before_the_worker_has_run(listed: Settings, sessions: Sessions, scene: Scene) -> None:
    listed.saml_providers.write_text(listing(scene, 'file = "federation.xml"'))
    file = listed.saml_providers.with_name("federation.xml")
    file.write_bytes(aggregate(scene))
    assert ids(FederationKeeper(listed, sessions)) == [IDP_ID]
    refresh.refresh(sessions, sources(listed))
    file.write_bytes(b"broken")
    assert refresh.refresh(sessions, sources(listed))[0].problem
    assert ids(FederationKeeper(listed, sessions)) == [IDP_ID]


def test_a_single_provider_stands_before_the_federations(
    listed: Settings, sessions: Sessions, scene: Scene, operator: Operator
) -> None:
    (listed.saml_providers.with_name("own.xml")).write_bytes(aggregate(scene, signer=None))
    own = f'[[provider]]\nside = "client"\nentity_id = "{IDP_ID}"\nmetadata = "own.xml"\nlevels = {{ "urn:own" = 2 }}\n'
    listed.saml_providers.write_text(own + listing(scene, f'url = "{operator.url}"'))
    refresh.refresh(sessions, sources(listed))
    (idp,) = FederationKeeper(listed, sessions).federation.providers[Side.CLIENT]
    assert dict(idp.levels) == {"urn:own": 2}


def test_the_database_may_be_down_for_a_while(listed: Settings, sessions: Sessions) -> None:
    refresh.refresh(sessions, sources(listed))
    keeper = FederationKeeper(listed, sessions)
    with sessions.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE federation_metadata RENAME TO elsewhere")
    assert not renew(keeper)
    assert ids(keeper) == [IDP_ID]
    with sessions.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO federation_metadata")


@pytest.mark.parametrize(
    ("where", "more", "words"),
    [
        ('url = "http://md.example.se/idp.xml"', "", "https"),
        ('url = "file:///etc/passwd"', "", "https"),
        ('file = "../x.xml"', "", "beside"),
        ('file = "x.xml"\nurl = "https://md.example.se/"', "", "either"),
        ("", "", "either"),
        ('file = "x.xml"', "max_days = 15", "max_days"),
        ('file = "x.xml"', 'categories = "x"', "categories"),
        ('file = "x.xml"', 'binding = "soap"', "binding"),
        ('file = "x.xml"', "trust = true", "unknown keys"),
    ],
)
def test_wrong_listings(listed: Settings, scene: Scene, where: str, more: str, words: str) -> None:
    listed.saml_providers.write_text(
        listing(scene, where, more).replace(
            f'categories = ["{PNR}"]', "" if "categories" in more else "categories = []"
        )
    )
    with pytest.raises(ValueError, match=words):
        load_listing(listed.saml_providers)


def command(monkeypatch: pytest.MonkeyPatch, listed: Settings, *arguments: str) -> tuple[int, str]:
    monkeypatch.setenv("INSYN_SAML_PROVIDERS", str(listed.saml_providers))
    result = CliRunner().invoke(cli.main, ["saml", *arguments])
    return result.exit_code, result.output


def test_the_commands(
    environment: pytest.MonkeyPatch, listed: Settings, sessions: Sessions, operator: Operator
) -> None:
    code, told = command(environment, listed, "check")
    assert (code, "never been fetched" in told) == (1, True)
    code, told = command(environment, listed, "refresh")
    assert (code, told) == (0, f"ok    {operator.url}: 1 providers\n")
    code, told = command(environment, listed, "providers")
    assert code == 0
    assert f"client  {IDP_ID}" in told
    assert f"levels: {forge.LOA3} = 3" in told
    operator.status = 500
    code, told = command(environment, listed, "refresh")
    assert (code, "http_500" in told) == (1, True)
    code, told = command(environment, listed, "check")
    assert (code, "FAIL" in told, "http_500" in told) == (1, True, True)
    assert "staff: 0 identity providers" in told
    code, told = command(environment, listed, "metadata", "client")
    assert (code, "http://localhost/saml/acs" in told) == (0, True)


def test_the_doctor_tells(environment: pytest.MonkeyPatch, listed: Settings, operator: Operator) -> None:
    environment.setenv("INSYN_SAML_PROVIDERS", str(listed.saml_providers))
    (line,) = [one for one in CliRunner().invoke(cli.main, ["doctor"]).output.splitlines() if "federation" in one]
    assert line.startswith("FAIL")
    assert "1 never fetched" in line
    command(environment, listed, "refresh")
    (line,) = [one for one in CliRunner().invoke(cli.main, ["doctor"]).output.splitlines() if "federation" in one]
    assert line.startswith("ok")


def test_a_key_of_another_certificate_is_told(
    environment: pytest.MonkeyPatch, listed: Settings, provider: Provider, tmp_path: Path, scene: Scene
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("client.key", "client.crt", "staff.key"):
        (keys / name).write_bytes((provider.directory / name).read_bytes())
    (keys / "staff.crt").write_text(scene.keys["idp"].cert)
    environment.setenv("INSYN_SAML_KEYS", str(keys))
    code, told = command(environment, listed, "check")
    assert (code, "staff: signing key" in told, "of another key" in told) == (1, True, True)
