"""The invented clients' applications of ekonomiskt bistånd: one in each place that an application can be in.

Some months were applied for on paper, before the portal: the back office tells of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.assistance import queries
from portal.assistance.rules.answers import Edit, base_of, row_key
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.kinds import Kind, Party, Period, Whose
from portal.assistance.service import drafts, parties, starting
from portal.core.actor import Actor
from portal.core.i18n import STOCKHOLM, today
from portal.core.ids import new_id
from portal.demo.appointments import Acting
from portal.demo.notary import Notary
from portal.demo.people import owner_of
from portal.sync.contract.applications import Handling, Outcome

Answers = Mapping[str, str]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """The back office's word on an application, some days after it was handed in."""

    after_days: int
    handling: Handling
    text: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class DemoApplication:
    """An application by a case's client, begun some days ago.

    ``ahead``: months from the running one. ``granted_before``: months before it with support, applied for on paper.
    ``answers`` by section, and ``own`` those of a co-applicant (by the key of that person's case) for themselves;
    ``rows`` by section and group. ``signed``: by how many.
    """

    case: str
    days_ago: int
    kind: Kind
    answers: Mapping[str, Answers]
    rows: Mapping[tuple[str, str], tuple[Row, ...]]
    ahead: int = 0
    granted_before: int = 0
    co_applicant: str = ""
    own: Mapping[str, Answers] = field(default_factory=dict)
    signed: int = 0
    status: tuple[Answered, ...] = ()


# Stands for the day on which it is written.
_THAT_DAY = "{today}"
_RENTAL = {
    "form": "rental",
    "address": "Almgatan 4, Ekdala",
    "rooms": "3",
    "persons": "3",
    "adults.none": "yes",
    "rent_debt": "no",
    "power_debt": "no",
}
_NOTHING = {"assets": {"assets.none": "yes"}}
_LOOKING = {
    "planning": {
        "occupation": "jobseeking",
        "worked": "no",
        "planned": "Söka jobb i butik och på lager.",
        "applied.none": "yes",
    },
    "contact": {"interpreter": "no"},
}
_LIKE_BEFORE = {"civil_status": "single", "changed": "nothing", "children.none": "yes", "stays": "yes"}
_NO_MONEY = {"authorities": "none", "incomes.none": "yes", "pending.none": "yes"}
_ACCOUNT = {"payment": {"same_account": "yes"}}

