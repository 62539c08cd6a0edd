"""An application: while it is a draft its list of parts, afterwards where it is."""

import uuid
from typing import Any

from flask import Response, url_for

from portal.assistance import queries, show, words
from portal.assistance.client_views import submitted
from portal.assistance.queries import ApplicationView, Draft
from portal.assistance.rules.answers import LAST
from portal.assistance.rules.definition import definition
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.shown import lives_together
from portal.assistance.rules.states import EDITABLE, ApplicationState, PartyState
from portal.core.i18n import _, format_day
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import render, settings
from portal.web.routes import Feature, actor
from portal.web.words import near_day

feature = Feature("assistance")


@feature.route("/ansokan/<uuid:application_id>", access=Client())
def application(application_id: uuid.UUID) -> Response:
    """Show the parts of a draft and how far each is; or, handed in, where it is."""
    view = queries.application(db(), actor(), application_id)
    if view.state not in EDITABLE:
        return submitted.page(view)
    draft = queries.draft_of(db(), view)
    view = draft.application  # in the newest version of the form
    found = show.task_lists(db(), actor(), [draft])[0]
    left = [task for task in found if not task.is_done]
    form = definition(view.definition)
    signed = view.party in queries.signed_by(db(), [view]).get(view.id, ())
    return render(
        "assistance/client/draft.html",
        view=view,
        title=words.title(view.kind, view.period),
        prefilled=any(cell.origin == LAST for cells in draft.answers.values() for cell in cells.values()),
        groups=[(key, title, [task for task in found if task.group == key]) for key, title in form.groups.items()],
        done=len(found) - len(left),
        progress=show.progress(found),
        count=len(found),
        onward=_to_review(view, signed=True) if signed else _onward(draft, left),
        review=_to_review(view, signed=signed),
        is_ready=not [task for task in left if task.key != show.PAPERS],
        signing=view.state is ApplicationState.SIGNING,
        together=_together(draft),
        is_applicant=view.party is Party.APPLICANT,
        calculates=view.kind is not Kind.SUPPLEMENTARY and view.party is Party.APPLICANT,
        keep_until=format_day(view.keep_until),
        sending=_sending(view),
        write=submitted.writing(view),
    )


def _sending(view: ApplicationView) -> dict[str, str] | None:
    """Return until when to send for an answer in time, and that one still can when it is over; None if none is said."""
    last = words.send_by(view, settings().assistance_send_by_day)
    if last is None:
        return None
    if last.is_over:
        text = _("Om du skickar efter %(day)s kan pengarna komma senare.", day=format_day(last.day))
        return {"title": _("Du kan fortfarande skicka"), "text": text}
    text = _("Då hinner vi svara innan månaden börjar. Du kan skicka senare också, men då kan pengarna komma senare.")
    return {"title": _("Skicka senast %(day)s", day=near_day(last.day)), "text": text}


def _onward(draft: Draft, left: list[show.Task]) -> dict[str, str]:
    """Return the one filled button: where one was, the first part, or on to signing."""
    view = draft.application
    needed = [task for task in left if task.key != show.PAPERS]
    still = needed or left
    if not still or (view.state is ApplicationState.SIGNING and not needed):
        return _to_review(view)
    changed = {key: at for (_party, key), at in draft.changed.items()}
    begun = view.revision > 0
    latest = max((task for task in still if task.key in changed), key=lambda task: changed[task.key], default=still[0])
    if begun and latest.key in changed:
        return {"url": latest.url, "text": _("Fortsätt där du var")}
    return {"url": still[0].url, "text": _("Fortsätt") if begun else _("Börja")}


def _to_review(view: ApplicationView, *, signed: bool = False) -> dict[str, str]:
    """Return the way on to signing; for whoever has signed, to who is waited for."""
    text = _("Se vem vi väntar på") if signed else _("Kontrollera och skriv under")
    return {"url": url_for("assistance.review", application_id=view.id), "text": text}


def _together(draft: Draft) -> dict[str, Any] | None:
    """Return what is said of the other one who applies; None where the applicant applies alone."""
    view = draft.application
    url = url_for("assistance.together", application_id=view.id)
    if view.party is Party.CO_APPLICANT:
        text = _("Du svarar på det som gäller dig. Den du söker med fyller i resten.")
        return {"title": _("Ni är två som söker"), "text": text, "url": url, "action": _("Se vem som är med")}
    other = view.co_applicant
    if other is None or other.state is PartyState.DECLINED:
        if not lives_together(show.by_section(draft)):
            return None
        text = _("Den du lever med söker tillsammans med dig, och skriver under själv.")
        return {"title": _("Ni är två som söker"), "text": text, "url": url, "action": _("Bjud in den andra")}
    if other.state is PartyState.INVITED:
        text = _("Du har bjudit in den du söker med. Hon eller han loggar in här och svarar.")
    else:
        text = _(
            "%(name)s läser och skriver under själv. Hon eller han ser allt ni skickar in.", name=words.other_name(view)
        )
    return {"title": _("Ni är två som söker"), "text": text, "url": url, "action": _("Se vem som är med")}
