"""A calculation in words: what a line is, how it was reached, and what has to be known first; pure."""

import enum
from collections.abc import Iterator, Mapping
from decimal import Decimal

from portal.assistance.rules.norm.household import AUTHORITY_INCOMES, AssetKind, CostKind, IncomeKind
from portal.assistance.rules.norm.lines import Label, Line, Missing, Op, Part, Why
from portal.assistance.rules.norm.money import format_amount
from portal.core.i18n import LazyText, Text, _, lazy, ngettext

PRELIMINARY = lazy(
    "Det här är en preliminär beräkning och inget beslut. Nämnden beslutar när den har gått igenom allt."
)
NOT_YET = lazy("Kan inte räknas ut än")

LABELS: Mapping[enum.StrEnum, LazyText] = {
    Label.SINGLE: lazy("En vuxen"),
    Label.COUPLE: lazy("Två vuxna som bor ihop"),
    Label.ADULTS: lazy("Vuxna"),
    Label.CHILDREN: lazy("Barn"),
    Label.COSTS: lazy("Utgifter"),
    Label.INCOMES: lazy("Inkomster"),
    Label.ASSETS: lazy("Tillgångar"),
    CostKind.RENT: lazy("Hyra eller boendekostnad"),
    CostKind.ELECTRICITY: lazy("Hushållsel"),
    CostKind.HOME_INSURANCE: lazy("Hemförsäkring"),
    CostKind.INTERNET: lazy("Internet"),
    CostKind.UNEMPLOYMENT_FUND: lazy("Avgift till a-kassan"),
    CostKind.UNION: lazy("Fackavgift"),
    CostKind.CHILDCARE: lazy("Barnomsorg"),
    CostKind.WORK_TRAVEL: lazy("Resor till arbete eller aktivitet"),
    CostKind.MEDICAL_TRAVEL: lazy("Sjukresor och färdtjänst"),
    CostKind.CARE: lazy("Läkarvård"),
    CostKind.MEDICINE: lazy("Medicin"),
    CostKind.DENTAL: lazy("Tandvård"),
    CostKind.MUNICIPAL_FEE: lazy("Kommunala avgifter"),
    CostKind.CHILD: lazy("Kostnader för barn"),
    CostKind.OTHER: lazy("Annan utgift"),
    IncomeKind.SALARY: lazy("Lön efter skatt"),
    IncomeKind.DEPOSIT: lazy("Swish eller insättning på konto"),
    IncomeKind.PENSION: lazy("Tjänstepension eller försäkring"),
    IncomeKind.FOREIGN_PENSION: lazy("Pension från ett annat land"),
    IncomeKind.MAINTENANCE: lazy("Underhållsbidrag"),
    IncomeKind.RENT_SHARE: lazy("Hyra från barn eller inneboende"),
    IncomeKind.OTHER_MUNICIPALITY: lazy("Bistånd från en annan kommun"),
    IncomeKind.LOAN: lazy("Lån"),
    IncomeKind.OTHER: lazy("Annan inkomst"),
    IncomeKind.FK: lazy("Försäkringskassan"),
    IncomeKind.CSN: lazy("CSN"),
    IncomeKind.PM: lazy("Pensionsmyndigheten"),
    IncomeKind.UNEMPLOYMENT_FUND: lazy("A-kassan"),
    IncomeKind.TAX: lazy("Skatteverket"),
    IncomeKind.AUTHORITIES: lazy("Pengar från myndigheter och a-kassa"),
    AssetKind.BANK: lazy("Pengar på bank"),
    AssetKind.SECURITIES: lazy("Fonder eller aktier"),
    AssetKind.PROPERTY: lazy("Hus, lägenhet eller mark"),
    AssetKind.VEHICLE: lazy("Bil eller annat fordon"),
    AssetKind.COMPANY: lazy("Företag"),
    AssetKind.OTHER: lazy("Annan tillgång"),
}

MISSING: Mapping[Missing, LazyText] = {
    Missing.ADULTS: lazy("Svara först på om du söker ensam eller tillsammans med någon."),
    Missing.CHILDREN: lazy("Svara först på frågan om barn."),
    Missing.OTHERS: lazy("Vi vet inte än hur många andra som bor i bostaden."),
    Missing.BORN: lazy("Vi behöver veta när barnet är fött."),
    Missing.LUNCH: lazy("Svara först på om barnet äter lunch hemma."),
    Missing.PUPIL: lazy("Svara först på om ungdomen går i skolan."),
    Missing.DAYS: lazy("Svara först på hur många dagar barnet bor hos dig."),
    Missing.AMOUNT: lazy("Beloppet saknas än."),
    Missing.ANSWER: lazy("Frågan är inte besvarad än."),
    Missing.STIMULUS: lazy(
        "Vi vet inte än om en del av lönen räknas bort (jobbstimulans). Det beror på vilka månader i rad den som har"
        " lönen har fått bistånd. Handläggaren ser efter när ansökan har kommit in."
    ),
    Missing.PERSON: lazy("Vi vet inte vems lönen är."),
    Missing.EARNED: lazy("Vi vet inte än vad barnet har tjänat tidigare i år."),
}

