"""When the invented caseworkers can be met, in which meetings and where; set as they would set it themselves."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.i18n import today
from portal.demo.people import UNITS, colleague
from portal.meetings.rules.availability import Kinds
from portal.meetings.rules.hours import WeeklyHours, instant
from portal.meetings.rules.kinds import PlaceSettings
from portal.meetings.rules.states import Form
from portal.meetings.service import hours, kinds
from portal.people.models import Unit

MANAGER, LEADER = "ulf.granhede", "karin.ekhamre"
_REMOTE = frozenset({Form.PHONE, Form.VIDEO})
_ALL = frozenset({Form.VISIT, *_REMOTE})

# By the unit's key in ``people.UNITS``.
PLACES = {
    "ekonomi": PlaceSettings(
        "Medborgarhuset",
        "Ekdala torg 2, Ekdala",
        "Säg i receptionen att du har ett möte. Du behöver inte säga med vem. Det finns hiss och hörslinga.",
    ),
    "stod": PlaceSettings(
        "Träffpunkt Lönnen",
        "Lönnvägen 14, Ekdala",
        "Ingång från gården. Ring på dörren till höger. Inga trappor.",
    ),
}


@dataclass(frozen=True, slots=True)
class Week:
    """Somebody's hours on some days of the week (Monday is 0): from and to o'clock, and how one can meet."""

    who: str
    days: tuple[int, ...]
    start: float
    end: float
    forms: frozenset[Form] = _ALL
    step: int = 30


WEEKS = (
    Week("petra.almskog", (0, 1, 2, 3), 9, 11.5),
    Week("petra.almskog", (1, 3), 13, 15.5),
    Week("henrik.lyckevik", (1, 2, 4), 8.5, 12, step=45),
    Week("henrik.lyckevik", (0,), 13, 16, _REMOTE),
    Week("karin.ekhamre", (2,), 13, 16, _REMOTE),
    Week("tove.rosenmyr", (0, 2), 9, 12),
    Week("tove.rosenmyr", (0, 2, 4), 13, 15, _ALL | {Form.OTHER, Form.HOME}, 60),
    Week("amina.lundavik", (1, 3), 10, 15, step=60),
)
# Who answers for those without a caseworker.
INTAKE = ("henrik.lyckevik", "karin.ekhamre")
# A day of course, two weeks after the seeding.
AWAY = ("petra.almskog", 15, "Kurs")


def furnish(session: Session, act: Callable[[str], Actor]) -> None:
    """Set kinds, places and hours; ``act`` gives the actor of a colleague by key."""
    kinds.add_defaults(session)
    places = _add_places(session, act(MANAGER))
    for week in WEEKS:
        actor = act(week.who)
        kinds_of_it = Kinds(week.forms, place_id=places[colleague(week.who).unit or ""])
        times = WeeklyHours(int(week.start * 60), int(week.end * 60), week.step, today(), kinds=kinds_of_it)
        hours.add_weekly(session, actor, owner_id=actor.id, weekdays=week.days, hours=times)
    for who in dict.fromkeys(week.who for week in WEEKS):
        # Whether one answers for the intake is the team leader's to say, who keeps up only the own unit's hours.
        actor = act(LEADER if who in INTAKE else who)
        staff_id = act(who).id
        caller = "dolt nummer"
        hours.set_calendar(session, actor, staff_id=staff_id, bookable=True, intake=who in INTAKE, calls_from=caller)
    _add_absence(session, act)


def _add_places(session: Session, manager: Actor) -> dict[str, uuid.UUID]:
    units = dict(session.execute(select(Unit.name, Unit.id)).all())
    return {
        key: kinds.save_place(session, manager, place_id=None, settings=settings, unit_id=units[UNITS[key][1]]).id
        for key, settings in PLACES.items()
    }


def _add_absence(session: Session, act: Callable[[str], Actor]) -> None:
    who, after_days, note = AWAY
    actor, day = act(who), today() + timedelta(days=after_days)
    span = {"start": instant(day, 0), "end": instant(day, 24 * 60)}
    hours.add_absence(session, actor, owner_id=actor.id, note=note, **span)
