"""Meetings in one's own calendar: a file of one meeting, and a private address that a calendar program asks again."""

import uuid

from flask import Response, flash, make_response, url_for
from wtforms import BooleanField, SubmitField

from portal.core.actor import Side
from portal.core.errors import NotFound
from portal.core.i18n import _, format_moment, lazy, use_locale
from portal.meetings.calendar_words import entry
from portal.meetings.queries import feeds
from portal.meetings.rules import ics
from portal.meetings.service import feeds as service
from portal.web.access import Client, Public, SignedIn
from portal.web.db import db
from portal.web.forms import Form, load_form
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, NavItem, actor

# Whoever holds the device a moment must not be able to set up a lasting view of when somebody has meetings.
FRESH_MINUTES = 10

feature = Feature(
    "calendar", nav=(NavItem("calendar.own", lazy("Möten i din kalender"), "calendar", None, 60, menu=True),)
)


class FeedForm(Form):
    """What the address may show, and whether it is made or closed."""

    detailed = BooleanField(lazy("Visa också hur och var vi träffas"))  # type: ignore[arg-type]  # read when shown
    close = SubmitField()


@feature.route("/moten/<uuid:meeting_id>/mote.ics", access=Client())
def meeting_file(meeting_id: uuid.UUID) -> Response:
    """Give one meeting as a calendar file; it says that there is a meeting, and when."""
    return _calendar([feeds.one(db(), actor(), meeting_id)], filename="mote.ics")


@feature.route("/kalender/<secret>.ics", access=Public(side=Side.CLIENT))
def client_feed(secret: str) -> Response:
    """Give a client's feed to whoever has its address."""
    return _feed(Side.CLIENT, secret)


@feature.route("/personalkalender/<secret>.ics", access=Public(side=Side.STAFF))
def staff_feed(secret: str) -> Response:
    """Give a staff member's feed to whoever has its address."""
    return _feed(Side.STAFF, secret)


def _feed(side: Side, secret: str) -> Response:
    found = feeds.feed(db(), side, secret)
    if found is None:
        raise NotFound
    with use_locale(found.locale):
        return _calendar(feeds.meetings(db(), found), name=_("Möten"))


def _calendar(rows: list[feeds.FeedMeeting], *, name: str = "", filename: str = "") -> Response:
    response = make_response(ics.calendar_file([entry(row) for row in rows], name=name))
    response.content_type = ics.MEDIA_TYPE
    if filename:
        response.headers["Content-Disposition"] = f"attachment; filename={filename}"
    return response


@feature.route("/kalenderadress", access=SignedIn(level=3))
def own() -> Response:
    """Show whether the actor has an address for a calendar program, and let it be made, renewed or closed."""
    return _page(load_form(FeedForm))


@feature.route("/kalenderadress", access=SignedIn(level=3, fresh=FRESH_MINUTES), methods=("POST",))
def change() -> Response:
    """Make a new address, or close the one there is; a new one is shown here once and never again."""
    form = FeedForm()
    if not form.validate():
        return _page(form, status=422)
    if form.close.data:
        if service.close(db(), actor()):
            flash(_("Adressen är stängd. Kalendern hämtar inga fler möten."))
        return see_other(url_for("calendar.own"))
    secret = service.renew(db(), actor(), detailed=bool(form.detailed.data))
    return _page(form, secret=secret)


def _page(form: FeedForm, *, secret: str = "", status: int = 200) -> Response:
    found = feeds.own(db(), actor())
    if found and not form.is_submitted() and not form.restored:
        form.detailed.data = found.detailed
    return render(
        "meetings/calendar_address.html",
        status,
        form=form,
        created=format_moment(found.created_at) if found else "",
        address=_address(secret) if secret else "",
        may_tell=feeds.may_tell(db(), actor()),
    )


def _address(secret: str) -> str:
    if actor().side is Side.CLIENT:
        return settings().client_url + url_for("calendar.client_feed", secret=secret)
    return settings().staff_url + url_for("calendar.staff_feed", secret=secret)
