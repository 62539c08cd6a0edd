"""Random devices, lost answers, late and doubled requests, new versions of the form: nothing acknowledged is lost."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from portal.assistance.rules.answers import Base, Cell, Cells, Edit, base_of, from_json, merge, next_bases, to_json
from portal.assistance.rules.carrying import carry, carry_edits
from portal.assistance.rules.definition import Step, Versions, using
from portal.assistance.rules.definition.first import FIRST

Kept = TypeVar("Kept")

# What is asked; in the form's versions the last one has other names: "phone", "phone2", "phone3" ...
KEYS = ("message", "phone")
MOST_VERSIONS = 5
TEXTS = st.sampled_from(["", "a", "b", "ab", "0701", "0702"])


@dataclass
class Form:
    """A form as a browser holds it: what it showed, what stands in it now, and its next turn."""

    id: str
    bases: dict[str, Base]
    typed: dict[str, str]
    turn: int = 0
    version: int = 1
    # The newest version whose text the person in front of this form has had before their eyes.
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A posted form on its way."""

    form: Form
    turn: int
    version: int
    edits: dict[str, Edit]
    seen: dict[str, int]


def name_of(key: str, version: int) -> str:
    """Return what an answer is called in a version of the form."""
    return key if version == 1 or key != KEYS[-1] else f"{key}{version}"


def by_name(answers: Mapping[str, Kept], version: int) -> dict[str, Kept]:
    """Return answers by their names in a version."""
    return {name_of(key, version): answers[key] for key in KEYS if key in answers}


def by_key(answers: Mapping[str, Kept], version: int) -> dict[str, Kept]:
    """Return answers by what is asked."""
    names = {name_of(key, version): key for key in KEYS}
    return {names[name]: one for name, one in answers.items()}


def _renames(version: int) -> Step:
    def step(by_section: Mapping[str, Cells]) -> dict[str, Cells]:
        old, new = name_of(KEYS[-1], version), name_of(KEYS[-1], version + 1)
        return {
            section: {new if name == old else name: cell for name, cell in cells.items()}
            for section, cells in by_section.items()
        }

    return step


def versions(newest: int) -> Versions:
    """Return so many versions of the form, each with another name of the last answer."""
    numbers = range(1, newest + 1)
    return Versions(
        {number: replace(FIRST, version=number) for number in numbers}, {number: _renames(number) for number in numbers}
    )


class Devices(RuleBasedStateMachine):
    """One section, edited by any number of forms over a line that loses, doubles and reorders."""

    forms = Bundle("forms")
    under_way = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[str, Cell] = {}
        self.count = 0
        self.version = 1
        # Every text that was ever stored of a key, with who stored it and what they had seen.
        self.log: dict[str, list[tuple[int, str, Form, int, int]]] = {key: [] for key in KEYS}
        # Acknowledged texts that must be there, or have been replaced by somebody who had seen them.
        self.acknowledged: list[tuple[str, int, str]] = []

    @rule(target=forms)
    def open(self) -> Form:
        """Open the page on a device."""
        self.count += 1
        typed = {key: self.cells[key].raw if key in self.cells else "" for key in KEYS}
        seen = {key: self.cells[key].version if key in self.cells else 0 for key in KEYS}
        bases = {key: base_of(self.cells.get(key)) for key in KEYS}
        return Form(f"f{self.count}", bases, typed, version=self.version, seen=seen)

    @rule(form=forms, key=st.sampled_from(KEYS), text=TEXTS)
    def type(self, form: Form, key: str, text: str) -> None:
        """Type in a field."""
        form.typed[key] = text

    @rule(target=under_way, form=forms)
    def send(self, form: Form) -> Request:
        """Send the whole form, as autosave does."""
        form.turn += 1
        edits = {key: Edit(form.typed[key], form.bases[key]) for key in KEYS}
        return Request(form, form.turn, form.version, by_name(edits, form.version), dict(form.seen))

    @precondition(lambda self: self.version < MOST_VERSIONS)
    @rule()
    def upgrade(self) -> None:
        """Let a new version of the form come; the draft is carried over when it is used next."""
        old = by_name(self.cells, self.version)
        with using(versions(self.version + 1)):
            carried = carry({"contact": old}, self.version)["contact"]
        self.version += 1
        self.cells = by_key(carried, self.version)

    @rule(request=under_way, heard=st.booleans())
    def arrive(self, request: Request, heard: bool) -> None:
        """Let a request arrive, perhaps a second time, perhaps after a later one; its answer may be lost."""
        before = dict(self.cells)
        with using(versions(self.version)):
            edits = by_key(carry_edits("contact", request.edits, request.version)["contact"], self.version)
        merged = merge(self.cells, edits, form=request.form.id, turn=request.turn)
        self.cells = merged.cells
        for key in merged.changed:
            version = self.cells[key].version
            assert version == (before[key].version if key in before else 0) + 1
            self.log[key].append((version, self.cells[key].raw, request.form, request.turn, request.seen[key]))
        for conflict in merged.conflicts:
            assert conflict.kept == before[conflict.key].raw
            assert conflict.typed == edits[conflict.key].raw
        if heard and request.turn == request.form.turn:  # a browser throws away the answers of requests it gave up
            request.form.version = self.version  # its questions are drawn anew where it was of an older one
            request.form.bases.update(next_bases(merged, edits))
            shown = {conflict.key for conflict in merged.conflicts}
            for key, edit in edits.items():
                version, raw = (self.cells[key].version, self.cells[key].raw) if key in self.cells else (0, "")
                if key in shown or raw == edit.raw:
                    request.form.seen[key] = version
                if key in merged.changed:
                    self.acknowledged.append((key, version, edit.raw))

    @rule(form=forms, key=st.sampled_from(KEYS), text=TEXTS, heard=st.booleans())
    def save(self, form: Form, key: str, text: str, heard: bool) -> None:
        """Type, send and arrive at once, as mostly happens."""
        self.type(form, key, text)
        self.arrive(self.send(form), heard)

    @rule(request=consumes(under_way))
    def lose(self, request: Request) -> None:
        """Lose a request on its way."""

    @rule()
    def store(self) -> None:
        """Write to the database and read again."""
        self.cells = from_json(to_json(self.cells))

    @invariant()
    def what_is_replaced_was_seen(self) -> None:
        """Every stored text was replaced only by a form that had seen it, or by the one that had written it."""
        for entries in self.log.values():
            for (version, _text, writer, turn, _seen), (_next, _new, after, later, seen) in itertools.pairwise(entries):
                own = after is writer and later > turn
                assert own or seen == version

    @invariant()
    def what_is_acknowledged_is_there_or_was_replaced_knowingly(self) -> None:
        """An acknowledged text stands at its version, in the store or in the log of what replaced it."""
        for key, version, raw in self.acknowledged:
            assert (version, raw) in {(entry[0], entry[1]) for entry in self.log[key]}
            assert self.cells[key].version >= version


TestDevices = Devices.TestCase
TestDevices.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