APPLICATIONS = (
    DemoApplication(
        case="mariam",
        days_ago=25,
        kind=Kind.MONTHLY,
        granted_before=5,
        answers={
            "household": {"civil_status": "cohabiting", "changed": "nothing", "stays": "yes"},
            "incomes": {"authorities": "fk", "pending.none": "yes"},
            **_NOTHING,
            **_ACCOUNT,
            "planning": {"occupation": "sfi", "sfi_path": "2", "sfi_course": "C", "worked": "no"},
            "contact": {"interpreter": "yes", "language": "ar"},
        },
        rows={
            ("household", "children"): (
                {"name": "Ella", "number": "201703202380", "school": "compulsory", "lives": "full"},
            ),
            ("costs", "costs"): (
                {"kind": "rent", "amount": "9 450", "whose": "household"},
                {"kind": "electricity", "amount": "612,50", "whose": "household"},
            ),
            ("incomes", "incomes"): (
                {"kind": "salary", "amount": "11 240", "date": _THAT_DAY, "whose": "co_applicant"},
            ),
        },
        co_applicant="jonas",
        own={
            "planning": {"occupation": "work_part", "workplace": "Ekdala bageri", "worked": "yes"},
            "contact": {"interpreter": "no"},
        },
        signed=2,
        status=(
            Answered(1, Handling.RECEIVED),
            Answered(4, Handling.UNDER_REVIEW),
            Answered(9, Handling.DECIDED, "Ni får bistånd för månaden. Beslutet kommer i posten.", Outcome.GRANTED),
        ),
    ),
    DemoApplication(
        case="yusuf",
        days_ago=6,
        kind=Kind.MONTHLY,
        ahead=1,
        granted_before=2,
        answers={
            "household": _LIKE_BEFORE,
            "incomes": _NO_MONEY,
            **_NOTHING,
            **_ACCOUNT,
            **_LOOKING,
        },
        rows={("costs", "costs"): ({"kind": "rent", "amount": "6 180", "whose": "applicant"},)},
        signed=1,
        status=(
            Answered(1, Handling.RECEIVED),
            Answered(2, Handling.UNDER_REVIEW),
            Answered(4, Handling.COMPLETION_ASKED, "Skicka hyresavin för månaden, eller en bild av den."),
        ),
    ),
    DemoApplication(
        case="pavel",
        days_ago=2,
        kind=Kind.NEW,
        answers={
            "household": {"civil_status": "cohabiting", "children.none": "yes", "stays": "yes"},
            "home": {**_RENTAL, "rooms": "2", "persons": "2"},
            "incomes": {"support": "Med sparade pengar.", **_NO_MONEY},
            **_NOTHING,
            "payment": {"way": "other", "other_way": "Med utbetalningskort."},
            **_LOOKING,
        },
        rows={("costs", "costs"): ({"kind": "rent", "amount": "7 320", "whose": "household"},)},
        co_applicant="semira",
        own=_LOOKING,
        signed=1,
    ),
    DemoApplication(
        case="layla",
        days_ago=1,
        kind=Kind.MONTHLY,
        ahead=1,
        granted_before=3,
        answers={
            "household": _LIKE_BEFORE,
            "incomes": {"authorities": "none"},
        },
        rows={("costs", "costs"): ({"kind": "rent", "amount": "5 940", "whose": "applicant"},)},
    ),
)


def months(one: DemoApplication, at: datetime) -> Iterator[Period]:
    """Return the months before an application's that were applied for on paper; ``at`` is when it is begun."""
    period = Period.of(at.astimezone(STOCKHOLM).date()).plus(one.ahead)
    for back in range(one.granted_before, 0, -1):
        yield period.plus(-back)


def hand_in(session: Session, one: DemoApplication, act: Acting, notary: Notary, *, months_until_new: int) -> UUID:
    """Let a case's client begin an application, fill it in, and sign it with whom they apply together with."""
    applicant = act(session, one.case)
    period = Period.of(today()).plus(one.ahead)
    made = starting.begin(session, applicant, kind=one.kind, period=period, months_until_new=months_until_new)
    rows = {section: _rows(group, said) for (section, group), said in one.rows.items()}
    for section in {**one.answers, **rows}:
        _save(session, applicant, made, section, {**one.answers.get(section, {}), **rows.get(section, {})})
    signers = [applicant]
    if one.co_applicant:
        co_applicant = act(session, one.co_applicant)
        parties.invite(session, applicant, made, owner_of(one.co_applicant).identity_number)
        parties.join(session, co_applicant, made)
        for section, said in one.own.items():
            _save(session, co_applicant, made, section, said)
        signers.append(co_applicant)
    for signer in signers[: one.signed]:
        notary.sign(session, signer, made)
    return made


def _rows(group: str, rows: tuple[Row, ...]) -> Answers:
    found: dict[str, str] = {}
    for said in rows:
        row_id = str(new_id())
        found[row_key(group, row_id)] = "1"
        found |= {row_key(group, row_id, key): raw for key, raw in said.items()}
    return found


def _save(session: Session, actor: Actor, application_id: UUID, section: str, said: Answers) -> None:
    """Save answers as a form does that was just opened."""
    found = queries.draft(session, actor, application_id)
    each = CURRENT.section(section).whose is Whose.EACH
    cells = found.answers.get((found.application.party if each else Party.APPLICANT, section), {})
    edits = {key: Edit(raw.format(today=today()), base_of(cells.get(key))) for key, raw in said.items()}
    drafts.save(session, actor, application_id, section, edits, form=new_id().hex, turn=0, confirmed=True)
