"""One part of a draft: its questions, saved as they are typed, refused beside the field, and two devices told apart."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, flash, make_response, render_template, request, url_for

from portal.assistance import queries, show
from portal.assistance.client_views.moved import Elsewhere, bring_up, by_section, not_here
from portal.assistance.forms.section import SectionForm, Sheet, Typed, conflict_words, read_posted, section_form
from portal.assistance.queries import Draft
from portal.assistance.rules.answers import Edit, base_of, none_key, row_key
from portal.assistance.rules.completeness import standing
from portal.assistance.rules.definition import newest
from portal.assistance.rules.definition.base import Rows, Section
from portal.assistance.rules.states import EDITABLE, ApplicationState
from portal.assistance.service import drafts
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import Text, _, format_time, today
from portal.core.ids import new_id
from portal.web.access import Client
from portal.web.db import db
from portal.web.htmx import wants_fragment
from portal.web.page import render, see_other
from portal.web.routes import Feature, actor, web_kit

feature = Feature("assistance")


@dataclass(frozen=True, slots=True)
class _Place:
    """A part of a draft, as its person reaches it."""

    draft: Draft
    section: Section

    @property
    def address(self) -> str:
        return url_for("assistance.section", application_id=self.draft.application.id, key=self.section.key)

    def sheet(self, **more: Any) -> Sheet:
        filled = show.filled(self.draft)
        return Sheet(filled, self.section, standing(filled, self.section, today()), **more)


def _place(application_id: uuid.UUID, key: str) -> _Place:
    """Return a part that the actor is asked.

    :raises NotFound: a foreign or unknown application, one handed in, or a part that isn't this person's.
    """
    draft = queries.draft(db(), actor(), application_id)
    if draft.application.state not in EDITABLE:
        raise NotFound
    for section in show.filled(draft).sections(draft.application.party):
        if section.key == key:
            return _Place(draft, section)
    raise NotFound


@feature.route("/ansokan/<uuid:application_id>/del/<key>", access=Client())
def section(application_id: uuid.UUID, key: str) -> Response:
    """Show a part, with what was typed before a sign-in where that is kept.

    A part that is gone since then is shown as the part where its questions stand now.
    """
    kept = web_kit().keeper.take()
    typed = read_posted(kept) if kept else Typed()
    elsewhere = not_here(queries.draft(db(), actor(), application_id), key, typed) if kept else ()
    if elsewhere and _is_gone(key):
        key, typed = elsewhere[0].section.key, Typed()
    place = _place(application_id, key)
    typed = replace(typed, edits=by_section(key, typed).get(key, {}))
    sheet = place.sheet(
        typed={key: edit.raw for key, edit in typed.edits.items()},
        bases={key: edit.base for key, edit in typed.edits.items()},
    )
    return _page(place, sheet, restored=kept is not None, undo=request.args.get("borttagen", ""), elsewhere=elsewhere)


def _is_gone(key: str) -> bool:
    return key not in {section.key for section in newest().sections}


def _page(
    place: _Place,
    sheet: Sheet,
    status: int = 200,
    *,
    restored: bool = False,
    undo: str = "",
    elsewhere: tuple[Elsewhere, ...] = (),
) -> Response:
    form = section_form(sheet)
    changed = place.draft.changed.get((place.draft.application.party, place.section.key))
    return render(
        "assistance/client/section.html",
        status,
        **_context(place, sheet, form, form_id=secrets.token_urlsafe(12), undo=undo),
        restored=restored,
        elsewhere=elsewhere,
        saved=_("Sparat %(time)s", time=format_time(changed)) if changed and not restored else "",
        signing=place.draft.application.state is ApplicationState.SIGNING,
    )


def _context(place: _Place, sheet: Sheet, form: SectionForm, *, form_id: str, undo: str = "") -> dict[str, Any]:
    view = place.draft.application
    number, count = show.place_of(place.draft, place.section.key)
    return {
        "view": view,
        "section": place.section,
        "action": place.address,
        "form": form,
        "form_id": form_id,
        "told": sheet.told,
        "over": _("Del %(number)s av %(count)s", number=number, count=count),
        "undo": undo if _is_removed_row(sheet, undo) else "",
        "focus": "",
        "anchor": show.anchor,
    }


def _is_removed_row(sheet: Sheet, key: str) -> bool:
    return key in sheet.cells and key.count(":") == 1 and not sheet.cells[key].raw


@feature.route("/ansokan/<uuid:application_id>/del/<key>", access=Client(), methods=("POST",))
def save_section(application_id: uuid.UUID, key: str) -> Response:
    """Save what is typed, as it is; then go where the pressed button leads, or tell what is wrong."""
    typed, elsewhere = bring_up(application_id, key, read_posted(dict(request.form.lists())))
    if _is_gone(key):
        if elsewhere:
            there = _place(application_id, elsewhere[0].section.key)
            return _page(there, there.sheet(), 409, elsewhere=elsewhere)
        flash(_("Ansökan har fått nya frågor. Det du skrev är sparat."))
        return see_other(url_for("assistance.application", application_id=application_id))
    place = _place(application_id, key)
    saved, beside = _save(place, typed)
    pressed = _change_rows(place, typed)
    after = _Place(queries.draft(db(), actor(), application_id), place.section)
    if wants_fragment():
        return _fragment(after, typed, saved, beside, pressed, elsewhere)
    if pressed and not beside and not elsewhere:
        undo = request.form.get("remove")
        address = url_for("assistance.section", application_id=application_id, key=key, borttagen=undo)
        return see_other(f"{address}#{pressed.focus}")
    sheet = after.sheet(
        beside=beside,
        typed={each: typed.edits[each].raw for each in beside},
        told=_goes_on(),
    )
    if beside or elsewhere:
        return _page(after, sheet, 409 if saved.conflicts or elsewhere else 422, elsewhere=elsewhere)
    if sheet.told and sheet.standing.faults:
        return _page(after, sheet, 422)
    return _on(after.draft, key)


def _goes_on() -> bool:
    """Tell whether the button was pressed that ends a part."""
    return "next" in request.form.getlist("go")


def _save(place: _Place, typed: Typed) -> tuple[drafts.Saved, dict[str, Text]]:
    """Save what can be kept, and return what has to be said beside the answers that can't."""
    long = {key for key, edit in typed.edits.items() if len(edit.raw) > drafts.MAX_RAW}
    edits = {key: edit for key, edit in typed.edits.items() if key not in long}
    saved = drafts.save(
        db(),
        actor(),
        place.draft.application.id,
        place.section.key,
        edits,
        form=typed.form,
        turn=typed.turn,
        confirmed=_goes_on(),
    )
    too_long: Text = _("Texten är för lång. Korta den eller dela upp den.")
    beside: dict[str, Text] = dict.fromkeys(long, too_long)
    fields = dict(place.sheet().shown())
    for one in saved.conflicts:
        beside[one.key] = conflict_words(fields.get(one.key), one.kept)
    return saved, beside


