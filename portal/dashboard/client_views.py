"""The client's start page."""

from flask import Response, url_for

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.i18n import _, format_day, format_moment, lazy, ngettext
from portal.core.i18n import today as this_day
from portal.dashboard import applying
from portal.dashboard.items import Item
from portal.dashboard.rules import is_silent
from portal.meetings import proposal_words, show
from portal.meetings import queries as meetings
from portal.meetings.queries import proposals
from portal.messages import queries as messages
from portal.people import queries as people
from portal.records import queries as records
from portal.sync import queries as sync
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import render
from portal.web.routes import Feature, NavItem, actor
from portal.web.words import Due, capital, first_name

feature = Feature("dashboard", nav=(NavItem("dashboard.today", lazy("Idag"), "today", Side.CLIENT, 10),))


@feature.route("/idag", access=Client())
def today() -> Response:
    """Show what the client must do now, what is new, and the cases with their caseworkers."""
    cases = people.cases(db(), actor())
    applications = applying.rows(actor())
    todo = [*_proposals(), *applications.todo]
    news = [_news(row) for row in messages.new_for_client(db(), actor())]
    # What isn't begun is never more important than what somebody has written.
    hero = next(iter([*todo, *news, *applications.offers]), None)
    only = cases[0] if len(cases) == 1 else None
    return render(
        "dashboard/client/today.html",
        day=capital(format_day(this_day())),
        fresh=_fresh(sync.freshness(db())),
        hero=hero,
        todo=[item for item in [*todo, *applications.offers] if item is not hero],
        news=[*(item for item in news if item is not hero), *_documentation()],
        applied=applications.listed,
        cases=cases,
        meeting=show.line(row) if (row := meetings.next_meeting(db(), actor())) else None,
        calm_text=_calm_text(bool(cases)),
        write_url=url_for("messages.conversation", case_id=only.id) if only else "",
        write_text=_write_text(only.caseworker if only else ""),
    )


def _proposals() -> list[Item]:
    """Return what caseworkers have proposed and the client is to answer, the one that runs out first at the top."""
    rows = [row for row in proposals.waiting(db(), actor()) if row.waits_for(Side.CLIENT)]
    return [
        Item(
            line.title,
            "",
            line.url,
            "calendar",
            _("Läs och svara"),
            until=line.due,
            due=Due(line.due, "warning", "clock"),
        )
        for line in map(proposal_words.line, rows)
    ]


def _documentation() -> list[Item]:
    """Return that there is something to read in the journal, if there is."""
    count = records.unread_count(db(), actor())
    if not count:
        return []
    text = ngettext("%(num)s ny text i journalen", "%(num)s nya texter i journalen", count)
    url = url_for("records.journal", visa="nytt")
    return [Item(_("Något nytt är skrivet om dig"), text, url, "journal")]


def _fresh(found: sync.Freshness) -> dict[str, str]:
    """Return when the page was brought up to date, and a warning when that is long ago."""
    last = found.last_ok_at
    text = _("Uppdaterat %(at)s", at=format_moment(last)) if last else _("Inte uppdaterat än")
    warning = ""
    if is_silent(last, now()):
        warning = _("Vi når inte handläggarnas system just nu. Något nytt kan saknas här. Det du skickar sparas ändå.")
    return {"text": text, "warning": warning}


def _calm_text(has_cases: bool) -> str:
    if has_cases:
        return _("När det finns något nytt till dig står det här.")
    return _("Du har inget ärende hos oss i Insyn. Ring om du vill ha hjälp.")


def _write_text(caseworker: str) -> str:
    return _("Skriv till %(name)s", name=first_name(caseworker)) if caseworker else _("Skriv till oss")


def _news(row: messages.NewRow) -> Item:
    """Return an unread thread in words."""
    count = ngettext("%(num)s oläst meddelande", "%(num)s olästa meddelanden", row.count)
    at = format_moment(row.latest_at)
    title = _("%(name)s har skrivit till dig", name=row.author) if row.author else _("Du har ett nytt meddelande")
    # Translators: between the parts of a line ("08.31, läst av Petra"); some scripts have a comma of their own
    text = count + _(", ") + at
    return Item(title, text, url_for("messages.conversation", case_id=row.case_id), "message", _("Läs och svara"))
