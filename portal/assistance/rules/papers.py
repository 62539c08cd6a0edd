"""Which papers an application needs, by its kind and answers; pure (DOMAIN.md 2.4).

Municipalities ask for much with a new application and, as a rule, for nothing with a monthly one: there papers are
kept at home, and whoever makes a random check (stickprov) asks for them by a request to complete the application.
What authorities tell us themselves is never required (SoL 15:10-12).
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.assistance.rules.answers import raw_of
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import Definition, FieldType
from portal.assistance.rules.kinds import Kind, Party, Whose
from portal.assistance.rules.shown import BySection, Filled, chosen
from portal.core.i18n import LazyText, lazy


class Need(enum.StrEnum):
    """How much a paper is asked for."""

    REQUIRED = "required"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Answer:
    """A condition: somewhere in a form one of these was answered.

    ``place`` is ``section/key``, or ``section/group:field`` for a field of any of a group's rows.
    """

    place: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: by which kinds it is needed, and of whom; where conditions stand, one of them suffices."""

    key: str
    title: LazyText
    hint: LazyText
    needs: Mapping[Kind, Need]
    whose: Whose = Whose.HOUSEHOLD
    after: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper that is asked for in an application."""

    paper: Paper
    required: bool


_N, _R, _S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY
_NEW = {_N: Need.REQUIRED}
_NEW_AND_PERHAPS = {_N: Need.REQUIRED, _R: Need.SUGGESTED}
_RENTED = ("rental", "sublet", "lodger", "rented_house")


def _after(place: str, *values: str) -> Answer:
    return Answer(place, frozenset(values))


PAPERS = (
    Paper("identity", lazy("Legitimation"), lazy("Pass, körkort, id-kort eller LMA-kort."), _NEW, Whose.EACH),
    Paper(
        "accounts",
        lazy("Översikt över alla konton"),
        lazy("Från alla banker där du har konto. Alla konton ska synas, även de tomma."),
        _NEW,
        Whose.EACH,
    ),
    Paper(
        "statements",
        lazy("Kontoutdrag, alla konton"),
        lazy("De tre senaste månaderna. Även barnens konton."),
        _NEW,
        Whose.EACH,
    ),
    Paper(
        "tax",
        lazy("Senaste deklarationen"),
        lazy("Alla sidor. En kontrolluppgift går också bra."),
        _NEW,
        Whose.EACH,
    ),
    Paper(
        "payslips",
        lazy("Lönebesked"),
        lazy("De tre senaste månaderna, för alla som har lön."),
        _NEW,
        after=(_after("incomes/incomes:kind", "salary"),),
    ),
    Paper(
        "benefits",
        lazy("Beslut från Försäkringskassan, a-kassan, CSN eller Pensionsmyndigheten"),
        lazy("Bara om du vill. Vi hämtar uppgifterna själva."),
        {_N: Need.SUGGESTED},
        after=(_after("incomes/authorities", "fk", "csn", "pm", "unemployment_fund"),),
    ),
    Paper(
        "contract",
        lazy("Hyreskontrakt"),
        lazy("Alla sidor, med underskrifter."),
        _NEW_AND_PERHAPS,
        after=(_after("home/form", *_RENTED),),
    ),
    Paper(
        "sublet_approval",
        lazy("Godkännande att hyra ut i andra hand"),
        lazy("Från hyresvärden eller bostadsrättsföreningen."),
        _NEW_AND_PERHAPS,
        after=(_after("home/sublet_approved", "yes"),),
    ),
    Paper(
        "rent",
        lazy("Hyresavi"),
        lazy("Den senaste. För hyra som du betalar utan avi: kvitto eller kontoutdrag."),
        _NEW,
        after=(_after("costs/costs:kind", "rent"),),
    ),
    Paper(
        "owned_home",
        lazy("Papper om bostaden som du äger"),
        lazy("Köpekontrakt, lån, räntor och avgift till föreningen."),
        _NEW_AND_PERHAPS,
        after=(_after("home/form", "condominium", "own_house"),),
    ),
    Paper(
        "plan",
        lazy("Planering och aktivitetsrapporter från Arbetsförmedlingen"),
        lazy("De tre senaste månaderna."),
        _NEW,
        Whose.EACH,
        (_after("planning/occupation", "jobseeking"),),
    ),
    Paper(
        "certificate",
        lazy("Läkarintyg"),
        lazy("Det senaste. Har du redan lämnat det behöver du inte göra det igen."),
        _NEW_AND_PERHAPS,
        Whose.EACH,
        (_after("planning/occupation", "sick"),),
    ),
    Paper(
        "employment",
        lazy("Anställningsavtal"),
        lazy("Om du har en anställning eller snart börjar arbeta."),
        _NEW_AND_PERHAPS,
        Whose.EACH,
        (_after("planning/occupation", "work_full", "work_part"),),
    ),
    Paper(
        "bills",
        lazy("Räkningar"),
        lazy("För el, hemförsäkring, barnomsorg och annat som du söker för."),
        {_N: Need.SUGGESTED, _S: Need.REQUIRED},
        after=(
            _after(
                "costs/costs:kind",
                *("electricity", "home_insurance", "internet", "unemployment_fund", "union", "childcare"),
                *("municipal_fee", "other"),
            ),
        ),
    ),
    Paper(
        "receipts",
        lazy("Kvitton"),
        lazy("För medicin, vård, tandvård, resor och annat som du redan har betalat."),
        {_N: Need.REQUIRED, _R: Need.SUGGESTED, _S: Need.REQUIRED},
        after=(
            _after("costs/costs:kind", "care", "medicine", "work_travel", "medical_travel", "child"),
            _after("costs/costs:dental_kind", "acute", "approved"),
        ),
    ),
    Paper(
        "dental",
        lazy("Kostnadsförslag från tandläkaren"),
        lazy("Vänta med behandlingen tills du har fått svar."),
        {_N: Need.REQUIRED, _R: Need.REQUIRED, _S: Need.REQUIRED},
        after=(_after("costs/costs:dental_kind", "plan"),),
    ),
    Paper(
        "visits",
        lazy("Avtal om hur barnet bor"),
        lazy("Avtal, dom eller intyg om umgänge, om du har något."),
        {_N: Need.SUGGESTED},
        after=(_after("household/children:lives", "part"),),
    ),
)


def papers(
    kind: Kind,
    by_section: BySection,
    *,
    party: Party = Party.APPLICANT,
    form: Definition = CURRENT,
) -> tuple[Asked, ...]:
    """Return the papers that a party is asked for, the household's with the applicant; hidden answers ask for none."""
    answered = frozenset(_answered(Filled(kind, by_section, form), party))
    return tuple(
        Asked(paper, required=paper.needs[kind] is not Need.SUGGESTED)
        for paper in PAPERS
        if kind in paper.needs
        and (party is Party.APPLICANT or paper.whose is Whose.EACH)
        and (not paper.after or any((one.place, value) in answered for one in paper.after for value in one.values))
    )


def _answered(filled: Filled, party: Party) -> Iterator[tuple[str, str]]:
    """Yield every answer that is asked for, with its place."""
    for section in filled.sections(party):
        cells = filled.cells(section)
        for item in filled.items(section):
            for key, each in filled.answers(section, item):
                raw = raw_of(cells, key)
                place = f"{section.key}/{item.key}" if key == item.key else f"{section.key}/{item.key}:{each.key}"
                for value in chosen(raw) if each.type is FieldType.CHOICES else (raw,):
                    yield place, value