@dataclass(frozen=True, slots=True)
class _Pressed:
    """A button of a row was pressed: where the page goes on, and which answers the button has set itself."""

    focus: str
    keys: frozenset[str]


def _change_rows(place: _Place, typed: Typed) -> _Pressed | None:
    """Add, remove or bring back the row that a button names; None: no such button was pressed."""
    groups = {item.key for item in place.section.items if isinstance(item, Rows)}
    for name in ("add", "remove", "restore"):
        value = request.form.get(name, "")
        group, colon, _row_id = value.partition(":")
        if group not in groups or bool(colon) is (name == "add"):
            continue
        marker = value if colon else row_key(group, str(new_id()))
        texts = {marker: "" if name == "remove" else "1"}
        if name != "remove":
            texts[none_key(group)] = ""  # who adds something takes "there is none" back
        _set(place, typed, texts)
        return _Pressed(show.anchor(group if name == "remove" else marker), frozenset(texts))
    return None


def _set(place: _Place, typed: Typed, texts: Mapping[str, str]) -> None:
    """Set answers that the button itself says, whatever was seen of them before."""
    draft = queries.draft(db(), actor(), place.draft.application.id)
    cells = draft.cells(place.section, draft.application.party)
    edits = {key: Edit(text, base_of(cells.get(key))) for key, text in texts.items()}
    drafts.save(db(), actor(), draft.application.id, place.section.key, edits, form=typed.form, turn=typed.turn)


def _on(draft: Draft, key: str) -> Response:
    """Go to the next part that isn't done, or back to the list."""
    if "later" in request.form.getlist("go"):
        return see_other(url_for("assistance.application", application_id=draft.application.id))
    return see_other(show.next_address(draft, key))


def _fragment(
    place: _Place,
    typed: Typed,
    saved: drafts.Saved,
    beside: Mapping[str, Text],
    pressed: _Pressed | None,
    elsewhere: tuple[Elsewhere, ...],
) -> Response:
    """Answer a form that stays open: what it goes on from, and its questions where others are asked than before."""
    keys = typed.edits.keys() - (pressed.keys if pressed else frozenset())
    sheet = place.sheet(
        typed={key: typed.edits[key].raw for key in keys},
        bases={key: saved.bases.get(key, typed.edits[key].base) for key in keys},
        beside=beside,
        told=typed.told,
    )
    form = section_form(sheet)
    context = _context(place, sheet, form, form_id=typed.form, undo=request.form.get("remove", ""))
    said = _("Sparat %(time)s", time=format_time(now()))
    if beside or elsewhere:
        said = _("Inte allt är sparat. Se vid frågan.") if beside else _("Inte allt är sparat.")
    return make_response(
        render_template(
            "assistance/client/saved.html",
            again=bool(beside) or pressed is not None or form.shown != typed.shown,
            said=said,
            unsaved=bool(beside or elsewhere),
            elsewhere=elsewhere,
            **context | {"focus": pressed.focus if pressed else ""},
        )
    )
