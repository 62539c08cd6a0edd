"""What the household gets and owns, and where aid is paid to (DOMAIN.md 2.2, 2.3)."""

from portal.assistance.rules.definition.base import (
    NO,
    NONE_OF_THEM,
    YES,
    Field,
    FieldType,
    Rows,
    Section,
    When,
    when,
)
from portal.assistance.rules.definition.household import COHABITING
from portal.assistance.rules.definition.persons import APPLICANT, CO_APPLICANT, PERSONS, WHICH_CHILD, whose
from portal.assistance.rules.kinds import Kind, Whose
from portal.core.i18n import lazy

_NEW_AND_MONTHLY = frozenset({Kind.NEW, Kind.MONTHLY})
_AFTER_ANOTHER = frozenset({Kind.MONTHLY, Kind.SUPPLEMENTARY})
_KRONOR = lazy("kr")
_AMOUNT_NEEDED = lazy("Skriv beloppet.")
_COUPLE = (when("household/civil_status", COHABITING),)

_INCOMES = Rows(
    key="incomes",
    label=lazy("Inkomster"),
    row=lazy("Inkomst"),
    none=lazy("Inga andra inkomster"),
    needed=lazy("Lägg till inkomsterna, eller svara att det inte finns några."),
    add=lazy("Lägg till en inkomst"),
    hint=lazy("Pengar som du, den du söker med eller barnen har fått den senaste månaden eller snart får."),
    why=lazy(
        "Inkomster dras av från normen. Ibland räknar vi inte hela lönen, och oftast inte det som ett barn har tjänat."
    ),
    prefilled=False,
    fields=(
        Field(
            "kind",
            FieldType.SELECT,
            lazy("Vad är det för inkomst?"),
            lazy("Välj vad det är för inkomst."),
            options={
                "salary": lazy("Lön"),
                "deposit": lazy("Swish eller insättning på konto"),
                "pension": lazy("Tjänstepension eller försäkring"),
                "foreign_pension": lazy("Pension från ett annat land"),
                "maintenance": lazy("Underhållsbidrag"),
                "rent_share": lazy("Hyra från barn eller inneboende"),
                "other_municipality": lazy("Bistånd från en annan kommun"),
                "loan": lazy("Lån"),
                "other": lazy("Annan inkomst"),
            },
        ),
        Field(
            "specification",
            FieldType.LINE,
            lazy("Från vem eller för vad?"),
            lazy("Skriv från vem eller för vad."),
            when=(when("kind", "deposit", "loan", "other"),),
        ),
        Field(
            "amount",
            FieldType.MONEY,
            lazy("Belopp efter skatt"),
            _AMOUNT_NEEDED,
            lowest=1,
            suffix=_KRONOR,
        ),
        Field(
            "date",
            FieldType.DATE,
            lazy("Vilken dag kom pengarna, eller kommer de?"),
            lazy("Skriv dagen då pengarna kom eller kommer."),
            lowest=-400,
            highest=100,
        ),
        whose(lazy("Vem får pengarna?"), lazy("Välj vem som får pengarna.")),
        WHICH_CHILD,
    ),
)

_PENDING = Rows(
    key="pending",
    label=lazy("Pengar som du väntar på"),
    # Translators: a benefit that somebody has applied for and not got yet
    row=lazy("Ersättning som du väntar på"),
    none=lazy("Jag väntar inte på några pengar"),
    needed=lazy("Lägg till det du väntar på, eller svara att du inte väntar på några pengar."),
    add=lazy("Lägg till en ersättning"),
    hint=lazy("Ersättning som du har sökt men inte fått svar om."),
    why=lazy("Får du pengarna senare kan du behöva betala tillbaka en del av biståndet."),
    prefilled=False,
    most=20,
    fields=(
        Field(
            "benefit",
            FieldType.LINE,
            lazy("Vilken ersättning?"),
            lazy("Skriv vilken ersättning du väntar på."),
            hint=lazy("Till exempel sjukpenning, a-kassa eller bostadsbidrag."),
        ),
        whose(lazy("Vem har sökt den?"), lazy("Välj vem som har sökt den.")),
    ),
)

INCOMES = Section(
    key="incomes",
    title=lazy("Inkomster"),
    group="money",
    whose=Whose.HOUSEHOLD,
    items=(
        Field(
            "support",
            FieldType.AREA,
            lazy("Hur har du klarat dig hittills?"),
            lazy("Berätta hur du har klarat dig hittills."),
            hint=lazy("Till exempel med lön, sparade pengar, studiemedel eller hjälp av någon."),
            kinds=frozenset({Kind.NEW}),
            length=2000,
            prefilled=False,
        ),
        Field(
            "authorities",
            FieldType.CHOICES,
            lazy("Vilka betalar ut pengar till dig eller din familj?"),
            lazy("Välj dem som betalar ut pengar, eller Ingen av dem."),
            options={
                "fk": lazy("Försäkringskassan"),
                "csn": lazy("CSN"),
                "pm": lazy("Pensionsmyndigheten"),
                "unemployment_fund": lazy("A-kassan"),
                "tax": lazy("Skatteverket"),
                NONE_OF_THEM: lazy("Ingen av dem"),
            },
            hint=lazy("Du behöver inte skriva beloppen. Vi hämtar dem."),
        ),
        _INCOMES,
        _PENDING,
    ),
    told=lazy(
        "Vi hämtar själva uppgifter från Försäkringskassan, CSN, Pensionsmyndigheten, a-kassan, Arbetsförmedlingen och"
        " Skatteverket. Det får vi göra enligt socialtjänstlagen 15 kap. 10–12 §§. Skriv bara andra inkomster här."
    ),
    kinds=_NEW_AND_MONTHLY,
)


