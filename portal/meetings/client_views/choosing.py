"""The page that asks whom to meet, how, and whether an interpreter is needed: all that decides over the times."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for
from markupsafe import Markup

from portal.core.i18n import _
from portal.meetings import queries, show
from portal.meetings.forms.client import NO, YES, ChooseForm
from portal.meetings.models import BookingDraft, MeetingType
from portal.meetings.queries import CaseStaff
from portal.meetings.rules import choosing
from portal.meetings.rules.arrangement import Arrangement, arrangement_of
from portal.meetings.rules.states import Form, TypeKind
from portal.meetings.words import kind_name
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render
from portal.web.routes import actor

TEMPLATE = "meetings/client/choose.html"


@dataclass(frozen=True, slots=True)
class Before:
    """What the form is filled in with: the last meeting, a draft, or the meeting whose form is to be another."""

    case_id: uuid.UUID | None
    staff_id: uuid.UUID | None
    type_id: uuid.UUID | None
    wanted: Arrangement


class Asked:
    """The question with what can be chosen, and the form that asks it."""

    def __init__(self, before: Before | None, action: str, back: tuple[str, str], *, is_move: bool = False) -> None:
        self.cases = queries.whom(db(), actor())
        self.action, self.back, self.is_move = action, back, is_move
        first = self._case_of(before)
        self.kinds: Sequence[MeetingType] = queries.types_for(db(), actor(), first.case_id if first else None)
        self.whom = [choice for case in self.cases for choice in self._choices(case)]
        self.form = load_form(ChooseForm, data=self._filled(before, first))
        self.names = {str(kind.id): kind_name(kind) for kind in choosing.shown(self.kinds)}
        self.form.offer({key: name for key, name, _hint in self.whom}, self.names, choosing.forms_of(self.kinds))

    @property
    def is_possible(self) -> bool:
        """Tell whether there is anybody to meet, in any way."""
        return bool(self.whom and self.kinds)

    @property
    def hints(self) -> dict[str, str | Markup]:
        """Return what stands under each person."""
        return {key: hint for key, _name, hint in self.whom}

    def picked(self) -> dict[str, Any] | None:
        """Return what was chosen as ``drafts.begin`` takes it, or None with errors in the form."""
        if not self.is_possible or not self.form.validate():
            return None
        case_id, staff_id = _ids(self.form.whom.data)
        wanted = self.form.wanted()
        kind = self._kind(case_id, wanted.form)
        if kind is None:
            self.form.how.errors = [_("Det mötet går inte att ha på det sättet. Välj ett annat sätt att träffas.")]
            return None
        return {"case_id": case_id, "staff_id": staff_id, "type_id": kind.id, "wanted": wanted}

    def _kind(self, case_id: uuid.UUID | None, form: Form) -> MeetingType | None:
        chosen = next(kind for kind in self.kinds if str(kind.id) == self.form.kind.data)
        there = queries.types_for(db(), actor(), case_id)
        # Another case's unit may have a kind of its own by the same name.
        alike = [kind for kind in there if (kind.kind, kind.name) == (chosen.kind, chosen.name)]
        same = next((kind for kind in there if kind.id == chosen.id), alike[0] if alike else chosen)
        return choosing.kind_for(there, same, form)

    def _case_of(self, before: Before | None) -> CaseStaff | None:
        same = [case for case in self.cases if before is not None and case.case_id == before.case_id]
        return next(iter(same or self.cases), None)

    def _choices(self, case: CaseStaff) -> list[tuple[str, str, str | Markup]]:
        if case.case_id is None:
            return [(_key(None, None), _("Mottagningen"), _("De hjälper dig som är ny hos oss"))]
        title = case.title if len(self.cases) > 1 else ""
        found = [(_key(case.case_id, one.id), one.name, _hint(_role(named=one.named), title)) for one in case.staff]
        if len(case.staff) > 1:
            found.append((_key(case.case_id, None), _("Den som är ledig först"), _hint(_("Av dem här ovanför"), title)))
        return found

    def _filled(self, before: Before | None, first: CaseStaff | None) -> dict[str, str]:
        if first is None or not self.kinds:
            return {}
        staff_id = before.staff_id if before and before.case_id == first.case_id else None
        if staff_id not in first.ids and first.case_id is not None:
            staff_id = first.staff[0].id
        kind = self._usual(before, first)
        filled = {"whom": _key(first.case_id, staff_id if first.case_id else None), "kind": str(kind.id)}
        forms = choosing.forms_of(self.kinds)
        wanted = before.wanted if before else None
        usual = Form(kind.forms[0])
        filled["how"] = wanted.form if wanted and wanted.form in forms else usual
        if wanted is not None:
            filled["interpreter"] = YES if wanted.interpreter else NO
            filled["language"], filled["interpreter_wish"] = wanted.interpreter, wanted.interpreter_wish
        return filled

    def _usual(self, before: Before | None, first: CaseStaff) -> MeetingType:
        shown = choosing.shown(self.kinds)
        wished = before.type_id if before else None
        usual = TypeKind.FIRST if first.case_id is None else TypeKind.FOLLOW_UP
        found = next((kind for kind in shown if kind.id == wished), None)
        return found or next((kind for kind in shown if kind.kind is usual), shown[0])


def begin() -> Asked:
    """Ask for a new meeting, filled in as the last one was."""
    last = queries.latest(db(), actor())
    before = Before(last.case_id, last.staff_id, last.type_id, last.wanted) if last else None
    return Asked(before, url_for("meetings.begin"), (url_for("meetings.overview"), _("Möten")))


def again(draft: BookingDraft) -> Asked:
    """Ask once more for what is being booked."""
    before = Before(draft.case_id, draft.staff_id, draft.type_id, arrangement_of(draft))
    back = (url_for("meetings.free", draft_id=draft.id), _("Tillbaka"))
    action = url_for("meetings.begin_again", draft_id=draft.id)
    return Asked(before, action, back, is_move=draft.moves_id is not None)


def other_way(meeting_id: uuid.UUID, draft: BookingDraft) -> Asked:
    """Ask for another way to hold a meeting that is booked."""
    before = Before(draft.case_id, draft.staff_id, draft.type_id, arrangement_of(draft))
    back = (url_for("meetings.meeting", meeting_id=meeting_id), _("Mötet"))
    return Asked(before, url_for("meetings.move_other_way", meeting_id=meeting_id), back, is_move=True)


def page(asked: Asked, status: int = 200) -> Response:
    """Show the question, or whom to call where nobody can be booked."""
    if not asked.is_possible:
        text = _("Det finns ingen att boka just nu. Ring oss, så hjälper vi dig.")
        return render("meetings/client/nobody.html", status, text=text)
    return render(
        TEMPLATE,
        status,
        form=asked.form,
        action=asked.action,
        back=asked.back,
        hints=asked.hints,
        only_whom=asked.whom[0] if len(asked.whom) == 1 else None,
        only_kind=next(iter(asked.names)) if len(asked.names) == 1 else "",
        form_hints={form.value: hint for form, hint in show.HINTS.items()},
        form_icons={form.value: icon for form, icon in show.ICONS.items()},
        is_move=asked.is_move,
    )


def _key(case_id: uuid.UUID | None, staff_id: uuid.UUID | None) -> str:
    return f"{case_id or ''}:{staff_id or ''}"


def _ids(key: str) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    case, _colon, staff = key.partition(":")
    return uuid.UUID(case) if case else None, uuid.UUID(staff) if staff else None


def _role(*, named: bool) -> str:
    return _("Din handläggare") if named else _("Arbetar med ditt ärende")


def _hint(role: str, title: str) -> str | Markup:
    return Markup('{}. <bdi lang="sv">{}</bdi>').format(role, title) if title else role
