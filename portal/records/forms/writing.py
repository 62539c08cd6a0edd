"""The forms of writing a record and of the secrecy check before it is shown."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import wtforms
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional, ValidationError

from portal.core.clock import now
from portal.core.errors import InvalidInput
from portal.core.i18n import STOCKHOLM, LazyText, lazy
from portal.core.text import clean_text
from portal.files.http import blocks
from portal.files.kinds import HEAD
from portal.files.rules import FileKind
from portal.records.rules.passages import Passage, Written, split
from portal.records.rules.secrecy import grounds_on
from portal.records.rules.states import MAX_TEXT, MAX_TITLE, Ground, NoteType
from portal.records.service import About, Check, Hidden, Upload
from portal.web.forms import AtMost, Form, SubmissionForm, TextLength, wording

NOTE_TYPES: dict[NoteType, LazyText] = {
    NoteType.NOTE: lazy("Tjänsteanteckning"),
    NoteType.PHONE: lazy("Telefonsamtal"),
    NoteType.VISIT: lazy("Besök"),
    NoteType.HOME_VISIT: lazy("Hembesök"),
    NoteType.MESSAGE: lazy("Meddelande"),
    NoteType.RECEIVED: lazy("Inkommen handling"),
    NoteType.PLAN: lazy("Plan"),
    NoteType.INQUIRY: lazy("Utredning"),
    NoteType.DECISION: lazy("Beslut"),
    NoteType.OTHER: lazy("Övrigt"),
    NoteType.DOCUMENT: lazy("Dokument (pdf)"),
}
_PLAIN = lazy("Korta meningar och vanliga ord. Skriv vem som har sagt vad. En tom rad börjar ett nytt stycke.")
_TITLE = TextLength(MAX_TITLE, lazy("Skriv en kort rubrik."))


class AboutForm(SubmissionForm):
    """A new record: what it is about."""

    title = StringField(wording(lazy("Rubrik")), filters=[clean_text], validators=[_TITLE])
    day = DateField(wording(lazy("Dag")), validators=[InputRequired(wording(lazy("Välj en dag.")))])
    at = TimeField(wording(lazy("Tid")), validators=[InputRequired(wording(lazy("Skriv en tid, till exempel 13.00.")))])
    child_sensitive = BooleanField(
        wording(lazy("Samtal med ett barn")),
        description=wording(lazy("Visas aldrig för vårdnadshavare. 20 kap. 7 § socialtjänstlagen.")),
    )

    def validate_day(self, field: DateField) -> None:
        """Refuse what hasn't happened yet."""
        if field.data and self.at.data and self.event_at > now():
            raise ValidationError(str(lazy("Det har inte hänt än.")))

    @property
    def event_at(self) -> datetime:
        """Return when it happened."""
        return datetime.combine(self.day.data, self.at.data, STOCKHOLM)  # type: ignore[arg-type]  # both are required

    def about(self, kind: NoteType) -> About:
        """Return what a record of some type is about."""
        return About(kind, self.title.data or "", self.event_at, bool(self.child_sensitive.data))


class WriteForm(AboutForm):
    """A new record with its text."""

    type = SelectField(
        wording(lazy("Vad är det?")),
        choices=[
            SelectChoice(kind.value, label) for kind, label in NOTE_TYPES.items() if kind is not NoteType.DOCUMENT
        ],
    )
    text = TextAreaField(
        wording(lazy("Text")),
        description=wording(_PLAIN),
        filters=[clean_text],
        validators=[InputRequired(wording(lazy("Skriv minst ett stycke.")))],
    )


def _pdf(label: LazyText) -> FileField:
    return FileField(wording(label), render_kw={"accept": FileKind.PDF.value})


def _upload(field: FileField) -> Upload | None:
    """Return the file that was chosen, if one was."""
    if not field.data:
        return None
    head = field.data.stream.read(HEAD)
    field.data.stream.seek(0)
    return Upload(field.data.filename or "", field.data.mimetype or "", head, blocks(field.data.stream))


