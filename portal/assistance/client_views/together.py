"""Two who apply together: asking somebody by number, being asked, saying yes or no, leaving, asking for a change."""

import uuid

from flask import Response, flash, url_for

from portal.assistance import queries, words
from portal.assistance.client_views.asking import ask
from portal.assistance.forms.together import AskForm, InviteForm
from portal.assistance.queries import ApplicationView, Invitation
from portal.assistance.rules.kinds import Kind, Party, slot
from portal.assistance.rules.states import EDITABLE, ApplicationState, PartyState
from portal.assistance.service import parties
from portal.assistance.service.holding import NotADraft
from portal.core.errors import InvalidInput, NotFound
from portal.core.i18n import _
from portal.people.identity_numbers import hyphenated
from portal.web.access import Client
from portal.web.db import db
from portal.web.forms import ButtonForm, load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, actor

feature = Feature("assistance")

# A sign-in so new that it is sure who it is (min): what somebody joins, they answer for (PEERS.md B2 row 1).
FRESH = 10


@feature.route("/ansokan/<uuid:application_id>/tillsammans", access=Client())
def together(application_id: uuid.UUID) -> Response:
    """Show who applies together, and ask for a number where nobody does."""
    return _page(_draft(application_id), load_form(InviteForm))


@feature.route("/ansokan/<uuid:application_id>/tillsammans", access=Client(), methods=("POST",))
def invite(application_id: uuid.UUID) -> Response:
    """Ask somebody to apply together; who can't be asked is told beside the field, and counts as an attempt."""
    view = _mine(application_id, Party.APPLICANT)
    form = InviteForm()
    if not form.validate():
        return _page(view, form, 422)
    try:
        number = form.twelve
        parties.invite(db(), actor(), application_id, number)
    except (InvalidInput, parties.TooManyInvitations) as refused:
        form.refuse(refused.message)
        return _page(view, form, 422)
    flash(_("Klart. Nu väntar vi på svar."))
    return _to("assistance.together", application_id)


def _page(view: ApplicationView, form: InviteForm, status: int = 200) -> Response:
    other = view.co_applicant if view.party is Party.APPLICANT else view.other
    return render(
        "assistance/client/together.html",
        status,
        view=view,
        over=words.title(view.kind, view.period),
        other=other,
        state=other.state.value if other else "",
        number=hyphenated(other.number) if other and other.number else "",
        is_applicant=view.party is Party.APPLICANT,
        may_invite=view.party is Party.APPLICANT and (other is None or other.state is PartyState.DECLINED),
        form=form,
    )


@feature.route("/ansokan/<uuid:application_id>/tillsammans/ta-bort", access=Client())
def ask_to_remove(application_id: uuid.UUID) -> Response:
    """Ask whether to go on without the other one."""
    view = _mine(application_id, Party.APPLICANT)
    if view.co_applicant is None:
        return _to("assistance.together", application_id)
    question, told = _("Vill du ta tillbaka din fråga?"), [_("Du kan fråga igen senare.")]
    if view.other:
        name = words.other_name(view)
        question = _("Vill du söka utan %(name)s?", name=name)
        gone = _("Det %(name)s själv har svarat och lagt till tas bort. Underskrifter gäller inte längre.", name=name)
        told.insert(0, gone)
    return _ask(view, question, told, yes=_("Ja, sök ensam"), action="assistance.remove_other")


@feature.route("/ansokan/<uuid:application_id>/tillsammans/ta-bort", access=Client(), methods=("POST",))
def remove_other(application_id: uuid.UUID) -> Response:
    """Take the co-applicant or the invitation away."""
    parties.remove_co_applicant(db(), actor(), application_id)
    flash(_("Klart. Nu söker du ensam."))
    return _to("assistance.together", application_id)


def _ask(view: ApplicationView, question: str, told: list[str], *, yes: str, action: str) -> Response:
    back = (url_for("assistance.together", application_id=view.id), _("Tillbaka"))
    there = url_for(action, application_id=view.id)
    return ask(view, question, told, yes=yes, no=_("Nej, gå tillbaka"), action=there, back=back)


@feature.route("/ansokan/<uuid:application_id>/tillsammans/lamna", access=Client())
def ask_to_leave(application_id: uuid.UUID) -> Response:
    """Ask a co-applicant whether to take part no longer."""
    view = _mine(application_id, Party.CO_APPLICANT)
    told = _(
        "Det du själv har svarat och lagt till tas bort. %(name)s får veta att du inte är med, men inte varför.",
        name=words.other_name(view),
    )
    question = _("Vill du inte vara med i ansökan?")
    return _ask(view, question, [told], yes=_("Lämna ansökan"), action="assistance.leave")