_QUARTER = 25


def line_name(line: Line) -> Text:
    """Return what a line is about; whose it is stands beside it, where the page knows the name."""
    values = line.values
    if line.label is Label.CHILD:
        return _("Barn, %(age)s år", age=values["age"]) if "age" in values else LABELS[Label.CHILDREN]
    if line.label is Label.SHARED:
        if not values:
            return _("Gemensamma kostnader")
        return ngettext(
            "Gemensamma kostnader, %(num)s person", "Gemensamma kostnader, %(num)s personer", values["persons"]
        )
    if line.label is Label.SHARED_PART_TIME:
        # Translators: a line of a calculation: what a child who is there on some days adds to the shared costs.
        return ngettext(
            "Gemensamma kostnader för barnet, %(num)s dag",
            "Gemensamma kostnader för barnet, %(num)s dagar",
            values["days"],
        )
    return LABELS[line.label]


def arithmetic(line: Line) -> str:
    """Return how an amount was reached, in figures: "3 060 × 12 / 365 × 10 = 1 006"; nothing for one that stands.

    That it is never above the whole month's is told in words (``explanations``).
    """
    shown = [part for part in line.parts if part.op is not Op.AT_MOST]
    if len(shown) < 2:
        return ""
    steps = " ".join(f"{part.op} {format_amount(part.operand)}".strip() for part in shown)
    return f"{steps} = {format_amount(line.parts[-1].result)}"


def explanations(line: Line) -> tuple[str, ...]:
    """Return why it was reached so: a sentence for each step that isn't plain by itself."""
    if line.missing is Missing.AMOUNT and line.label in AUTHORITY_INCOMES:
        return (_("Vi hämtar beloppet. Vi vet inte än hur stort det är."),)
    if line.missing is not None:
        return (str(MISSING[line.missing]),)
    return tuple(dict.fromkeys(words for part in line.parts for words in _explained(part)))


def _explained(part: Part) -> Iterator[str]:
    values = part.values
    if part.why is Why.WITHOUT_LUNCH:
        yield _("Beloppet är lägre, för barnet äter inte lunch hemma fem dagar i veckan.")
    elif part.why is Why.ABOVE_SEVEN:
        yield _("Tabellen går till sju personer. För var och en till läggs lika mycket på.")
    elif part.why is Why.ADDED:
        yield _("Så mycket mer kostar hushållet i månaden när ni är %(persons)s personer.", persons=values["persons"])
    elif part.why is Why.SHARE:
        yield _(
            "Kostnaden delas av %(persons)s personer i bostaden. I din ansökan är ni %(members)s.",
            persons=values["persons"],
            members=values["members"],
        )
    elif part.why is Why.DAY:
        yield _("Det är %(amount)s kr om dagen.", amount=format_amount(part.result))
    elif part.why is Why.DAYS:
        yield ngettext("Vi räknar med %(num)s dag.", "Vi räknar med %(num)s dagar.", values["days"])
    elif part.why is Why.WHOLE_MONTH:
        yield _("Det blir aldrig mer än för hela månaden.")
    elif part.why is Why.STIMULUS and values["percent"] == _QUARTER:
        yield _("En fjärdedel av lönen räknas inte. Det heter jobbstimulans.")
    elif part.why is Why.STIMULUS:
        yield _("%(percent)s procent av lönen räknas inte. Det heter jobbstimulans.", percent=values["percent"])
    elif part.why is Why.WHOLE_WAGE:
        yield _(
            "Hela lönen räknas. Efter %(after)s månader i rad med bistånd räknas en del av den bort, i %(months)s"
            " månader. Det heter jobbstimulans.",
            after=values["after_months"],
            months=values["months"],
        )
    elif part.why is Why.CHILD_WORK:
        yield _(
            "Det ett barn tjänar på eget arbete räknas bara till den del det är över %(limit)s kr på ett år.",
            limit=format_amount(Decimal(values["limit"])),
        )
