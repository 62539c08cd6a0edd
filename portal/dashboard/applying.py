"""What of applications a client has to do now, and where the latest of them are, as rows of the start page."""

from collections.abc import Iterator

from flask import url_for

from portal.assistance import queries, words
from portal.assistance.queries import ApplicationView
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import ApplicationState, Handling
from portal.core.actor import Actor
from portal.core.i18n import _, format_day
from portal.web.db import db

# Applications that the start page looks through and lists: the others are a tap away.
_LOOKED_AT = 12
_LISTED = 3


def rows(who: Actor) -> tuple[list[dict[str, str]], list[dict[str, object]]]:
    """Return what there is to do, the most pressing first, and the latest applications with where each is."""
    views = queries.applications(db(), who, _LOOKED_AT)
    signed = queries.signed_by(db(), views)
    todo = [item for view in views for item in _todo(view, signed.get(view.id, frozenset()))]
    todo += [_invitation(one) for one in queries.invitations(db(), who)]
    todo.sort(key=lambda item: item["rank"])
    listed = [
        {"url": _page(view), "title": words.title(view.kind, view.period), "look": words.look(view)}
        for view in views[:_LISTED]
    ]
    return todo, listed


def _page(view: ApplicationView) -> str:
    return url_for("assistance.application", application_id=view.id)


def _todo(view: ApplicationView, signed: frozenset[Party]) -> Iterator[dict[str, str]]:
    title = words.title(view.kind, view.period)
    if view.state is ApplicationState.SUBMITTED and view.handling is Handling.COMPLETION_ASKED:
        yield _item("1", _("Vi behöver mer från dig"), title, _page(view), _("Läs och svara"), "warning")
    elif view.state is ApplicationState.SIGNING and signed and view.party not in signed:
        text = _("%(name)s har skrivit under. Nu är det din tur.", name=words.other_name(view))
        url = url_for("assistance.review", application_id=view.id)
        yield _item("2", _("Läs och skriv under"), text, url, _("Läs och skriv under"), "pencil")
    elif view.state is ApplicationState.DRAFT and view.party is Party.APPLICANT and view.other and view.other.asked:
        text = _("%(name)s vill att något ändras.", name=words.other_name(view))
        url = url_for("assistance.together", application_id=view.id)
        yield _item("3", title, text, url, _("Se vad"), "pencil")
    elif view.state is ApplicationState.DRAFT or (view.state is ApplicationState.SIGNING and not signed):
        text = _("Inte skickad. Sparas till %(day)s.", day=format_day(view.keep_until))
        yield _item("5", title, text, _page(view), _("Fortsätt"), "document")


def _invitation(found: queries.Invitation) -> dict[str, str]:
    return _item(
        "4",
        _("%(name)s vill söka tillsammans med dig", name=found.name),
        words.title(found.kind, found.period),
        url_for("assistance.invitation", application_id=found.application_id),
        _("Läs och svara"),
        "people",
    )


def _item(rank: str, title: str, text: str, url: str, action: str, icon: str) -> dict[str, str]:
    return {"rank": rank, "title": title, "text": text, "url": url, "action": action, "icon": icon}
