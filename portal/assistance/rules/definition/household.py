"""Who lives in the household: civil status, children, stay, and what has changed (DOMAIN.md 2.2)."""

from portal.assistance.rules.definition.base import NO, Field, FieldType, Rows, Section, when
from portal.assistance.rules.kinds import Kind, Whose
from portal.core.i18n import lazy

SINGLE, COHABITING = "single", "cohabiting"
FULL_TIME, PART_TIME = "full", "part"
AT_HOME, AT_PRESCHOOL = "home", "preschool"
SOMETHING, NOTHING_NEW = "something", "nothing"

_NEW_AND_MONTHLY = frozenset({Kind.NEW, Kind.MONTHLY})
_MONTHLY = frozenset({Kind.MONTHLY})

_CHILDREN = Rows(
    key="children",
    label=lazy("Barn under 21 år som bor hos dig"),
    row=lazy("Barn"),
    none=lazy("Inga barn bor hos mig"),
    needed=lazy("Lägg till dina barn, eller svara att inga barn bor hos dig."),
    add=lazy("Lägg till ett barn"),
    hint=lazy("Ta med barn som bor hos dig hela tiden eller en del av tiden."),
    why=lazy("Normen är olika hög för barn i olika åldrar. Bor barnet hos dig en del av tiden räknar vi de dagarna."),
    kinds=_NEW_AND_MONTHLY,
    most=20,
    once="number",
    fields=(
        Field("name", FieldType.LINE, lazy("Barnets namn"), lazy("Skriv barnets namn."), length=120),
        Field(
            "number",
            FieldType.IDENTITY,
            lazy("Barnets personnummer"),
            lazy("Skriv barnets personnummer."),
            hint=lazy("Tio eller tolv siffror. Samordningsnummer går också bra."),
            highest=20,
        ),
        Field(
            "school",
            FieldType.SELECT,
            lazy("Vad gör barnet på dagarna?"),
            lazy("Välj vad barnet gör på dagarna."),
            options={
                "none": lazy("Är hemma"),
                "preschool": lazy("Går i förskola eller hos dagbarnvårdare"),
                "reception": lazy("Går i förskoleklass"),
                "compulsory": lazy("Går i grundskola"),
                "upper": lazy("Går i gymnasiet"),
                "other": lazy("Något annat"),
            },
        ),
        Field(
            "school_other",
            FieldType.LINE,
            lazy("Berätta vad"),
            lazy("Berätta vad barnet gör på dagarna."),
            when=(when("school", "other"),),
        ),
        Field(
            "lunch",
            FieldType.CHOICE,
            lazy("Var äter barnet lunch på vardagarna?"),
            lazy("Välj var barnet äter lunch."),
            options={AT_HOME: lazy("Hemma"), AT_PRESCHOOL: lazy("I förskolan eller skolan")},
            when=(when("school", "preschool", "reception"),),
            why=lazy("Normen är lägre när barnet får lunch i förskolan fem dagar i veckan."),
        ),
        Field(
            "lives",
            FieldType.CHOICE,
            lazy("Hur mycket bor barnet hos dig?"),
            lazy("Välj hur mycket barnet bor hos dig."),
            options={FULL_TIME: lazy("Hela tiden"), PART_TIME: lazy("En del av tiden")},
        ),
        Field(
            "days",
            FieldType.NUMBER,
            lazy("Hur många dagar i månaden?"),
            lazy("Skriv hur många dagar i månaden barnet bor hos dig."),
            when=(when("lives", PART_TIME),),
            lowest=1,
            highest=31,
            suffix=lazy("dagar"),
        ),
    ),
)

HOUSEHOLD = Section(
    key="household",
    # Translators: a part of the application: the applicant and the family
    title=lazy("Du och din familj"),
    group="home",
    whose=Whose.HOUSEHOLD,
    items=(
        Field(
            "civil_status",
            FieldType.CHOICE,
            lazy("Lever du ensam eller tillsammans med någon?"),
            lazy("Välj om du lever ensam eller tillsammans med någon."),
            options={
                SINGLE: lazy("Ensam"),
                COHABITING: lazy("Gift, registrerad partner eller sambo"),
            },
            why=lazy("Gifta och sambor ska försörja varandra. Därför söker ni tillsammans."),
        ),
        Field(
            "changed",
            FieldType.CHOICE,
            lazy("Har något ändrats sedan din förra ansökan?"),
            lazy("Välj om något har ändrats."),
            hint=lazy("Till exempel familjen, boendet, jobb, studier eller hälsa."),
            options={NOTHING_NEW: lazy("Inget har förändrats"), SOMETHING: lazy("Något har förändrats")},
            kinds=_MONTHLY,
            prefilled=False,
        ),
        Field(
            "changes",
            FieldType.AREA,
            lazy("Vad har ändrats?"),
            lazy("Berätta vad som har ändrats."),
            when=(when("changed", SOMETHING),),
            kinds=_MONTHLY,
            length=3000,
            prefilled=False,
        ),
        Field(
            "home_changed",
            FieldType.YES_NO,
            lazy("Har ditt boende ändrats?"),
            lazy("Svara om boendet har ändrats."),
            hint=lazy("Om du svarar ja får du en del till att fylla i, om boendet."),
            when=(when("changed", SOMETHING),),
            kinds=_MONTHLY,
            prefilled=False,
        ),
        _CHILDREN,
        Field(
            "stays",
            FieldType.YES_NO,
            lazy("Är du i kommunen hela månaden?"),
            lazy("Svara om du är i kommunen hela månaden."),
            why=lazy("Du söker bistånd i den kommun där du vistas."),
            kinds=_NEW_AND_MONTHLY,
            prefilled=False,
        ),
        Field(
            "stay_why",
            FieldType.AREA,
            lazy("Var är du då, och varför?"),
            lazy("Berätta var du är och varför."),
            when=(when("stays", NO),),
            kinds=_NEW_AND_MONTHLY,
            length=1000,
            prefilled=False,
        ),
    ),
)
