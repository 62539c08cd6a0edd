"""The invented people of Ekdala kommun: boards, units, staff, clients and cases, as the back office knows them.

Every name is made up. Identity numbers are Skatteverket's published test numbers (DOMAIN.md section 7).
"""

from dataclasses import dataclass, field

from portal.demo.test_numbers import require_test_number
from portal.people.rules import CaseState, Protection, Role

MUNICIPALITY = "Ekdala kommun"
RECEPTION_PHONE = "08-465 004 10"
EMERGENCY_PHONE = "08-465 004 12"
STAFF_SCOPE = "ekdala.example"

SOCIAL, CARE = "ASN", "OMN"
BOARDS = {SOCIAL: "Arbetsmarknads- och socialnämnden", CARE: "Omsorgsnämnden"}
UNITS = {
    "ekonomi": (SOCIAL, "Enheten för ekonomiskt bistånd"),
    "stod": (CARE, "Enheten för stöd i vardagen"),
}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Someone employed by the municipality."""

    key: str
    name: str
    role: Role
    unit: str | None
    phone: str
    note: str

    @property
    def subject(self) -> str:
        """What the staff's identity provider asserts."""
        return f"{self.key}@{STAFF_SCOPE}"


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A case: its named caseworker first, then whoever works on it beside them."""

    key: str
    title: str
    unit: str
    workers: tuple[str, ...]
    opened_days_ago: int
    state: CaseState = CaseState.OPEN


@dataclass(frozen=True, slots=True)
class Client:
    """A client; raises NotATestNumber for an identity number that could be somebody's."""

    key: str
    given_name: str
    surname: str
    identity_number: str = field(repr=False)
    note: str
    cases: tuple[DemoCase, ...] = ()
    protection: Protection = Protection.NONE

    def __post_init__(self) -> None:
        require_test_number(self.identity_number)

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.surname}"


STAFF = (
    Colleague(
        "petra.almskog", "Petra Almskog", Role.CASEWORKER, "ekonomi", "08-465 004 21", "handläggare, flest klienter"
    ),
    Colleague("henrik.lyckevik", "Henrik Lyckevik", Role.CASEWORKER, "ekonomi", "08-465 004 22", "handläggare"),
    Colleague(
        "karin.ekhamre", "Karin Ekhamre", Role.TEAM_LEADER, "ekonomi", "08-465 004 20", "gruppledare, kan skicka om"
    ),
    Colleague("tove.rosenmyr", "Tove Rosenmyr", Role.CASEWORKER, "stod", "08-465 004 31", "handläggare"),
    Colleague("amina.lundavik", "Amina Lundavik", Role.CASEWORKER, "stod", "08-465 004 32", "handläggare"),
    Colleague("ulf.granhede", "Ulf Granhede", Role.MANAGER, None, "08-465 004 40", "förvaltare, ser inga klienter"),
)

_MONEY, _WORK, _HOME, _CONTACT = "Ekonomiskt bistånd", "Arbete och praktik", "Hemtjänst", "Kontaktperson"
_PETRA, _HENRIK, _KARIN = "petra.almskog", "henrik.lyckevik", "karin.ekhamre"
_TOVE, _AMINA = "tove.rosenmyr", "amina.lundavik"


def _money(key: str, *workers: str, days: int, state: CaseState = CaseState.OPEN) -> tuple[DemoCase, ...]:
    return (DemoCase(key, _MONEY, "ekonomi", workers, days, state),)


def _support(key: str, title: str, *workers: str, days: int) -> tuple[DemoCase, ...]:
    return (DemoCase(key, title, "stod", workers, days),)


