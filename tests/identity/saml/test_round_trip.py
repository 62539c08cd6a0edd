"""The portal's half and the development identity provider talk to each other, through files and addresses only."""

import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from portal.core.clock import now
from portal.demo.idp import (
    DemoPerson,
    IdpConfig,
    IdpSide,
    create_idp,
    generate_key_pair,
    relying_party,
    write_metadata,
)
from portal.demo.locks import PublicBind, is_loopback, refuse_public_bind
from portal.demo.test_numbers import TEST_NUMBERS, NotATestNumber
from portal.identity.saml import (
    DemoTrustInProduction,
    IdentityProvider,
    PendingRequest,
    PostRequest,
    ProviderConfig,
    ServiceProvider,
    StatusKind,
    build_authn_request,
    build_logout_request,
    load_providers,
    new_request_id,
    refuse_demo_trust,
    verify_logout_request,
    verify_logout_response,
    verify_response,
)
from portal.identity.saml.errors import SamlStatus
from tests.identity.saml.scene import Scene

LOA3 = "urn:x-demo:insyn:loa3"
LOA2 = "urn:x-demo:insyn:loa2"
HOST = "http://localhost:8099"
CLIENT = DemoPerson("Kim Klient", "Kim", "Klient", identity_number="198511292388", note="Har en ansökan")
STAFF = DemoPerson("Hanna Handläggare", "Hanna", "Handläggare", staff_id="hh01@demo.example")


@dataclass(frozen=True)
class Pair:
    sp: ServiceProvider
    browser: FlaskClient
    config: IdpConfig
    providers: tuple[ProviderConfig, ...]

    def idp(self, side: str) -> IdentityProvider:
        return next(entry.provider for entry in self.providers if entry.side == side)

    def begin(self, side: str) -> tuple[PendingRequest, str]:
        """A pending request and the path to which the browser is sent."""
        pending = PendingRequest(new_request_id(), now(), True, (LOA3,))
        url = build_authn_request(
            self.sp,
            self.idp(side),
            request_id=pending.request_id,
            issued_at=pending.issued_at,
            force_authn=True,
            levels=pending.levels,
            relay_state="opaque token=&1",
        ).url
        return pending, url

    def get(self, url: str) -> BeautifulSoup:
        return self.soup(self.browser.get(url, base_url=HOST).text)

    def post(self, url: str, **form: str) -> BeautifulSoup:
        return self.soup(self.browser.post(url, base_url=HOST, data=form).text)

    @staticmethod
    def soup(text: str) -> BeautifulSoup:
        assert "Endast demonstration" in text
        return BeautifulSoup(text, "html.parser")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, parties: Scene) -> Pair:
    directory = tmp_path_factory.mktemp("idp")
    base = "http://127.0.0.1:8098"
    sp = replace(parties.sp, entity_id=f"{base}/saml/metadata", acs_url=f"{base}/saml/acs", slo_url=f"{base}/saml/slo")
    files = {name: generate_key_pair(directory / "keys", name) for name in ("client", "staff")}
    people: dict[str, tuple[DemoPerson, ...]] = {"client": (CLIENT,), "staff": (STAFF,)}
    sides = tuple(
        IdpSide(name, relying_party(sp), people[name], files[name].key.read_text(), files[name].cert.read_text())
        for name in ("client", "staff")
    )
    config = IdpConfig(HOST, sides)
    listing = write_metadata(config, directory / "metadata")
    return Pair(sp, create_idp(config).test_client(), config, load_providers(listing))


def value(page: BeautifulSoup, name: str) -> str:
    field = page.find("input", attrs={"name": name})
    assert field is not None
    return str(field["value"])


def test_a_client_signs_in(pair: Pair) -> None:
    pending, url = pair.begin("client")
    page = pair.get(url)
    assert str(CLIENT.identity_number) in page.text
    action = str(page.form["action"]) if page.form else ""
    posted = pair.post(action, person="0", level=LOA3)
    assert posted.form is not None
    assert posted.form["action"] == pair.sp.acs_url
    assert posted.find("noscript") is not None
    assert value(posted, "RelayState") == "opaque token=&1"
    found = verify_response(
        value(posted, "SAMLResponse"), sp=pair.sp, idp=pair.idp("client"), pending=pending, now=now()
    )
    assert (found.identity_number, found.display_name, found.level) == (CLIENT.identity_number, "Kim Klient", 3)
    assert found.staff_id is None


