"""What each adult does to support themselves, and how to reach and understand each other (DOMAIN.md 2.2)."""

from portal.assistance.rules.definition.base import YES, Field, FieldType, Rows, Section, When, when
from portal.assistance.rules.kinds import Kind, Whose
from portal.core.i18n import lazy
from portal.people.languages import INTERPRETER_LANGUAGES, OTHER_LANGUAGE

_NEW = frozenset({Kind.NEW})
_NEW_AND_MONTHLY = frozenset({Kind.NEW, Kind.MONTHLY})


def _doing(*occupations: str) -> tuple[When, ...]:
    return (when("occupation", *occupations),)


_APPLIED = Rows(
    key="applied",
    label=lazy("Jobb som du har sökt"),
    # Translators: one job that somebody has applied for
    row=lazy("Sökt jobb"),
    none=lazy("Jag har inte sökt några jobb"),
    needed=lazy("Lägg till jobb som du har sökt, eller svara att du inte har sökt några."),
    add=lazy("Lägg till ett jobb"),
    hint=lazy("De senaste tre månaderna."),
    when=_doing("jobseeking"),
    kinds=_NEW,
    prefilled=False,
    fields=(
        Field(
            "date",
            FieldType.DATE,
            lazy("Vilken dag sökte du jobbet?"),
            lazy("Skriv dagen då du sökte jobbet."),
            lowest=-400,
            highest=0,
        ),
        # Translators: what the job is called: "butiksbiträde"
        Field("title", FieldType.LINE, lazy("Vilket jobb?"), lazy("Skriv vilket jobb du sökte."), length=120),
        Field(
            "employer", FieldType.LINE, lazy("Arbetsgivare och ort"), lazy("Skriv arbetsgivare och ort."), length=120
        ),
    ),
)

_OCCUPATION = Field(
    "occupation",
    FieldType.CHOICES,
    lazy("Vad gör du nu?"),
    lazy("Välj vad du gör nu."),
    hint=lazy("Du kan välja flera."),
    why=lazy("Alla som kan arbeta ska göra det eller söka arbete. Vi vill veta vad som gäller dig och vad du behöver."),
    options={
        "work_full": lazy("Arbetar heltid"),
        "work_part": lazy("Arbetar deltid"),
        "jobseeking": lazy("Söker arbete"),
        "sfi": lazy("Läser svenska för invandrare (sfi)"),
        "studies": lazy("Studerar"),
        "parental": lazy("Är föräldraledig"),
        "sick": lazy("Är sjukskriven"),
        "other": lazy("Något annat"),
    },
    kinds=_NEW_AND_MONTHLY,
)

_MORE_OF_OCCUPATION = (
    Field(
        "workplace",
        FieldType.LINE,
        lazy("Var arbetar du?"),
        lazy("Skriv var du arbetar."),
        when=_doing("work_full", "work_part"),
        kinds=_NEW_AND_MONTHLY,
    ),
    Field(
        "sfi_path",
        FieldType.CHOICE,
        lazy("Vilken studieväg läser du?"),
        lazy("Välj studieväg."),
        options={"1": lazy("Studieväg 1"), "2": lazy("Studieväg 2"), "3": lazy("Studieväg 3")},
        when=_doing("sfi"),
        kinds=_NEW_AND_MONTHLY,
    ),
    Field(
        "sfi_course",
        FieldType.CHOICE,
        lazy("Vilken kurs läser du?"),
        lazy("Välj kurs."),
        options={"A": lazy("Kurs A"), "B": lazy("Kurs B"), "C": lazy("Kurs C"), "D": lazy("Kurs D")},
        when=_doing("sfi"),
        kinds=_NEW_AND_MONTHLY,
    ),
    Field(
        "studies",
        FieldType.LINE,
        lazy("Vad studerar du, och var?"),
        lazy("Skriv vad du studerar."),
        when=_doing("studies"),
        kinds=_NEW_AND_MONTHLY,
    ),
    Field(
        "parental_until",
        FieldType.DATE,
        lazy("Till och med vilken dag är du föräldraledig?"),
        lazy("Skriv till och med vilken dag du är föräldraledig."),
        when=_doing("parental"),
        kinds=_NEW_AND_MONTHLY,
        lowest=-60,
        highest=1100,
    ),
    Field(
        "sick_extent",
        FieldType.CHOICE,
        lazy("Hur mycket är du sjukskriven?"),
        lazy("Välj hur mycket du är sjukskriven."),
        options={"100": lazy("Helt"), "75": lazy("75 procent"), "50": lazy("50 procent"), "25": lazy("25 procent")},
        when=_doing("sick"),
        kinds=_NEW_AND_MONTHLY,
    ),
    Field(
        "sick_until",
        FieldType.DATE,
        lazy("Till och med vilken dag gäller läkarintyget?"),
        hint=lazy("Har du inget läkarintyg kan du hoppa över frågan."),
        when=_doing("sick"),
        kinds=_NEW_AND_MONTHLY,
        lowest=-60,
        highest=1100,
    ),
    Field(
        "other",
        FieldType.AREA,
        lazy("Berätta hur dina dagar ser ut"),
        lazy("Berätta hur dina dagar ser ut."),
        when=_doing("other"),
        kinds=_NEW_AND_MONTHLY,
        length=2000,
    ),
)

PLANNING = Section(
    key="planning",
    title=lazy("Arbete, studier och hälsa"),
    group="planning",
    whose=Whose.EACH,
    items=(
        _OCCUPATION,
        *_MORE_OF_OCCUPATION,
        Field(
            "worked",
            FieldType.YES_NO,
            lazy("Har du arbetat någon gång de senaste tolv månaderna?"),
            lazy("Svara om du har arbetat de senaste tolv månaderna."),
        ),
        Field(
            "planned",
            FieldType.AREA,
            lazy("Hur planerar du att klara din försörjning?"),
            lazy("Berätta hur du planerar att klara din försörjning."),
            hint=lazy("Till exempel söka jobb, läsa en kurs eller bli frisk. Skriv också om du behöver hjälp."),
            kinds=_NEW,
            length=2000,
        ),
        _APPLIED,
    ),
)

CONTACT = Section(
    key="contact",
    # Translators: a part of the application: interpreter, telephone, e-mail, and what one wants to add
    title=lazy("Något mer vi ska veta"),
    group="planning",
    whose=Whose.EACH,
    items=(
        Field(
            "interpreter",
            FieldType.YES_NO,
            lazy("Behöver du tolk när vi pratar med dig?"),
            lazy("Svara om du behöver tolk."),
            hint=lazy("Det kostar ingenting."),
        ),
        Field(
            "language",
            FieldType.SELECT,
            lazy("Vilket språk?"),
            lazy("Välj språk."),
            options=INTERPRETER_LANGUAGES,
            when=(when("interpreter", YES),),
        ),
        Field(
            "language_other",
            FieldType.LINE,
            lazy("Skriv vilket språk"),
            lazy("Skriv vilket språk du vill ha tolk på."),
            when=(when("interpreter", YES), when("language", OTHER_LANGUAGE)),
            length=120,
        ),
        Field(
            "phone",
            FieldType.PHONE,
            lazy("Telefonnummer"),
            hint=lazy("Så att vi kan ringa om något är oklart. Vi pratar bara med dig."),
            length=40,
        ),
        Field("email", FieldType.EMAIL, lazy("E-postadress"), length=254),
        Field(
            "message",
            FieldType.AREA,
            lazy("Vill du berätta något mer?"),
            hint=lazy("Den som handlägger din ansökan läser det du skriver."),
            length=5000,
            prefilled=False,
        ),
    ),
)
