"""The development identity provider as the tests' own: it answers without a browser, with real signatures."""

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.core.actor import Side
from portal.core.clock import now
from portal.demo.idp_config import DemoPerson, IdpConfig, IdpSide, RelyingParty
from portal.demo.idp_files import generate_key_pair, write_metadata
from portal.demo.idp_messages import issue_error, issue_response, read_request
from portal.identity.saml import names
from portal.people.models import StaffMember
from tests.support.client import PageClient
from tests.support.page_check import Allowed

BASE = "http://localhost:8099"
PORTAL = "http://localhost"
LEVEL_2, LEVEL_3 = "urn:x-demo:insyn:loa2", "urn:x-demo:insyn:loa3"

MARIAM = DemoPerson("Mariam Sandell", "Mariam", "Sandell", "198511292388")
TOR = DemoPerson("Tor Lindås", "Tor", "Lindås", "198107162391")
PETRA = DemoPerson("Petra Almskog", "Petra", "Almskog", staff_id="petra@ekdala.example")
STRANGER = DemoPerson("Okänd Person", "Okänd", "Person", staff_id="okand@ekdala.example")


class Provider:
    """Keys of every party in one directory, which is also what the portal reads."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for name in ("client", "staff", "idp-client", "idp-staff"):
            generate_key_pair(directory, name)
        write_metadata(self.config, directory)

    def _text(self, name: str) -> str:
        return (self.directory / name).read_text("ascii")

    @cached_property
    def config(self) -> IdpConfig:
        """Both sides of the provider."""
        return IdpConfig(
            BASE,
            (
                IdpSide(
                    "client",
                    self._party("client"),
                    (MARIAM, TOR),
                    self._text("idp-client.key"),
                    self._text("idp-client.crt"),
                ),
                IdpSide(
                    "staff",
                    self._party("staff"),
                    (PETRA, STRANGER),
                    self._text("idp-staff.key"),
                    self._text("idp-staff.crt"),
                ),
            ),
        )

    def _party(self, side: str) -> RelyingParty:
        certificate = self._text(f"{side}.crt")
        return RelyingParty(
            f"{PORTAL}/saml/metadata", f"{PORTAL}/saml/acs", f"{PORTAL}/saml/slo", certificate, certificate
        )

    def side(self, side: Side) -> IdpSide:
        found = self.config.side(side.value)
        assert found is not None
        return found

    def answer(self, side: Side, location: str, person: DemoPerson, level: str = LEVEL_3) -> str:
        """Return the signed answer to the signed request that an address carries."""
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == self.config.sso_url(self.side(side))
        wanted = read_request(self.config, self.side(side), parts.query)
        return issue_response(self.config, self.side(side), wanted.request_id, person, level, now())

    def refusal(self, side: Side, location: str, status: str = names.SWEDISH_STATUS + "cancel") -> str:
        """Return a signed answer that nobody was signed in."""
        wanted = read_request(self.config, self.side(side), urlsplit(location).query)
        return issue_error(self.config, self.side(side), wanted.request_id, status, now())


class Visitor:
    """A browser on one side, with the steps of a sign-in."""

    def __init__(self, browser: PageClient, provider: Provider, side: Side) -> None:
        self.browser = browser
        self.provider = provider
        self.side = side
        browser.allowed = Allowed(origins=frozenset({BASE}))

    def start(self, next_path: str = "", **query: str) -> str:
        """Choose the provider on the sign-in page; return where it leads."""
        page = self.browser.get("/logga-in", query_string={**({"next": next_path} if next_path else {}), **query})
        assert page.status_code == 200, page.status_code
        return self.choose(page)

    def choose(self, page: TestResponse) -> str:
        form = BeautifulSoup(page.text, "html5lib").select_one("form[action^='/logga-in/']")
        assert form is not None
        values = {str(tag["name"]): str(tag.get("value", "")) for tag in form.find_all("input", attrs={"name": True})}
        answer = self.browser.post(str(form["action"]), data=values)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def post(self, encoded: str) -> TestResponse:
        """Post an answer of the provider, as its page does from another site."""
        return self.browser.post(
            "/saml/acs", data={"SAMLResponse": encoded}, headers={"Sec-Fetch-Site": "cross-site", "Origin": BASE}
        )

    def sign_in(self, person: DemoPerson, next_path: str = "", level: str = LEVEL_3, **query: str) -> TestResponse:
        """Sign a person in; return the answer to the provider's post."""
        location = self.start(next_path, **query)
        return self.post(self.provider.answer(self.side, location, person, level))

    def token(self, page: TestResponse) -> str:
        """Return the form token of a page."""
        found = BeautifulSoup(page.text, "html5lib").select_one("input[name=csrf_token]")
        assert found is not None
        return str(found["value"])

    @property
    def cookie(self) -> str | None:
        """The session cookie."""
        found = self.browser.get_cookie(f"insyn-{self.side}-session")
        return found.value if found else None

    def signed_in(self) -> bool:
        """Tell whether a page that asks for a session opens."""
        return self.browser.get("/inloggningar").status_code == 200

    def log_out(self) -> TestResponse:
        """Log out with the form token of a page."""
        token = self.token(self.browser.get("/inloggningar"))
        return self.browser.post("/logga-ut", data={"csrf_token": token})


def add_staff(sessions: sessionmaker[Session]) -> None:
    """Add the caseworker of these tests, without any case."""
    with sessions.begin() as session:
        session.add(StaffMember(subject=PETRA.staff_id, name=PETRA.display_name))
