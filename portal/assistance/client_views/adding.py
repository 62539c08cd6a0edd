"""What can still be done with a handed-in application: add words and files, save it as a file, take it back."""

import uuid

from flask import Response, flash, url_for

from portal.assistance import after_words, paper_copy, queries, words
from portal.assistance.client_views.asking import ask
from portal.assistance.forms.adding import SupplementForm
from portal.assistance.queries import ApplicationView
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import ApplicationState, Handling
from portal.assistance.service import signing, supplements
from portal.core import pdf
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import SOURCE_LOCALE, _, use_locale
from portal.files import http
from portal.files import queries as files
from portal.files import show as file_show
from portal.files.service import Place
from portal.web.access import Client
from portal.web.db import close_db, db
from portal.web.forms import load_form
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, actor

feature = Feature("assistance")


@feature.route("/ansokan/<uuid:application_id>/komplettera", access=Client(), writes=True)
def supplement(application_id: uuid.UUID) -> Response:
    """Show what the person is about to add to a handed-in application."""
    added = supplements.supplement(db(), actor(), application_id)
    return _page(application_id, load_form(SupplementForm, data={"supplement": added.id}))


@feature.route("/ansokan/<uuid:application_id>/komplettera", access=Client(), methods=("POST",))
def send_supplement(application_id: uuid.UUID) -> Response:
    """Send it; the same one pressed twice is sent once."""
    form = SupplementForm()
    if not form.validate():
        return _page(application_id, form, 422)
    try:
        sent = supplements.send(db(), actor(), application_id, form.supplement_id, form.text.data or "")
    except (InvalidInput, Conflict) as refused:
        if isinstance(refused, supplements.NotHandedIn):
            raise
        form.refuse(refused.message)
        return _page(application_id, form, 422)
    flash(_("Skickat. Kvitto %(number)s", number=sent.receipt_no or ""))
    return _back(application_id)


@feature.route(
    "/ansokan/<uuid:application_id>/komplettera/filer", access=Client(), methods=("POST",), body=http.body_limit
)
def supplement_files(application_id: uuid.UUID) -> Response:
    """Take in files of what is about to be added."""
    place = Place(supplements.ADDED, queries.begun_supplement(db(), actor(), application_id), actor().subject_id)
    return http.accept(place, back=url_for("assistance.supplement", application_id=application_id))


def _page(application_id: uuid.UUID, form: SupplementForm, status: int = 200) -> Response:
    view = queries.application(db(), actor(), application_id)
    begun = queries.begun_supplement(db(), actor(), application_id)
    return render(
        "assistance/client/supplement.html",
        status,
        view=view,
        over=words.title(view.kind, view.period),
        asked=after_words.asked(view, queries.happenings(db(), view)),
        rows=file_show.rows(files.listing(db(), actor(), supplements.ADDED, begun)),
        accept=file_show.kinds(),
        most_mb=settings().file_max_mb,
        form=form,
    )


@feature.route("/ansokan/<uuid:application_id>/kopia", access=Client())
def paper(application_id: uuid.UUID) -> Response:
    """Give the whole application, as it was signed, as a PDF to keep.

    It is made without a transaction open, and is stored nowhere.
    """
    view = queries.application(db(), actor(), application_id)
    found = queries.frozen(db(), view)
    if view.submitted_at is None or found is None:
        raise NotFound
    if not found.shared:
        # As where a file can't be made: who is protected since must not be told by what the other one gets.
        raise pdf.NotMade(reason="pdf")
    with use_locale(SOURCE_LOCALE):
        document = paper_copy.document(view, found, author=settings().municipality)
    close_db(None)
    # Neutral, for it stands in the window of whatever opens the file.
    return http.give_pdf(pdf.render(document, title=_("Ansökan"), lang=SOURCE_LOCALE))


@feature.route("/ansokan/<uuid:application_id>/ta-tillbaka", access=Client())
def ask_to_withdraw(application_id: uuid.UUID) -> Response:
    """Ask the applicant whether to take the application back."""
    view = _withdrawable(application_id)
    told = [_("Då går vi inte vidare med den, och du får inget beslut. Du kan söka igen för samma månad.")]
    if view.other:
        told.append(_("%(name)s får veta att du har tagit tillbaka ansökan.", name=words.other_name(view)))
    return ask(
        view,
        _("Vill du ta tillbaka ansökan?"),
        told,
        yes=_("Ta tillbaka ansökan"),
        no=_("Nej, låt den vara"),
        action=url_for("assistance.withdraw", application_id=application_id),
        back=(url_for("assistance.application", application_id=application_id), _("Tillbaka")),
    )


@feature.route("/ansokan/<uuid:application_id>/ta-tillbaka", access=Client(), methods=("POST",))
def withdraw(application_id: uuid.UUID) -> Response:
    """Take the application back before it is decided."""
    signing.withdraw(db(), actor(), application_id)
    flash(_("Ansökan är tillbakatagen."))
    return _back(application_id)


def _withdrawable(application_id: uuid.UUID) -> ApplicationView:
    view = queries.application(db(), actor(), application_id)
    if view.party is not Party.APPLICANT or view.state is not ApplicationState.SUBMITTED:
        raise NotFound
    if view.handling is Handling.DECIDED:
        raise signing.AlreadyDecided
    return view


def _back(application_id: uuid.UUID) -> Response:
    return see_other(url_for("assistance.application", application_id=application_id))
