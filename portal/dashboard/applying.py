"""What of applications a client has to do now, and where the latest of them are, as rows of the start page."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from flask import url_for

from portal.assistance import queries, show, words
from portal.assistance.queries import ApplicationView
from portal.assistance.rules.kinds import Kind, Party, Period, slot
from portal.assistance.rules.routing import offer
from portal.assistance.rules.sending import SendBy, is_near, send_by
from portal.assistance.rules.states import ApplicationState
from portal.core.actor import Actor
from portal.core.i18n import _, format_day, format_month, today
from portal.dashboard.items import Item
from portal.web.db import db
from portal.web.page import settings
from portal.web.words import Due, due_tag, near_day

# Applications that the start page looks through and lists: the others are a tap away.
_LOOKED_AT = 12
_LISTED = 3

Signed = Mapping[uuid.UUID, frozenset[Party]]
_NOBODY: frozenset[Party] = frozenset()
Until = tuple[str, Due | None]


class Rows(NamedTuple):
    """What there is to do, the most pressing first; what it is time to apply for; the latest applications."""

    todo: list[Item]
    offers: list[Item]
    listed: list[dict[str, object]]


def rows(who: Actor) -> Rows:
    """Return what a client has to do and could do, and where their applications are."""
    views = queries.applications(db(), who, _LOOKED_AT)
    signed = queries.signed_by(db(), views)
    progress = _progress(who, [view for view in views if _is_open(view, signed)])
    todo = [item for view in sorted(views, key=lambda view: view.period) for item in _todo(view, signed, progress)]
    todo += [_invitation(one) for one in queries.invitations(db(), who)]
    todo.sort(key=lambda item: item.rank)
    listed: list[dict[str, object]] = [
        {
            "url": _page(view),
            "title": words.title(view.kind, view.period),
            "look": words.look(view),
            "text": _waits_for(view, signed.get(view.id, _NOBODY)),
        }
        for view in views[:_LISTED]
    ]
    return Rows(todo, _offers(who, views), listed)


def _page(view: ApplicationView) -> str:
    return url_for("assistance.application", application_id=view.id)


def _is_open(view: ApplicationView, signed: Signed) -> bool:
    """Tell whether an application is still being filled in: a draft, or frozen and signed by nobody yet."""
    return view.state is ApplicationState.DRAFT or (view.state is ApplicationState.SIGNING and view.id not in signed)


def _progress(who: Actor, views: Sequence[ApplicationView]) -> dict[uuid.UUID, str]:
    """Return how far each draft is: "4 av 8 delar klara."."""
    drafts = queries.drafts_of(db(), views)
    lists = show.task_lists(db(), who, drafts)
    done = zip(drafts, lists, strict=True)
    return {draft.application.id: _sentence(show.progress(tasks)) for draft, tasks in done}


def _todo(view: ApplicationView, signed: Signed, progress: Mapping[uuid.UUID, str]) -> Iterator[Item]:
    title, page = words.title(view.kind, view.period), _page(view)
    if view.asks_for_more:
        yield Item(_("Vi behöver mer från dig"), title, page, "warning", _("Läs och svara"), 1)
    elif view.state is ApplicationState.SIGNING and view.party not in signed.get(view.id, {view.party}):
        text = _("%(name)s har skrivit under. Nu är det din tur.", name=words.other_name(view))
        url = url_for("assistance.review", application_id=view.id)
        yield Item(_("Läs och skriv under"), text, url, "pencil", _("Läs ansökan"), 2, *_sign_by(view))
    elif view.state is ApplicationState.DRAFT and view.party is Party.APPLICANT and view.other and view.other.asked:
        text = _("%(name)s vill att något ändras.", name=words.other_name(view))
        url = url_for("assistance.together", application_id=view.id)
        yield Item(title, text, url, "pencil", _("Se vad"), 3, *_send_by(view))
    elif _is_open(view, signed):
        # Translators: what is left to do; %(title)s is an application, in the middle of a sentence
        finish = _("Gör klart %(title)s", title=title[:1].lower() + title[1:])
        until, due = _send_by(view)
        until = until or _("Sparas till %(day)s.", day=format_day(view.keep_until))
        yield Item(finish, progress.get(view.id, ""), page, "document", _("Fortsätt"), 5, until, due)


def _send_by(view: ApplicationView) -> Until:
    """Return until when to send."""
    last = words.send_by(view, settings().assistance_send_by_day)
    return _until(
        last,
        lambda day: _("Skicka senast %(day)s", day=day),
        _("Du kan fortfarande skicka, men pengarna kan komma senare."),
        _("Ni skriver båda under.") if len(view.joined) > 1 else "",
    )


def _sign_by(view: ApplicationView) -> Until:
    """Return until when to sign what the other one has signed: the last signature sends it."""
    return _until(
        words.send_by(view, settings().assistance_send_by_day),
        lambda day: _("Skriv under senast %(day)s", day=day),
        _("Du kan fortfarande skriva under, men pengarna kan komma senare."),
    )


def _until(last: SendBy | None, by: Callable[[str], str], still: str, more: str = "") -> Until:
    """Return a last day as a sentence and as a tag; what one still can when it is over, nothing if none is promised."""
    if last is None:
        return "", None
    if last.is_over:
        return still, None
    text, look = by(near_day(last.day)), due_tag(last.day)
    return f"{_sentence(text)} {more}".strip(), Due(text, look.color, look.icon)


def _sentence(text: str) -> str:
    # Translators: a sentence with its full stop: "4 av 8 delar klara."
    return _("%(text)s.", text=text)


def _waits_for(view: ApplicationView, signed: frozenset[Party]) -> str:
    """Return whose signature an application waits for that the client has signed: there is nothing more to do."""
    if view.state is not ApplicationState.SIGNING or view.party not in signed:
        return ""
    name, last = words.other_name(view), words.send_by(view, settings().assistance_send_by_day)
    if last is None:
        return _("%(name)s har inte skrivit under än.", name=name)
    if last.is_over:
        return _("%(name)s kan fortfarande skriva under.", name=name)
    return _("%(name)s behöver skriva under senast %(day)s.", name=name, day=near_day(last.day))


def _invitation(found: queries.Invitation) -> Item:
    return Item(
        _("%(name)s vill söka tillsammans med dig", name=found.name),
        words.title(found.kind, found.period),
        url_for("assistance.invitation", application_id=found.application_id),
        "people",
        _("Läs och svara"),
        4,
    )


def _offers(who: Actor, views: Sequence[ApplicationView]) -> list[Item]:
    """Return the monthly application that it is time for and that isn't begun; none where no day is promised."""
    number, this = settings().assistance_send_by_day, Period.of(today())
    begun = {slot(one.kind, one.period) for one in views if one.state is not ApplicationState.WITHDRAWN}
    near = {
        period: last
        for period in (this, this.plus(1))
        if (last := send_by(Kind.MONTHLY, period, number, today=today())) and is_near(last, today())
        if slot(Kind.MONTHLY, period) not in begun
    }
    before = queries.main_of(views)
    # Whoever was asked by somebody else the last time is asked by them again.
    if not near or (before and before[0].party is Party.CO_APPLICANT):
        return []
    months = settings().assistance_months_until_new
    found = offer(queries.facts(db(), who, today=today(), months_until_new=months, among=views))
    return [_offer(one.period, near[one.period]) for one in found if one.kind is Kind.MONTHLY and one.period in near]


def _offer(period: Period, last: SendBy) -> Item:
    until = _until(
        last,
        lambda day: _("Skicka senast %(day)s", day=day),
        _("Du kan fortfarande söka, men pengarna kan komma senare."),
    )
    title = _("Sök för %(month)s", month=format_month(period.first))
    url = url_for("assistance.overview", _anchor="sok")
    return Item(title, "", url, "document", _("Till ansökan"), 0, *until)
