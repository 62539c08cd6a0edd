"""What the invented clients and caseworkers have written to each other, in plain words about everyday matters."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from portal.core.i18n import STOCKHOLM

CLIENT: Final = ""
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One message: so many working days ago at a time of day, or so many minutes ago; ``by`` is the colleague's key.

    ``elsewhere`` means that the caseworker wrote it in the back-office system, not in the portal.
    """

    by: str
    text: str
    days_ago: int = 0
    at: str = ""
    minutes_ago: int = 0
    elsewhere: bool = False
    unread: bool = False

    def instant(self, now: datetime) -> datetime:
        """Return when it was written, seen from now; the further back, the earlier, whatever day it is."""
        if not self.at:
            return now - timedelta(minutes=self.minutes_ago)
        day, left = now.astimezone(STOCKHOLM).date(), self.days_ago
        while left > 0:
            day -= timedelta(days=1)
            left -= day.weekday() < _SATURDAY
        return datetime.combine(day, time.fromisoformat(self.at), STOCKHOLM)


_PETRA, _HENRIK, _KARIN = "petra.almskog", "henrik.lyckevik", "karin.ekhamre"
_TOVE, _AMINA = "tove.rosenmyr", "amina.lundavik"

CONVERSATIONS: dict[str, tuple[Line, ...]] = {
    "mariam": (
        Line(CLIENT, "Hej! Ella har ont i tänderna. Kan vi få hjälp att betala tandläkaren?", 4, "09:12"),
        Line(
            _PETRA,
            "Hej Mariam! Ja, om det är akut kan ni gå direkt. Be om en faktura. Om det inte är akut behöver vi först "
            "veta vad det kostar.\n\nBe tandläkaren om ett kostnadsförslag och skriv till mig när du har fått det.",
            4,
            "13:40",
        ),
        Line(CLIENT, "Tack! Vi har tid på onsdag.", 4, "19:03"),
        Line(
            _PETRA,
            "Hej! Jag såg att bilden på hyresavin är suddig. Kan du fota igen? Det går bra att ta med avin till "
            "receptionen också.",
            minutes_ago=95,
            unread=True,
        ),
    ),
    "jonas": (
        Line(_PETRA, "Hej Jonas! Praktiken på återbruket kan börja måndagen om två veckor. Passar det?", 8, "10:05"),
        Line(CLIENT, "Ja det passar bra. Vilken tid ska jag vara där?", 8, "12:31"),
        Line(
            _PETRA,
            "Klockan 8. Ta med matlåda och skor som tål smuts. Rune på återbruket möter dig vid grinden.",
            7,
            "08:20",
        ),
        Line(CLIENT, "Hej! Kan jag få ett intyg om praktiken? A-kassan frågar efter det.", 3, "16:50"),
    ),
    "layla": (
        Line(
            CLIENT,
            "مرحبا. استلمت رسالة عن الإيجار لكنني لم أفهمها كلها. هل يمكنك أن تشرح لي؟",
            6,
            "16:22",
        ),
        Line(
            _HENRIK,
            "Hej Layla! Brevet säger att hyran höjs med 120 kronor från januari. Du behöver inte göra något nu. "
            "Skicka den nya hyresavin när den kommer.\n\n"
            "مرحبا ليلى! الرسالة تقول إن الإيجار سيرتفع 120 كرونة من يناير. لا تحتاجين أن تفعلي شيئا الآن.",
            5,
            "09:47",
        ),
        Line(
            CLIENT,
            "Tack Henrik! Jag har nya tider på sfi, tisdag och torsdag kväll.\n\nهل يؤثر هذا على موعدنا يوم الخميس؟",
            minutes_ago=50,
        ),
    ),
    "elvira": (
        Line(CLIENT, "Hej, kan jag byta dag med Sofia? Jag har handbollsmatch på lördag.", 3, "15:48"),
        Line(
            _AMINA,
            "Hej Elvira! Kul med match. Jag har pratat med Sofia, och söndag klockan 13 går bra för henne. "
            "Lycka till på lördag!",
            2,
            "11:02",
            elsewhere=True,
        ),
    ),
    "isak": (
        Line(
            _TOVE,
            "Hej Isak! Jag heter Tove och är din handläggare. Här kan du skriva till mig när du vill. "
            "Jag svarar inom två dagar, oftast snabbare.",
            9,
            "13:15",
            elsewhere=True,
        ),
        Line(CLIENT, "ok bra. måste mamma vara med nästa gång vi ses?", 8, "20:37"),
        Line(
            _TOVE,
            "Nej, det bestämmer du. Vi kan ses själva en stund först om du vill. Säg bara till hur du vill ha det.",
            7,
            "09:30",
        ),
        Line(CLIENT, "då vill jag ses själv först", 7, "15:55"),
        Line(_TOVE, "Då gör vi så. Vi ses på fiket vid biblioteket på tisdag klockan 15.", 6, "08:10"),
    ),
    "semira": (
        Line(CLIENT, "Hej. Vilka papper behöver jag ta med på mötet?", 5, "10:40"),
        Line(
            _HENRIK,
            "Hej Semira! Ta med legitimation, hyreskontrakt och kontoutdrag för de tre senaste månaderna. "
            "Saknas något så hjälps vi åt på mötet. Tolk är bokad.",
            5,
            "15:12",
        ),
    ),
    "pavel": (
        Line(CLIENT, "Hej Petra, jag har fått en ny adress. Hur ändrar jag den hos er?", 2, "17:26"),
        Line(
            _PETRA,
            "Hej Pavel! Skriv den nya adressen här och från vilket datum den gäller, så ordnar jag resten. "
            "Glöm inte att anmäla flytten till Skatteverket.",
            1,
            "09:05",
            elsewhere=True,
            unread=True,
        ),
    ),
    "vera": (
        Line(CLIENT, "Hej. Kan nästa möte vara på telefon i stället?", 6, "11:18"),
        Line(_KARIN, "Hej! Ja, vi tar det på telefon. Jag ringer från dolt nummer klockan 10.", 6, "14:00"),
        Line(CLIENT, "Tack, det blir bra.", 6, "14:25"),
        Line(_KARIN, "Bra. Säg till om du hellre vill ha en annan tid.", 6, "14:40"),
    ),
    "gunvor-ekonomi": (
        Line(CLIENT, "God dag. Glasögonen kostar 1 850 kronor hos optikern. Räcker det med deras kvitto?", 7, "09:20"),
        Line(
            _PETRA,
            "Hej Gunvor! Vänta med att betala. Be optikern om ett kostnadsförslag på papper, så tittar jag på det.",
            6,
            "10:50",
        ),
        Line(CLIENT, "Nu har jag kostnadsförslaget. Går det bra att lämna det i receptionen?", minutes_ago=180),
    ),
    "gunvor-hem": (
        Line(CLIENT, "Kan den som kommer på morgonen komma lite senare? Jag sover gärna till åtta.", 3, "10:02"),
        Line(
            _TOVE,
            "Hej Gunvor! Det går bra. Från måndag kommer de mellan klockan 8.30 och 9.",
            2,
            "15:33",
            elsewhere=True,
        ),
    ),
    "axel": (
        Line(CLIENT, "Dottern undrar om hon kan läsa det ni skriver till mig. Går det?", 10, "18:11"),
        Line(
            _TOVE,
            "Hej Axel! Bara om du själv vill. Då skriver du en fullmakt. Jag skickar hem blanketten i dag, och vi går "
            "igenom den när vi ses.",
            9,
            "08:55",
        ),
    ),
    "birger": (Line(CLIENT, "Hej! Gäller färdtjänstkortet även i grannkommunen?", minutes_ago=210),),
    "hanna": (
        Line(
            CLIENT,
            "Hej! Jag har börjat jobba 25 procent på ett café. Ska jag skicka in lönespecifikationen?",
            5,
            "12:12",
        ),
        Line(_PETRA, "Grattis Hanna! Ja, skicka den när du har fått den. Då räknar vi rätt från början.", 4, "08:31"),
        Line(CLIENT, "Nu har jag fått den. Lönen kom den 25:e. Räcker en bild på den?", 1, "16:44"),
    ),
    "samuel": (Line(CLIENT, "Hej, busskortet tar slut på fredag. Kan jag få hjälp med ett nytt?", 4, "07:52"),),
    "linnea": (
        Line(CLIENT, "Kan vi handla tillsammans på torsdag i stället för onsdag?", 2, "09:14"),
        Line(_AMINA, "Hej Linnea! Ja, torsdag klockan 14 går bra. Vi ses utanför affären.", 2, "11:40"),
    ),
    "yusuf": (
        Line(CLIENT, "Hej Petra! Jag fick ja till truckkursen. Den börjar i januari.", 1, "14:09"),
        Line(
            _PETRA,
            "Så roligt Yusuf! Jag skriver in kursen i din plan. Vi ses som vanligt på fredag klockan 9.",
            minutes_ago=130,
            unread=True,
        ),
    ),
    "katarina": (
        Line(CLIENT, "Hej Henrik. Diskmaskinen har gått sönder. Är det något ni hjälper till med?", 20, "10:21"),
        Line(
            _HENRIK,
            "Hej Katarina! En diskmaskin ingår tyvärr inte i det vi kan ge bistånd till. Vill du ansöka ändå så prövar "
            "vi det, och du får ett beslut som du kan överklaga.",
            19,
            "09:12",
        ),
        Line(CLIENT, "Nej, då klarar jag mig utan. Tack för raka besked.", 19, "12:47"),
        Line(CLIENT, "En annan sak. Elräkningen blev dubbelt så hög i oktober. Vad gör jag?", 12, "19:30"),
        Line(
            _HENRIK,
            "Skicka räkningen, så tar vi med den i beräkningen. Ring också elbolaget och be att få dela betalningen "
            "om det är bråttom.",
            11,
            "10:08",
            elsewhere=True,
        ),
        Line(CLIENT, "De gick med på två månader. Jag lämnade räkningen i receptionen i dag.", 10, "15:51"),
        Line(_HENRIK, "Bra gjort! Jag har fått den nu.", 9, "08:15"),
    ),
    "mikael": (
        Line(_AMINA, "Hej Mikael! Hur går det med tvättstugan?", 3, "09:00", elsewhere=True),
        Line(CLIENT, "Ganska bra. Men jag behöver hjälp att boka tid, de har bytt till en app.", minutes_ago=320),
    ),
    "alva": (
        Line(CLIENT, "Hej! Jag har precis flyttat hemifrån och undrar hur jag ansöker första gången?", minutes_ago=25),
    ),
    "daniel": (
        Line(CLIENT, "Jag har fått fast jobb från den första! Behöver jag göra något?", 31, "13:45"),
        Line(
            _HENRIK,
            "Grattis Daniel! Nej, jag avslutar ärendet här. Du kan läsa allt som förut. Hör av dig om något ändras.",
            30,
            "13:00",
        ),
    ),
}