@feature.route("/ansokan/<uuid:application_id>/tillsammans/lamna", access=Client(), methods=("POST",))
def leave(application_id: uuid.UUID) -> Response:
    """Take part no longer."""
    parties.leave(db(), actor(), application_id)
    flash(_("Klart. Du är inte längre med i ansökan."))
    return see_other(url_for("assistance.overview"))


@feature.route("/ansokan/<uuid:application_id>/andring", access=Client())
def ask_change(application_id: uuid.UUID) -> Response:
    """Ask a co-applicant what should be changed before signing."""
    return _change(_mine(application_id, Party.CO_APPLICANT), load_form(AskForm))


@feature.route("/ansokan/<uuid:application_id>/andring", access=Client(), methods=("POST",))
def send_change(application_id: uuid.UUID) -> Response:
    """Tell the applicant what the co-applicant wants to have changed."""
    view = _mine(application_id, Party.CO_APPLICANT)
    form = AskForm()
    if not form.validate():
        return _change(view, form, 422)
    parties.ask_change(db(), actor(), application_id, form.text.data or "")
    flash(_("Skickat. %(name)s ser det i ansökan.", name=words.other_name(view)))
    return _to("assistance.together", application_id)


def _change(view: ApplicationView, form: AskForm, status: int = 200) -> Response:
    return render(
        "assistance/client/ask_change.html",
        status,
        view=view,
        over=words.title(view.kind, view.period),
        name=words.other_name(view),
        form=form,
    )


@feature.route("/ansokan/inbjudan/<uuid:application_id>", access=Client())
def invitation(application_id: uuid.UUID) -> Response:
    """Show who asks the person to apply together, for what, and what it means."""
    return _invitation(application_id, restored=load_form(ButtonForm).restored)


@feature.route("/ansokan/inbjudan/<uuid:application_id>", access=Client(fresh=FRESH), methods=("POST",))
def join(application_id: uuid.UUID) -> Response:
    """Take part in somebody's application."""
    try:
        parties.join(db(), actor(), application_id)
    except parties.OwnApplicationOpen:
        return _invitation(application_id, 409)
    flash(_("Nu är du med i ansökan. Läs igenom den och fyll i dina delar."))
    return _to("assistance.application", application_id)


@feature.route("/ansokan/inbjudan/<uuid:application_id>/nej", access=Client(), methods=("POST",))
def decline(application_id: uuid.UUID) -> Response:
    """Say no; nothing has to be explained."""
    parties.decline(db(), actor(), application_id)
    flash(_("Du har sagt nej. Den som frågade får veta det."))
    return see_other(url_for("assistance.overview"))


def _invitation(application_id: uuid.UUID, status: int = 200, *, restored: bool = False) -> Response:
    found = queries.invitation(db(), actor(), application_id)
    return render(
        "assistance/client/invitation.html",
        status,
        invitation=found,
        over=words.title(found.kind, found.period),
        own=_own(found),
        restored=restored,
        form=ButtonForm(formdata=None),
    )


def _own(found: Invitation) -> ApplicationView | None:
    """Return the person's own open application of the month, which stands in the way of taking part in another."""
    open_states = EDITABLE if found.kind is Kind.SUPPLEMENTARY else EDITABLE | {ApplicationState.SUBMITTED}
    mine = queries.applications(db(), actor())
    return next(
        (
            one
            for one in mine
            if slot(one.kind, one.period) == slot(found.kind, found.period) and one.state in open_states
        ),
        None,
    )


def _draft(application_id: uuid.UUID) -> ApplicationView:
    """Return an application that may still be changed.

    :raises NotFound: it is foreign or unknown.
    :raises NotADraft: it is handed in.
    """
    view = queries.application(db(), actor(), application_id)
    if view.state not in EDITABLE:
        raise NotADraft
    return view


def _mine(application_id: uuid.UUID, party: Party) -> ApplicationView:
    view = _draft(application_id)
    if view.party is not party:
        raise NotFound
    return view


def _to(endpoint: str, application_id: uuid.UUID) -> Response:
    return see_other(url_for(endpoint, application_id=application_id))
