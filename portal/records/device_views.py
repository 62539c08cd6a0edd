"""Hiding what stands in the journal on this device, and showing it again."""

import uuid
from datetime import datetime, time

from flask import Response, flash, url_for

from portal.core.i18n import STOCKHOLM, _, today
from portal.records import device, queries
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import see_other
from portal.web.routes import Feature, actor

feature = Feature("device")


@feature.route("/journal/<uuid:record_id>/dolj", access=Client(), methods=("POST",))
def hide(record_id: uuid.UUID) -> Response:
    """Hide a record on this device."""
    queries.record(db(), actor(), record_id)
    return _back(device.hidden(actor().id).hide(record_id), _("Texten är dold på den här enheten."))


@feature.route("/journal/<uuid:record_id>/visa", access=Client(), methods=("POST",))
def show(record_id: uuid.UUID) -> Response:
    """Show a record again on this device."""
    opened = queries.record(db(), actor(), record_id)
    return _back(device.hidden(actor().id).show(record_id, opened.event_at), _("Texten visas igen."))


@feature.route("/journal/dolj-aldre", access=Client(), methods=("POST",))
def hide_older() -> Response:
    """Hide all that happened before today."""
    before = datetime.combine(today(), time.min, STOCKHOLM)
    return _back(
        device.hidden(actor().id).hide_older(before), _("Allt som är äldre än i dag är dolt på den här enheten.")
    )


@feature.route("/journal/visa-allt", access=Client(), methods=("POST",))
def show_all() -> Response:
    """Show everything again on this device."""
    return _back(device.Hidden(), _("Allt visas igen."))


def _back(what: device.Hidden, said: str) -> Response:
    flash(said)
    response = see_other(url_for("records.journal"))
    return device.keep(response, actor().id, what)
