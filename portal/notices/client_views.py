"""The client's page of their own data (Mina uppgifter): addresses, and how they learn that something is new."""

from dataclasses import dataclass

from flask import Response, flash, url_for

from portal.core.actor import Side
from portal.core.errors import InvalidInput, NotFound
from portal.core.i18n import LOCALES, _, lazy
from portal.notices import contacts, queries
from portal.notices.addresses import masked, masked_number
from portal.notices.channels import offered
from portal.notices.forms import (
    ADDRESS_FORMS,
    CHANNEL_NAMES,
    NOWHERE,
    REMINDER_NAMES,
    ChoiceForm,
    CodeForm,
    MailForm,
    MobileForm,
)
from portal.notices.rules import CODE_ATTEMPTS, CODE_LIFETIME, Channel, NoticeKind, NoticeState, Reminder
from portal.notices.texts import sentence
from portal.people.queries import own_person
from portal.web.access import Client
from portal.web.db import db
from portal.web.forms import Form, load_form
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, NavItem, actor

feature = Feature(
    "notices",
    nav=(NavItem("notices.own", lazy("Mina uppgifter"), "person", Side.CLIENT, 70, menu=True),),
)

# Who has just picked up an unlocked phone can't lead notices elsewhere: changes ask for the e-legitimation again.
FRESH_MINUTES = 10
_CHANNELS = {"epost": Channel.EMAIL, "mobil": Channel.SMS}
_WORDS = {channel: word for word, channel in _CHANNELS.items()}


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address as its owner sees it on a list; both texts are empty where there is none."""

    word: str
    name: str
    proved: str
    waiting: str
    failed: bool


def _channel(word: str) -> Channel:
    if word not in _CHANNELS:
        raise NotFound
    return _CHANNELS[word]


@feature.route("/mina-uppgifter", access=Client())
def own() -> Response:
    """Show what we know of the person, their addresses and their choice."""
    person, standing = own_person(db(), actor()), queries.standing(db(), actor().subject_id)
    return render(
        "notices/client/own.html",
        name=person.name,
        number=masked_number(person.identity_number) if person.identity_number else "",
        language=LOCALES[person.locale].own_name if person.locale in LOCALES else "",
        standing=standing,
        going_to=masked(standing.channel, standing.address) if standing.channel and standing.address else "",
        going_by=str(CHANNEL_NAMES[standing.channel]) if standing.channel else "",
        reminder=str(REMINDER_NAMES[standing.reminder]),
        addresses=_rows(),
        preview=sentence(NoticeKind.NEWS, person.locale),
        preview_language=person.locale,
    )


def _rows() -> list[AddressRow]:
    proved, waiting = queries.contact_points(db(), actor()), queries.open_codes(db(), actor())
    shown = [channel for channel in Channel if channel in offered(settings()) or channel in proved]
    return [
        AddressRow(
            word=_WORDS[channel],
            name=str(CHANNEL_NAMES[channel]),
            proved=masked(channel, proved[channel].value) if channel in proved else "",
            waiting=masked(channel, waiting[channel].value) if channel in waiting else "",
            failed=channel in proved and proved[channel].failed_at is not None,
        )
        for channel in shown
    ]


@feature.route("/mina-uppgifter/aviseringar", access=Client(fresh=FRESH_MINUTES), methods=("GET", "POST"))
def choose() -> Response:
    """Choose where notices go, how long before a meeting to be reminded, and the language."""
    standing = queries.standing(db(), actor().subject_id)
    points = queries.contact_points(db(), actor())
    form = load_form(
        ChoiceForm,
        addresses={channel: masked(channel, point.value) for channel, point in sorted(points.items())},
        data={
            # With protected data nothing is chosen beforehand unless it holds.
            "channel": standing.channel.value if standing.channel and not standing.lapsed else NOWHERE,
            "reminder": standing.reminder.value,
            "locale": standing.locale,
        },
    )
    if not form.validate_on_submit():
        return render("notices/client/choose.html", 422 if form.errors else 200, form=form, standing=standing)
    contacts.choose(
        db(),
        actor(),
        channel=None if form.channel.data == NOWHERE else Channel(form.channel.data),
        reminder=Reminder(form.reminder.data),
        locale=form.locale.data,
    )
    flash(_("Ditt val är sparat."))
    return _to_own()


@feature.route("/mina-uppgifter/<word>", access=Client(fresh=FRESH_MINUTES), methods=("GET", "POST"))
def address(word: str) -> Response:
    """Add or change an address: a code is sent to it."""
    channel = _channel(word)
    if channel not in offered(settings()):
        raise NotFound
    form = load_form(ADDRESS_FORMS[channel])
    if form.validate_on_submit():
        try:
            contacts.ask_code(db(), actor(), channel=channel, typed=form.address.data or "")
        except InvalidInput as refused:
            form.address.errors = [str(refused.message)]
        else:
            return _to_code(word)
    return _address_page(form, channel)


def _address_page(form: MailForm | MobileForm, channel: Channel) -> Response:
    present = queries.contact_points(db(), actor()).get(channel)
    return render(
        "notices/client/address.html",
        422 if form.errors else 200,
        form=form,
        is_mail=channel is Channel.EMAIL,
        present=masked(channel, present.value) if present else "",
        example=sentence(NoticeKind.NEWS, own_person(db(), actor()).locale),
    )


@feature.route("/mina-uppgifter/<word>/kod", access=Client(), methods=("GET", "POST"))
def code(word: str) -> Response:
    """Type the code that was sent."""
    channel = _channel(word)
    waiting = queries.open_codes(db(), actor()).get(channel)
    if waiting is None:
        flash(_("Koden gäller inte längre. Skriv adressen igen så får du en ny."), "warning")
        return _to_own()
    form, outcome = load_form(CodeForm), None
    if form.validate_on_submit():
        outcome = contacts.type_code(db(), actor(), channel=channel, typed=form.code.data or "")
        if outcome is contacts.Typed.RIGHT:
            return _proved(channel)
        if outcome is contacts.Typed.WRONG:
            form.code.errors = [_("Det är inte rätt kod.")]
    return render(
        "notices/client/code.html",
        422 if outcome or form.errors else 200,
        form=form,
        word=word,
        is_over=waiting.attempts >= CODE_ATTEMPTS,
        address=masked(channel, waiting.value),
        unsent=queries.state_of(db(), contacts.code_key(waiting.id)) is NoticeState.FAILED,
        minutes=int(CODE_LIFETIME.total_seconds() // 60),
        demonstration=settings().environment == "demo",
    )


def _proved(channel: Channel) -> Response:
    standing = queries.standing(db(), actor().subject_id)
    if standing.channel is channel and standing.address:
        flash(_("Klart. Vi skickar dit när något är nytt."))
    else:
        flash(_("Klart. Vi skickar ingenting dit förrän du har valt det."))
    return _to_own()


@feature.route("/mina-uppgifter/<word>/ny-kod", access=Client(), methods=("POST",))
def new_code(word: str) -> Response:
    """Send a new code to the address that waits for one."""
    try:
        contacts.ask_again(db(), actor(), channel=_channel(word))
    except InvalidInput as refused:
        flash(str(refused.message), "warning")
    else:
        flash(_("Vi har skickat en ny kod."))
    return _to_code(word)


@feature.route("/mina-uppgifter/<word>/avbryt", access=Client(), methods=("POST",))
def break_off(word: str) -> Response:
    """Forget the address that waits for a code."""
    contacts.break_off(db(), actor(), channel=_channel(word))
    return _to_own()


@feature.route("/mina-uppgifter/<word>/ta-bort", access=Client(fresh=FRESH_MINUTES), methods=("GET", "POST"))
def remove(word: str) -> Response:
    """Ask whether an address is to be removed, and remove it."""
    channel = _channel(word)
    point = queries.contact_points(db(), actor()).get(channel)
    if point is None:
        return _to_own()
    if load_form(Form).validate_on_submit():
        contacts.remove(db(), actor(), channel=channel)
        flash(_("Adressen är borttagen."))
        return _to_own()
    is_used = queries.standing(db(), actor().subject_id).channel is channel
    return render("notices/client/remove.html", address=masked(channel, point.value), is_used=is_used)


def _to_own() -> Response:
    return see_other(url_for("notices.own"))


def _to_code(word: str) -> Response:
    return see_other(url_for("notices.code", word=word))