class DocumentForm(AboutForm):
    """A new record that is a document."""

    file = _pdf(lazy("Pdf"))

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file, beside whatever else is missing."""
        if not field.data:
            raise ValidationError(str(lazy("Välj en pdf.")))

    def upload(self) -> Upload:
        """Return the file.

        :raises InvalidInput: none was chosen.
        """
        found = _upload(self.file)
        if found is None:
            raise InvalidInput(lazy("Välj en pdf."), reason="kind")
        return found


class PassageForm(wtforms.Form):
    """A passage with its id; emptied, it is taken out."""

    id = HiddenField()
    text = TextAreaField(filters=[clean_text])


class VersionForm(Form):
    """A version that is worked on, or the next one to begin."""

    title = StringField(wording(lazy("Rubrik")), filters=[clean_text], validators=[_TITLE])
    reason = StringField(
        wording(lazy("Varför ändrar du?")),
        description=wording(lazy("Klienten läser det bredvid ändringen.")),
        filters=[clean_text],
        validators=[AtMost(MAX_TEXT)],
    )
    # The stamp of the text that this form began with, and the remark that the new version is to correct.
    seen = HiddenField()
    remark = HiddenField()

    def corrects(self) -> uuid.UUID | None:
        """Return the remark that the new version is to correct, if there is one.

        :raises InvalidInput: the id isn't one.
        """
        return _id(self.remark.data) if self.remark.data else None


class NewFileForm(VersionForm):
    """A version that is a document: its title, and another file."""

    file = _pdf(lazy("Ny pdf"))

    def upload(self) -> Upload | None:
        """Return the file that was chosen, if one was."""
        return _upload(self.file)


class TextForm(VersionForm):
    """The text of a version that is worked on, passage by passage, so that each keeps its id."""

    passages = FieldList(FormField(PassageForm))
    more = TextAreaField(wording(lazy("Lägg till sist")), description=wording(_PLAIN), filters=[clean_text])

    def written(self) -> list[Written]:
        """Return the passages as they are to be saved.

        :raises InvalidInput: an id isn't one.
        """
        found = []
        for row in self.passages:
            ids = [_id(row.form.id.data)]
            parts = split(row.form.text.data or "")
            found += [Written(part, ids.pop() if ids else None) for part in parts]
        return found + [Written(part) for part in split(self.more.data or "")]


def _id(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise InvalidInput(lazy("Ladda om sidan och försök igen."), reason="passage") from None


class LockForm(Form):
    """The button that locks a text, with the stamp of what whoever presses it has read."""

    seen = HiddenField()


SHOW, HIDE = "visa", "dolj"
NOW, LATER = "nu", "senare"


class MaskForm(wtforms.Form):
    """Whether a passage is shown, and if not, on which ground and (for staff) why."""

    id = HiddenField()
    fate = RadioField(choices=[SelectChoice(SHOW, lazy("Visa")), SelectChoice(HIDE, lazy("Dölj"))])
    ground = SelectField(wording(lazy("Grund för att dölja")), validate_choice=False)
    why = StringField(wording(lazy("Varför? Bara för er.")), filters=[clean_text])


class ReleaseForm(Form):
    """The secrecy check: what is hidden, from when the rest is shown, and to whom."""

    masks = FieldList(FormField(MaskForm))
    summary = TextAreaField(
        wording(lazy("Kort på enkel svenska")),
        description=wording(lazy("Visas överst.")),
        filters=[clean_text],
        validators=[AtMost(MAX_TEXT)],
    )
    when = RadioField(
        wording(lazy("När?")),
        choices=[SelectChoice(NOW, lazy("Nu")), SelectChoice(LATER, lazy("Senare"))],
        default=NOW,
    )
    day = DateField(wording(lazy("Dag")), validators=[Optional()])
    at = TimeField(wording(lazy("Tid")), validators=[Optional()])
    for_guardians = BooleanField(wording(lazy("Vårdnadshavare får också läsa")))
    checked = BooleanField(
        wording(lazy("Jag har kontrollerat texten")),
        description=wording(
            lazy(
                "Inget om andra personer, inget som avslöjar en anmälare, inget från samtal med barn och ingen skyddad "
                "adress visas."
            )
        ),
        validators=[InputRequired(wording(lazy("Kontrollera texten innan du visar den.")))],
    )

    def offer(self, passages: Sequence[Passage], masks: Mapping[uuid.UUID, Ground], day: Any) -> None:
        """Set the grounds in force on a day, and what the latest check hid where nothing is typed yet."""
        choices = [("", str(lazy("Välj grund")))]
        choices += [(rule.ground.value, f"{rule.section}: {rule.label}") for rule in grounds_on(day).values()]
        if not self.is_submitted():
            for passage in passages:
                ground = masks.get(passage.id)
                self.masks.append_entry(
                    {"id": str(passage.id), "fate": HIDE if ground else SHOW, "ground": ground.value if ground else ""}
                )
        for row in self.masks:
            row.form.ground.choices = choices
        self._expected = {str(passage.id) for passage in passages}

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand an answer for every passage, a ground for whatever is hidden, and a day for what is shown later."""
        whole = bool(super().validate(extra_validators))
        # A passage that the form doesn't tell of would be shown without anybody having looked at it.
        if {row.form.id.data for row in self.masks} != self._expected:
            self.form_errors.append(str(lazy("Ladda om sidan och försök igen.")))
            return False
        for row in self.masks:
            if row.form.fate.data == HIDE and row.form.ground.data not in {each.value for each in Ground}:
                row.form.ground.errors = [str(lazy("Välj en grund."))]
                whole = False
        if self.when.data == LATER and not (self.day.data and self.at.data):
            self.day.errors = [str(lazy("Välj dag och tid."))]
            whole = False
        return whole

    def check_of(self) -> Check:
        """Return what was decided.

        :raises InvalidInput: an id isn't one.
        """
        later = self.when.data == LATER
        return Check(
            hidden=[
                Hidden(_id(row.form.id.data), Ground(row.form.ground.data), row.form.why.data or "")
                for row in self.masks
                if row.form.fate.data == HIDE
            ],
            visible_from=datetime.combine(self.day.data, self.at.data, STOCKHOLM) if later else None,  # type: ignore[arg-type]  # checked
            for_guardians=bool(self.for_guardians.data),
            summary=self.summary.data or "",
        )