def test_a_caseworker_signs_in(pair: Pair) -> None:
    pending, url = pair.begin("staff")
    posted = pair.post(url, person="0", level=LOA3)
    found = verify_response(
        value(posted, "SAMLResponse"), sp=pair.sp, idp=pair.idp("staff"), pending=pending, now=now()
    )
    assert (found.staff_id, found.identity_number) == (STAFF.staff_id, None)


@pytest.mark.parametrize(
    ("pressed", "kind"),
    [
        ("cancel", StatusKind.CANCELLED),
        ("fraud", StatusKind.FRAUD),
        ("possible-fraud", StatusKind.POSSIBLE_FRAUD),
    ],
)
def test_the_buttons_for_errors(pair: Pair, pressed: str, kind: StatusKind) -> None:
    pending, url = pair.begin("client")
    posted = pair.post(url, answer=pressed)
    with pytest.raises(SamlStatus) as caught:
        verify_response(value(posted, "SAMLResponse"), sp=pair.sp, idp=pair.idp("client"), pending=pending, now=now())
    assert caught.value.kind is kind


def test_log_out_there_and_back(pair: Pair) -> None:
    sent = build_logout_request(
        pair.sp, pair.idp("client"), name_id="n", session_index="s", request_id="_out", now=now(), relay_state="back"
    )
    assert sent is not None
    answer = pair.browser.get(sent.url, base_url=HOST)
    assert answer.status_code == 302
    query = urlsplit(answer.headers["Location"]).query
    assert answer.headers["Location"].startswith(pair.sp.slo_url + "?")
    assert verify_logout_response(query, "_out", sp=pair.sp, idp=pair.idp("client"), now=now())


def test_a_forged_request_is_refused(pair: Pair) -> None:
    _pending, url = pair.begin("client")
    broken = re.sub(r"RelayState=[^&]*", "RelayState=other", url)
    assert pair.browser.get(broken, base_url=HOST).status_code == 400
    assert pair.browser.get(url.replace("/client/", "/staff/"), base_url=HOST).status_code == 400
    assert pair.browser.get(f"{HOST}/client/sso", base_url=HOST).status_code == 400


def test_pages_allow_no_foreign_script_and_no_other_target(pair: Pair) -> None:
    _pending, url = pair.begin("client")
    answer = pair.browser.post(url, base_url=HOST, data={"person": "0", "level": LOA3})
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    assert f'nonce="{nonce[1]}"' in answer.text
    assert "form-action 'self' http://127.0.0.1:8098" in policy
    assert pair.browser.get("/idp.css", base_url=HOST).mimetype == "text/css"


def test_unknown_side_person_and_level(pair: Pair) -> None:
    _pending, url = pair.begin("client")
    assert pair.browser.get("/admin/sso", base_url=HOST).status_code == 404
    assert pair.browser.post(url, base_url=HOST, data={"person": "7", "level": LOA3}).status_code == 422
    assert pair.browser.post(url, base_url=HOST, data={"person": "0", "level": "loa3"}).status_code == 422


def test_neighbours_and_other_names_are_refused(pair: Pair) -> None:
    _pending, url = pair.begin("client")
    stranger = {"REMOTE_ADDR": "192.0.2.7"}
    assert pair.browser.get(url, base_url=HOST, environ_overrides=stranger).status_code == 403
    assert pair.browser.get(urlsplit(url).path, base_url="http://evil.example:8099").status_code == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.7", "idp.example.se", "localhost.example.se"])  # noqa: S104
def test_the_provider_never_listens_to_others(host: str) -> None:
    with pytest.raises(PublicBind):
        refuse_public_bind(host)
    with pytest.raises(PublicBind):
        IdpConfig(f"http://{host}:8099", ())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_loopback_by_all_its_names(host: str) -> None:
    assert is_loopback(host)


def test_only_published_test_numbers() -> None:
    with pytest.raises(NotATestNumber) as caught:
        DemoPerson("En", "E", "N", identity_number="198511292389")
    assert "1985" not in str(caught.value)
    assert len(TEST_NUMBERS) == 50


def test_keys_are_private_and_short_lived(tmp_path: Path) -> None:
    files = generate_key_pair(tmp_path / "keys", "client")
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    first = files.key.read_bytes()
    generate_key_pair(tmp_path / "keys", "client")
    assert files.key.read_bytes() != first
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["client.crt", "client.key"]


@pytest.mark.parametrize("environment", ["production", "prod", "", "staging"])
def test_production_refuses_what_the_demonstration_trusts(pair: Pair, environment: str) -> None:
    with pytest.raises(DemoTrustInProduction):
        refuse_demo_trust(environment, pair.providers)


