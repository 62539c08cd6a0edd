"""What the invented caseworkers have documented, and what clients have said of it; everyday matters in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.demo.conversations import Line
from portal.sync.contract.records import Ground, NoteType

_PETRA: Final = "petra.almskog"


@dataclass(frozen=True, slots=True)
class Note:
    """A record of the back office, released by its author; ``masked`` are the places of what may not be shown.

    The passages of a document stand in its file.
    """

    id: str
    case: str
    by: str
    type: NoteType
    title: str
    days_ago: int
    at: str
    passages: tuple[str, ...]
    masked: tuple[int, ...] = ()
    ground: Ground = Ground.OTHER_PERSON
    revision: int = 1
    reason: str = ""

    def instant(self, now: datetime) -> datetime:
        """Return when it was written, seen from now."""
        return Line(self.by, "", self.days_ago, self.at).instant(now)


NOTES: tuple[Note, ...] = (
    Note(
        "N-mariam-1",
        "mariam",
        _PETRA,
        NoteType.PHONE,
        "Telefonsamtal",
        14,
        "15:20",
        (
            "Mariam ringer och berättar att familjen har fått en ny hyresavi. Hyran höjs från 9 120 till 9 450 kronor "
            "i månaden.",
            "Mariam uppger att Jonas arbetar heltid sedan september.",
            "Familjen har fått en tid hos tandläkare för Ella. Mariam frågar om hon kan få hjälp att betala.",
            "Mariam nämner att grannen är sjuk och att hon hjälper grannen med inköp.",
        ),
        masked=(3,),
    ),
    Note(
        "N-mariam-1",
        "mariam",
        _PETRA,
        NoteType.PHONE,
        "Telefonsamtal",
        9,
        "10:05",
        (
            "Mariam ringer och berättar att familjen har fått en ny hyresavi. Hyran höjs från 9 120 till 9 450 kronor "
            "i månaden.",
            "Mariam uppger att Jonas arbetar halvtid sedan oktober.",
            "Familjen har fått en tid hos tandläkare för Ella. Mariam frågar om hon kan få hjälp att betala.",
            "Mariam nämner att grannen är sjuk och att hon hjälper grannen med inköp.",
        ),
        masked=(3,),
        revision=2,
        reason="Petra kontrollerade mot anställningsbeviset.",
    ),
    Note(
        "N-mariam-3",
        "mariam",
        _PETRA,
        NoteType.DOCUMENT,
        "Genomförandeplan",
        20,
        "11:00",
        (
            "Mål: Jonas har arbete på heltid i maj, och familjen klarar sin försörjning själv.",
            "Jonas söker tre arbeten i veckan och träffar en arbetsmarknadskonsulent varannan vecka.",
            "Vi följer upp planen tillsammans i mars.",
        ),
    ),
    Note(
        "N-mariam-2",
        "mariam",
        _PETRA,
        NoteType.VISIT,
        "Möte på kontoret",
        5,
        "14:30",
        (
            "Mariam och Jonas kommer till kontoret. Tolk i arabiska deltar på telefon.",
            "Mariam lämnar in kostnadsförslag från tandläkaren för Ella, 2 400 kronor.",
            "Jonas fortsätter att söka fler timmar. Nästa möte är om en månad.",
        ),
    ),
)
