"""Into a video meeting: a room that nobody can guess, at the provider's that the municipality has chosen."""

import uuid

from flask import Response

from portal.audit import service as audit
from portal.core.errors import Conflict, NotFound
from portal.core.i18n import lazy
from portal.meetings import queries
from portal.meetings.models import Meeting
from portal.meetings.rules.video import may_join, room_address
from portal.web.access import Client, Staff
from portal.web.db import db
from portal.web.page import see_other, settings
from portal.web.routes import Feature, actor

feature = Feature("video")


class NotOpen(Conflict):
    """The room opens ten minutes before, and closes a while after."""

    message = lazy("Videomötet öppnar tio minuter innan det börjar. Öppna mötet igen då.")


@feature.route("/moten/<uuid:meeting_id>/video", access=Client())
def join(meeting_id: uuid.UUID) -> Response:
    """Lead a client into the room."""
    return _to_room(meeting_id)


@feature.route("/moten/<uuid:meeting_id>/video", access=Staff("meeting:read", reads="meetings"))
def staff_join(meeting_id: uuid.UUID) -> Response:
    """Lead a member of staff into the room."""
    answer = _to_room(meeting_id)
    person_id = db().get_one(Meeting, meeting_id).person_id
    audit.record_read(db(), actor(), person_id, "meetings", object_id=meeting_id, reason="meeting")
    return answer


def _to_room(meeting_id: uuid.UUID) -> Response:
    row = queries.meeting(db(), actor(), meeting_id)
    template = settings().video_url
    if not template:
        raise NotFound
    if not may_join(row):
        raise NotOpen(reason="not_open")
    room = db().get_one(Meeting, meeting_id).room
    return see_other(room_address(template, room))
