"""The passages of versions with their masks, as they lie in the database; the callers have checked who asks."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.records.models import Mask, Passage, Release, Version
from portal.records.rules.passages import Passage as Text
from portal.records.rules.secrecy import Shown, show
from portal.records.rules.states import Ground


@dataclass(frozen=True, slots=True)
class Texts:
    """The passages of some versions of one record, and of its newest release, which counts for them all."""

    passages: dict[uuid.UUID, list[Text]]
    masks: dict[uuid.UUID, dict[uuid.UUID, Ground]]
    newest: uuid.UUID

    def shown(self, version_id: uuid.UUID) -> list[Shown]:
        """Return a version as a client may read it."""
        return show(
            self.passages[version_id],
            self.masks[version_id],
            newest={passage.id for passage in self.passages[self.newest]},
            newest_masks=self.masks[self.newest],
        )


def passages_of(session: Session, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Text]]:
    """Return the passages of versions in their order, masked ones with their text."""
    found: dict[uuid.UUID, list[Text]] = defaultdict(list)
    rows = session.execute(
        select(Passage.version_id, Passage.passage_id, Passage.text)
        .where(Passage.version_id.in_(version_ids))
        .order_by(Passage.version_id, Passage.position)
    )
    for version_id, passage_id, text in rows:
        found[version_id].append(Text(passage_id, text))
    return found


def masks_of(session: Session, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, Ground]]:
    """Return what the releases in force of versions mask, by version."""
    found: dict[uuid.UUID, dict[uuid.UUID, Ground]] = defaultdict(dict)
    rows = session.execute(
        select(Release.version_id, Mask.passage_id, Mask.ground)
        .join(Mask, Mask.release_id == Release.id)
        .where(Release.version_id.in_(version_ids), Release.withdrawn_at.is_(None))
    )
    for version_id, passage_id, ground in rows:
        found[version_id][passage_id] = ground
    return found


def newest_release(session: Session, record_id: uuid.UUID) -> tuple[uuid.UUID, int] | None:
    """Return the newest version of a record that has a release, also one that isn't to be read yet, and its number.

    What was decided there counts at once for the older versions.
    """
    row = session.execute(
        select(Version.id, Version.number)
        .join(Release, Release.version_id == Version.id)
        .where(Version.record_id == record_id, Release.withdrawn_at.is_(None))
        .order_by(Version.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def texts(session: Session, record_id: uuid.UUID, version_ids: Collection[uuid.UUID]) -> Texts | None:
    """Return the texts of versions of a record for a client, or None where nothing of it is released."""
    newest = newest_release(session, record_id)
    if newest is None:
        return None
    wanted = {*version_ids, newest[0]}
    found, masks = passages_of(session, wanted), masks_of(session, wanted)
    return Texts({id_: found[id_] for id_ in wanted}, {id_: masks[id_] for id_ in wanted}, newest[0])


def shown_newest(session: Session, versions: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, list[Shown]]:
    """Return versions of many records as a client may read them, by version; ``versions`` is by record."""
    newest = _newest_releases(session, versions.keys())
    wanted = {*versions.values(), *newest.values()}
    passages, masks = passages_of(session, wanted), masks_of(session, wanted)
    return {
        version_id: Texts(passages, masks, newest[record_id]).shown(version_id)
        for record_id, version_id in versions.items()
        if record_id in newest
    }


def _newest_releases(session: Session, record_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    rows = session.execute(
        select(Version.record_id, Version.id)
        .join(Release, Release.version_id == Version.id)
        .where(Version.record_id.in_(record_ids), Release.withdrawn_at.is_(None))
        .order_by(Version.number)
    )
    return {record_id: version_id for record_id, version_id in rows}  # noqa: C416 - a row isn't a pair to dict()
