"""Where the household lives: form of housing, its detail, other adults, debts (DOMAIN.md 2.2).

A following application asks for it only where the home has changed.
"""

from portal.assistance.rules.definition.base import YES, Field, FieldType, Rows, Section, when
from portal.assistance.rules.kinds import Kind, Whose
from portal.core.i18n import lazy

_WITH_A_HOME = (
    *("rental", "sublet", "lodger", "condominium", "own_house"),
    *("rented_house", "parents", "adult_children", "other"),
)
_SHARED = ("sublet", "lodger", "parents", "adult_children")
_OWNED = ("condominium", "own_house")
_NEW_AND_MONTHLY = frozenset({Kind.NEW, Kind.MONTHLY})

_ADULTS = Rows(
    key="adults",
    label=lazy("Andra vuxna som bor där"),
    row=lazy("Vuxen"),
    none=lazy("Inga andra vuxna bor där"),
    needed=lazy("Lägg till dem som bor där, eller svara att inga andra vuxna bor där."),
    add=lazy("Lägg till en vuxen"),
    hint=lazy("Inte du och den du söker tillsammans med."),
    why=lazy("Den som delar bostad med andra delar också hyran och en del andra kostnader."),
    when=(when("form", *_WITH_A_HOME),),
    most=20,
    fields=(
        Field("name", FieldType.LINE, lazy("Namn"), lazy("Skriv namnet."), length=120),
        Field(
            "relation",
            FieldType.SELECT,
            lazy("Vem är det?"),
            lazy("Välj vem det är."),
            options={
                "adult_child": lazy("Mitt vuxna barn"),
                "parent": lazy("Min förälder"),
                "relative": lazy("En annan släkting"),
                "lodger": lazy("En inneboende"),
                "landlord": lazy("Den jag hyr av"),
                "other": lazy("Någon annan"),
            },
        ),
    ),
)


_DETAIL = (
    Field(
        "form",
        FieldType.SELECT,
        lazy("Hur bor du?"),
        lazy("Välj hur du bor."),
        options={
            "rental": lazy("Hyresrätt"),
            "sublet": lazy("Hyr i andra hand"),
            "lodger": lazy("Inneboende"),
            "condominium": lazy("Bostadsrätt"),
            "own_house": lazy("Eget hus"),
            "rented_house": lazy("Hyrt hus"),
            "parents": lazy("Hos mina föräldrar"),
            "adult_children": lazy("Hos mina vuxna barn"),
            "institution": lazy("På behandlingshem eller annan institution"),
            "homeless": lazy("Jag har ingenstans att bo"),
            "other": lazy("På annat sätt"),
        },
    ),
    Field(
        "form_other",
        FieldType.LINE,
        lazy("Berätta hur du bor"),
        lazy("Berätta hur du bor."),
        when=(when("form", "other", "institution"),),
    ),
    Field(
        "homeless_since",
        FieldType.LINE,
        lazy("Hur länge har du varit utan bostad, och var sover du nu?"),
        lazy("Berätta hur länge du har varit utan bostad."),
        when=(when("form", "homeless"),),
    ),
    Field(
        "address",
        FieldType.LINE,
        lazy("Adress"),
        lazy("Skriv adressen där du bor."),
        hint=lazy("Gata, nummer och ort."),
        when=(when("form", *_WITH_A_HOME),),
    ),
    Field(
        "rooms",
        FieldType.NUMBER,
        lazy("Hur många rum har bostaden?"),
        lazy("Skriv hur många rum bostaden har."),
        hint=lazy("Räkna inte kök och badrum."),
        when=(when("form", *_WITH_A_HOME),),
        lowest=1,
        highest=30,
    ),
    Field(
        "persons",
        FieldType.NUMBER,
        lazy("Hur många bor i bostaden?"),
        lazy("Skriv hur många som bor i bostaden."),
        hint=lazy("Räkna alla, även dig själv och barnen."),
        when=(when("form", *_WITH_A_HOME),),
        lowest=1,
        highest=30,
    ),
    Field(
        "sublet_approved",
        FieldType.CHOICE,
        lazy("Får bostaden hyras ut i andra hand?"),
        lazy("Välj om bostaden får hyras ut i andra hand."),
        options={
            "yes": lazy("Ja, hyresvärden eller föreningen har godkänt det"),
            "no": lazy("Nej"),
            "unknown": lazy("Jag vet inte"),
        },
        when=(when("form", "sublet"),),
    ),
    Field(
        "own_room",
        FieldType.YES_NO,
        lazy("Har du ett eget rum?"),
        lazy("Svara om du har ett eget rum."),
        when=(when("form", *_SHARED),),
    ),
    Field(
        "value",
        FieldType.MONEY,
        lazy("Vad är bostaden värd?"),
        hint=lazy("Ungefär. Hoppa över frågan om du inte vet."),
        when=(when("form", *_OWNED),),
        suffix=lazy("kr"),
    ),
)

_DEBTS = (
    Field(
        "rent_debt",
        FieldType.YES_NO,
        lazy("Har du skulder på hyran?"),
        lazy("Svara om du har skulder på hyran."),
        why=lazy("Säg till i tid, så kan vi hjälpa dig att behålla bostaden."),
        when=(when("form", *_WITH_A_HOME),),
    ),
    Field(
        "rent_debt_amount",
        FieldType.MONEY,
        lazy("Hur stor är hyresskulden?"),
        lazy("Skriv hur stor hyresskulden är."),
        when=(when("rent_debt", YES),),
        lowest=1,
        suffix=lazy("kr"),
    ),
    Field(
        "power_debt",
        FieldType.YES_NO,
        lazy("Har du skulder på elen?"),
        lazy("Svara om du har skulder på elen."),
        when=(when("form", *_WITH_A_HOME),),
    ),
    Field(
        "power_debt_amount",
        FieldType.MONEY,
        lazy("Hur stor är elskulden?"),
        lazy("Skriv hur stor elskulden är."),
        when=(when("power_debt", YES),),
        lowest=1,
        suffix=lazy("kr"),
    ),
)

HOME = Section(
    key="home",
    # Translators: a part of the application: where the applicant lives
    title=lazy("Ditt boende"),
    group="home",
    whose=Whose.HOUSEHOLD,
    items=(*_DETAIL, _ADULTS, *_DEBTS),
    when=(when("household/home_changed", YES),),
    kinds=_NEW_AND_MONTHLY,
)
