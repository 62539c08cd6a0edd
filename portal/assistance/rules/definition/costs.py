"""What the household applies for beside the norm (SoL 12:7; DOMAIN.md 1.2, 2.2)."""

from portal.assistance.rules.definition.base import Field, FieldType, Rows, Section, when
from portal.assistance.rules.definition.persons import whose
from portal.assistance.rules.kinds import Whose
from portal.core.i18n import lazy

RENT = "rent"
_TRIPS = ("work_travel", "medical_travel")
_CARE = ("care", "medicine")
_TOLD = ("dental", "municipal_fee", "child", "other")
# What costs the same each month comes along from the last application; what a bill or receipt tells anew does not.
_LASTING = ("rent", "home_insurance", "internet", "unemployment_fund", "union", "childcare")

_COSTS = Rows(
    key="costs",
    label=lazy("Utgifter som du söker för"),
    # Translators: one cost of a household
    row=lazy("Utgift"),
    none=lazy("Jag söker inte för några utgifter"),
    needed=lazy("Lägg till utgifterna, eller svara att du inte söker för några."),
    add=lazy("Lägg till en utgift"),
    hint=lazy("Bara det du vill söka för. Mat, kläder och telefon räknar vi alltid med."),
    lasting=when("kind", *_LASTING),
    fields=(
        Field(
            "kind",
            FieldType.SELECT,
            lazy("Vad gäller det?"),
            lazy("Välj vad utgiften gäller."),
            options={
                RENT: lazy("Hyra eller boendekostnad"),
                "electricity": lazy("Hushållsel"),
                "home_insurance": lazy("Hemförsäkring"),
                "internet": lazy("Internet"),
                "unemployment_fund": lazy("Avgift till a-kassan"),
                "union": lazy("Fackavgift"),
                "childcare": lazy("Barnomsorg"),
                "work_travel": lazy("Resor till arbete eller aktivitet"),
                "medical_travel": lazy("Sjukresor och färdtjänst"),
                "care": lazy("Läkarvård"),
                "medicine": lazy("Medicin"),
                "dental": lazy("Tandvård"),
                "municipal_fee": lazy("Kommunala avgifter"),
                "child": lazy("Kostnader för barn"),
                "other": lazy("Annat"),
            },
        ),
        Field(
            "dental_kind",
            FieldType.CHOICE,
            lazy("Vilken tandvård?"),
            lazy("Välj vilken tandvård det är."),
            options={
                "acute": lazy("Akut tandvård eller undersökning"),
                "approved": lazy("Behandling som vi har godkänt"),
                "plan": lazy("Behandling som du vill att vi prövar"),
            },
            when=(when("kind", "dental"),),
        ),
        Field(
            "trip",
            FieldType.LINE,
            lazy("Vilken resa? Skriv varifrån, vart och varför"),
            lazy("Skriv varifrån, vart och varför du reser."),
            when=(when("kind", *_TRIPS),),
        ),
        Field(
            "specification",
            FieldType.LINE,
            lazy("Beskriv utgiften"),
            lazy("Beskriv utgiften."),
            when=(when("kind", *_TOLD),),
        ),
        Field("amount", FieldType.MONEY, lazy("Belopp"), lazy("Skriv beloppet."), lowest=1, suffix=lazy("kr")),
        whose(lazy("Vem gäller utgiften?"), lazy("Välj vem utgiften gäller."), household=lazy("Hela hushållet")),
        Field(
            "high_cost",
            FieldType.YES_NO,
            lazy("Ingår det i högkostnadsskyddet?"),
            hint=lazy("Det står på kvittot."),
            when=(when("kind", *_CARE),),
        ),
        Field(
            "period",
            FieldType.LINE,
            lazy("Vilken tid gäller utgiften?"),
            hint=lazy("Till exempel december, eller oktober till december."),
            length=120,
            prefilled=False,
        ),
    ),
)

COSTS = Section(
    key="costs",
    title=lazy("Utgifter"),
    group="home",
    whose=Whose.HOUSEHOLD,
    items=(_COSTS,),
    lead=lazy("Lägg till hyran och annat som du söker för. Spara räkningar och kvitton: vi kan be att få se dem."),
)