CLIENTS = (
    Client(
        "mariam",
        "Mariam",
        "Sandell",
        "198511292388",
        "nytt svar att läsa, ansökan beslutad",
        _money("mariam", _PETRA, _KARIN, days=210),
    ),
    Client(
        "jonas",
        "Jonas",
        "Sandell",
        "198512312391",
        "sammanboende med Mariam, eget ärende",
        (DemoCase("jonas", _WORK, "ekonomi", (_PETRA,), 95),),
    ),
    Client(
        "layla",
        "Layla",
        "Nourhed",
        "199410232384",
        "skriver delvis på arabiska, ansökan påbörjad",
        _money("layla", _HENRIK, days=120),
    ),
    Client(
        "elvira",
        "Elvira",
        "Kvistmo",
        "200902082387",
        "ungdom, född 2009",
        _support("elvira", _CONTACT, _AMINA, days=160),
    ),
    Client("isak", "Isak", "Tallmyr", "201104292394", "ungdom, född 2011", _support("isak", _CONTACT, _TOVE, days=45)),
    Client(
        "semira",
        "Semira",
        "Oxhagen",
        "198409792382",
        "samordningsnummer, ska skriva under en ansökan",
        _money("semira", _HENRIK, days=60),
    ),
    Client(
        "pavel",
        "Pavel",
        "Strandmon",
        "198803742397",
        "samordningsnummer, söker med Semira",
        _money("pavel", _PETRA, days=80),
    ),
    Client(
        "vera",
        "Vera",
        "Hallonmark",
        "197801302386",
        "skyddade personuppgifter",
        _money("vera", _KARIN, days=130),
        Protection.SECRECY,
    ),
    Client("oskar", "Oskar", "Bäckarv", "200110142395", "inget ärende än"),
    Client(
        "gunvor",
        "Gunvor",
        "Stenhed",
        "195506302388",
        "två ärenden i två nämnder",
        (*_money("gunvor-ekonomi", _PETRA, days=300), *_support("gunvor-hem", _HOME, _TOVE, days=400)),
    ),
    Client("axel", "Axel", "Lövdala", "194602112395", "född 1946", _support("axel", _HOME, _TOVE, _AMINA, days=700)),
    Client(
        "birger", "Birger", "Nyhagen", "194509302396", "född 1945", _support("birger", "Färdtjänst", _AMINA, days=500)
    ),
    Client(
        "torsten",
        "Torsten",
        "Källmyr",
        "195601132334",
        "inte skrivit än",
        _support("torsten", "Trygghetslarm", _TOVE, days=30),
    ),
    Client("hanna", "Hanna", "Fjällrot", "198812252388", "väntar på svar", _money("hanna", _PETRA, _HENRIK, days=150)),
    Client(
        "samuel", "Samuel", "Ängsmo", "199501182399", "väntar på svar sedan länge", _money("samuel", _HENRIK, days=240)
    ),
    Client(
        "linnea", "Linnea", "Björkvad", "200511142382", "född 2005", _support("linnea", "Boendestöd", _AMINA, days=200)
    ),
    Client(
        "yusuf",
        "Yusuf",
        "Marklunda",
        "199310192399",
        "fick svar i dag, ska komplettera sin ansökan",
        (DemoCase("yusuf", _WORK, "ekonomi", (_PETRA, _KARIN), 70),),
    ),
    Client(
        "katarina", "Katarina", "Rönnlid", "197803202386", "lång tråd", _money("katarina", _HENRIK, _PETRA, days=365)
    ),
    Client(
        "mikael",
        "Mikael",
        "Grönvret",
        "197808202399",
        "väntar på svar",
        _support("mikael", "Boendestöd", _AMINA, days=90),
    ),
    Client("alva", "Alva", "Sjöskog", "200703102384", "född 2007, skrev nyss", _money("alva", _KARIN, days=20)),
    Client(
        "daniel",
        "Daniel",
        "Forsmo",
        "198107162391",
        "avslutat ärende",
        _money("daniel", _HENRIK, days=420, state=CaseState.CLOSED),
    ),
)


def owner_of(case_key: str) -> Client:
    """Return the client whom a case is about."""
    return next(client for client in CLIENTS for case in client.cases if case.key == case_key)


def workers_of(case_key: str) -> tuple[str, ...]:
    """Return who works on a case, the named caseworker first, by key."""
    return next(case.workers for client in CLIENTS for case in client.cases if case.key == case_key)


def colleague(key: str) -> Colleague:
    """Return a member of staff."""
    return next(found for found in STAFF if found.key == key)