def _of(*kinds: str) -> tuple[When, ...]:
    return (when("kind", *kinds),)


_ASSETS = Rows(
    key="assets",
    label=lazy("Tillgångar"),
    # Translators: something of worth that a household owns
    row=lazy("Tillgång"),
    none=lazy("Inga tillgångar"),
    needed=lazy("Lägg till det du har, eller svara att du inte har några tillgångar."),
    add=lazy("Lägg till en tillgång"),
    hint=lazy("Pengar på konton, även barnens. Fonder, aktier, bil, hus, sommarstuga, företag."),
    why=lazy("Den som har pengar eller kan sälja något använder det först. Vi frågar innan vi räknar med något."),
    fields=(
        Field(
            "kind",
            FieldType.SELECT,
            lazy("Vad är det?"),
            lazy("Välj vad det är."),
            options={
                "bank": lazy("Pengar på bank"),
                "securities": lazy("Fonder eller aktier"),
                "property": lazy("Hus, lägenhet eller mark"),
                "vehicle": lazy("Bil eller annat fordon"),
                "company": lazy("Företag"),
                "other": lazy("Något annat"),
            },
        ),
        Field(
            "description",
            FieldType.LINE,
            lazy("Beskriv vad det är"),
            lazy("Beskriv vad det är."),
            hint=lazy("Till exempel villa, sommarstuga, personbil eller moped."),
            when=_of("property", "vehicle", "other"),
        ),
        Field("company", FieldType.LINE, lazy("Företagets namn"), lazy("Skriv företagets namn."), when=_of("company")),
        Field(
            "registration",
            FieldType.LINE,
            lazy("Registreringsnummer"),
            when=_of("vehicle"),
            length=20,
        ),
        Field(
            "bought",
            FieldType.NUMBER,
            lazy("Vilket år köptes det?"),
            lazy("Skriv vilket år det köptes."),
            when=_of("property", "vehicle"),
            lowest=1900,
            highest=2100,
        ),
        Field("price", FieldType.MONEY, lazy("Vad kostade det?"), when=_of("property", "vehicle"), suffix=_KRONOR),
        Field(
            "value",
            FieldType.MONEY,
            lazy("Vad är det värt nu?"),
            lazy("Skriv vad det är värt nu."),
            hint=lazy("Ungefär. För bankkonton: summan i dag."),
            suffix=_KRONOR,
        ),
        whose(lazy("Vem äger det?"), lazy("Välj vem som äger det.")),
    ),
)

ASSETS = Section(
    key="assets",
    title=lazy("Tillgångar"),
    group="money",
    whose=Whose.HOUSEHOLD,
    items=(_ASSETS,),
    kinds=_NEW_AND_MONTHLY,
)

_TO_ANOTHER = when("same_account", NO)
_TO_ACCOUNT = (_TO_ANOTHER, when("way", "account"))

PAYMENT = Section(
    key="payment",
    title=lazy("Konto för utbetalning"),
    group="money",
    whose=Whose.HOUSEHOLD,
    items=(
        Field(
            "same_account",
            FieldType.YES_NO,
            lazy("Ska pengarna gå till samma konto som förra gången?"),
            lazy("Svara om pengarna ska gå till samma konto."),
            kinds=_AFTER_ANOTHER,
            follows=YES,
        ),
        Field(
            "way",
            FieldType.CHOICE,
            lazy("Hur vill du få pengarna?"),
            lazy("Välj hur du vill få pengarna."),
            options={"account": lazy("Till ett bankkonto"), "other": lazy("På annat sätt")},
            when=(_TO_ANOTHER,),
            prefilled=False,
        ),
        Field(
            "holder",
            FieldType.CHOICE,
            lazy("Vems konto är det?"),
            lazy("Välj vems konto det är."),
            options={APPLICANT: PERSONS[APPLICANT], CO_APPLICANT: PERSONS[CO_APPLICANT]},
            when=(*_TO_ACCOUNT, *_COUPLE),
            prefilled=False,
        ),
        Field(
            "clearing",
            FieldType.CLEARING,
            lazy("Clearingnummer"),
            lazy("Skriv clearingnumret."),
            hint=lazy("Fyra siffror, eller fem om det börjar med 8. Det står i din bankapp."),
            when=_TO_ACCOUNT,
            length=20,
            prefilled=False,
        ),
        Field(
            "account",
            FieldType.ACCOUNT,
            lazy("Kontonummer"),
            lazy("Skriv kontonumret."),
            hint=lazy("Utan clearingnummer."),
            when=_TO_ACCOUNT,
            length=40,
            prefilled=False,
        ),
        Field(
            "other_way",
            FieldType.AREA,
            lazy("Hur kan vi betala ut pengarna?"),
            lazy("Berätta hur vi kan betala ut pengarna."),
            hint=lazy("Till exempel om du inte har något bankkonto."),
            when=(_TO_ANOTHER, when("way", "other")),
            length=1000,
            prefilled=False,
        ),
    ),
)