def test_production_judges_each_lock_by_itself(scene: Scene) -> None:
    def check(idp: IdentityProvider) -> None:
        refuse_demo_trust("production", [ProviderConfig("client", idp)])

    check(scene.idp)
    for broken in (
        replace(scene.idp, levels={LOA2: 2}),
        replace(scene.idp, entity_id="http://idp.example.se"),
        replace(scene.idp, entity_id="https://localhost/idp"),
        replace(scene.idp, sso_redirect_url="https://127.0.0.1/sso"),
        replace(scene.idp, slo_redirect_url="https://idp.localhost/slo"),
        replace(scene.idp, slo_post_url="http://idp.example.se/slo"),
        replace(scene.idp, slo_post_response_url="https://[::1]/slo"),
        replace(scene.idp, logo_url="https://localhost/logo.png"),
    ):
        with pytest.raises(DemoTrustInProduction):
            check(broken)


@pytest.mark.parametrize("environment", ["development", "demo", "test"])
def test_the_demonstration_may_run_elsewhere(pair: Pair, environment: str) -> None:
    refuse_demo_trust(environment, pair.providers)


def test_staff_need_a_scoped_id(pair: Pair) -> None:
    with pytest.raises(ValueError, match="staff_id"):
        replace(pair.config.sides[1], persons=(CLIENT,))
    with pytest.raises(ValueError, match="scope"):
        replace(pair.config.sides[1], persons=(replace(STAFF, staff_id="hh01"),))


def test_answers_go_to_the_registered_address_only(pair: Pair) -> None:
    elsewhere = replace(pair.sp, acs_url="http://127.0.0.1:8097/saml/acs")
    url = build_authn_request(
        elsewhere,
        pair.idp("client"),
        request_id="_r",
        issued_at=now(),
        force_authn=True,
        levels=(LOA3,),
        relay_state=None,
    ).url
    assert pair.browser.get(url, base_url=HOST).status_code == 400


@pytest.fixture(scope="module")
def willing(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """The same provider where it takes forms and shows texts."""
    config = replace(pair.config, takes_forms=True)
    listing = write_metadata(config, tmp_path_factory.mktemp("willing"))
    return replace(pair, browser=create_idp(config).test_client(), config=config, providers=load_providers(listing))


def test_a_request_by_form_with_a_text_to_show(willing: Pair) -> None:
    idp = willing.idp("client")
    assert idp.supports_user_message
    pending = PendingRequest(new_request_id(), now(), True, (LOA3,))
    sent = build_authn_request(
        willing.sp,
        replace(idp, prefer_post=True),
        request_id=pending.request_id,
        issued_at=pending.issued_at,
        force_authn=True,
        levels=pending.levels,
        relay_state="token",
        user_message="Skriv under: <ansökan>\nEkdala kommun",
    )
    assert isinstance(sent, PostRequest)
    page = willing.post(sent.url, **sent.fields)
    assert "Skriv under: <ansökan>" in page.text
    carried = {name: value(page, name) for name in ("SAMLRequest", "RelayState")}
    posted = willing.post(sent.url, person="0", level=LOA3, **carried)
    assert value(posted, "RelayState") == "token"
    found = verify_response(value(posted, "SAMLResponse"), sp=willing.sp, idp=idp, pending=pending, now=now())
    assert found.identity_number == CLIENT.identity_number
    cancelled = willing.post(sent.url, answer="cancel", **carried)
    with pytest.raises(SamlStatus):
        verify_response(value(cancelled, "SAMLResponse"), sp=willing.sp, idp=idp, pending=pending, now=now())
    assert willing.browser.post(sent.url, base_url=HOST, data={"SAMLRequest": "QUJD"}).status_code == 400


def test_a_log_out_that_starts_there(pair: Pair) -> None:
    assert CLIENT.display_name in pair.get(f"{HOST}/client/sessions").text
    answer = pair.browser.post(f"{HOST}/client/sessions", base_url=HOST, data={"person": "0"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(pair.sp.slo_url + "?")
    query = urlsplit(answer.headers["Location"]).query
    found = verify_logout_request(query, sp=pair.sp, idp=pair.idp("client"), now=now())
    pending, url = pair.begin("client")
    posted = pair.post(url, person="0", level=LOA3)
    signed_in = verify_response(
        value(posted, "SAMLResponse"), sp=pair.sp, idp=pair.idp("client"), pending=pending, now=now()
    )
    assert (found.name_id, found.session_indexes) == (signed_in.name_id, ())
    assert pair.browser.post(f"{HOST}/client/sessions", base_url=HOST, data={"person": "7"}).status_code == 422
