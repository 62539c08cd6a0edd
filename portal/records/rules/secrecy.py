"""What of a released record may be shown, to whom, and from when: masks with their grounds, delays and guardians.

Everything here denies where it isn't certain: the secrecy check (sekretessprövning) is a person's decision.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from portal.core.i18n import STOCKHOLM, LazyText, lazy
from portal.core.workdays import working_day_after
from portal.people.rules import OWN_RIGHT_AGE, Protection, age_on
from portal.records.rules.passages import Passage
from portal.sync.contract.records import Ground, NoteType


@dataclass(frozen=True, slots=True)
class GroundRule:
    """A ground in force ``since`` a day and ``until`` another: its section, what staff choose by, what clients read."""

    ground: Ground
    section: str
    since: date
    label: LazyText
    words: LazyText
    until: date | None = None


_OSL = date(2009, 6, 30)  # OSL (2009:400) came into force

# Sections: DOMAIN.md section 3. The client is told that, and by which rule, but nothing of whom or what.
GROUNDS: tuple[GroundRule, ...] = (
    GroundRule(
        Ground.OTHER_PERSON,
        "OSL 26:1",
        _OSL,
        lazy("Uppgift om en annan person"),
        lazy("Texten handlar om någon annan, som kan skadas av att du läser den."),
    ),
    GroundRule(
        Ground.REPORTER,
        "OSL 26:5",
        _OSL,
        lazy("Den som har lämnat uppgift eller gjort en anmälan"),
        lazy("Texten kan visa vem som har lämnat en uppgift, och det finns risk att den personen skadas."),
    ),
    GroundRule(
        Ground.PARAMOUNT,
        "OSL 10:3",
        _OSL,
        lazy("Av synnerlig vikt att uppgiften inte lämnas ut"),
        lazy("Det är mycket viktigt för någon annan, eller för samhället, att texten inte visas."),
    ),
    GroundRule(
        Ground.WHEREABOUTS,
        "OSL 26:2",
        _OSL,
        lazy("Var ett barn vistas"),
        lazy("Texten kan visa var någon finns som behöver skydd."),
    ),
    GroundRule(
        Ground.ADDRESS,
        "OSL 21:3",
        _OSL,
        lazy("Adress eller kontaktuppgift som är skyddad"),
        lazy("Texten kan visa var någon finns som behöver skydd."),
    ),
    GroundRule(
        Ground.CHILD,
        "OSL 12:3",
        _OSL,
        lazy("Uppgift från ett barn, som skyddas även mot vårdnadshavare"),
        lazy("Texten kommer från ett barn, som har rätt till skydd."),
    ),
)


def grounds_on(day: date) -> dict[Ground, GroundRule]:
    """Return the grounds in force on a day."""
    return {rule.ground: rule for rule in GROUNDS if rule.since <= day and (rule.until is None or day <= rule.until)}


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as its reader may see it: its text, or the ground of its being hidden and no text."""

    id: uuid.UUID
    text: str = field(default="", repr=False)
    hidden: Ground | None = None


def show(
    passages: Sequence[Passage],
    masks: Mapping[uuid.UUID, Ground],
    *,
    newest: Collection[uuid.UUID],
    newest_masks: Mapping[uuid.UUID, Ground],
) -> list[Shown]:
    """Return the passages of a released version as its reader may see them.

    ``newest`` are the passages of the latest released version and ``newest_masks`` what is masked there: the latest
    check counts for older versions too. Where it masks a passage that the older version lacks, what that one has and
    the newest lacks is hidden as well, for the same text may stand there under another id.
    """
    here = {passage.id for passage in passages}
    foreign = next((ground for id_, ground in newest_masks.items() if id_ not in here), None)
    found = []
    for passage in passages:
        ground = masks.get(passage.id) or newest_masks.get(passage.id)
        if ground is None and passage.id not in newest:
            ground = foreign
        found.append(Shown(passage.id, "" if ground else passage.text, ground))
    return found


def masks_go_on(
    masks: Mapping[uuid.UUID, Ground], before: Collection[uuid.UUID], now: Collection[uuid.UUID]
) -> dict[uuid.UUID, Ground] | None:
    """Return what of the latest check goes on in a new version, or None where a person must check it anew.

    That is so where a masked passage is gone and another came: what was masked may stand in it.
    """
    if masks.keys() - set(now) and set(now) - set(before):
        return None
    return {id_: ground for id_, ground in masks.items() if id_ in now}


# In working days from the locking, where nobody has said when: time to tell a person what they are about to read.
# The municipality's own practice, not law.
_DELAYS: Mapping[NoteType, int] = {NoteType.INQUIRY: 2, NoteType.DECISION: 0}
_DELAY = 1
_MORNING = time(8)


def needs_person(protection: Protection, *, child_sensitive: bool) -> bool:
    """Tell whether a person must decide on every release: nothing is released by default where somebody may be hurt."""
    return child_sensitive or protection is not Protection.NONE


def default_release(
    kind: NoteType, locked_at: datetime, *, protection: Protection, child_sensitive: bool
) -> datetime | None:
    """Return from when a record that nobody has decided on may be read, or None where a person must decide.

    So it is with every document: none of its lines can be hidden, so somebody must have read it whole.
    """
    if kind is NoteType.DOCUMENT or needs_person(protection, child_sensitive=child_sensitive):
        return None
    days = _DELAYS.get(kind, _DELAY)
    if days == 0:
        return locked_at
    return datetime.combine(working_day_after(locked_at, days), _MORNING, STOCKHOLM)


def guardians_from(born: date | None, today: date) -> date | None:
    """Return from which day on a release that somebody has decided for guardians counts; None: no release does.

    OSL 12:3. A child who has turned 15 speaks for itself (SoL 3:4): what was decided before no longer counts. Of whom
    the age isn't known nothing is shown.
    """
    if born is None:
        return None
    if age_on(born, today) < OWN_RIGHT_AGE:
        return date.min
    year = born.year + OWN_RIGHT_AGE
    # Who is born on 29 February turns 15 in a year without that day.
    return date(year, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=year)
