"""Random devices, lost answers, late and doubled requests: nothing acknowledged is lost."""

import itertools
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from portal.assistance.rules.answers import Base, Cell, Edit, base_of, from_json, merge, next_bases, to_json

KEYS = ("message", "phone")
TEXTS = st.sampled_from(["", "a", "b", "ab", "0701", "0702"])


@dataclass
class Form:
    """A form as a browser holds it: what it showed, what stands in it now, and its next turn."""

    id: str
    bases: dict[str, Base]
    typed: dict[str, str]
    turn: int = 0
    # The newest version whose text the person in front of this form has had before their eyes.
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A posted form on its way."""

    form: Form
    turn: int
    edits: dict[str, Edit]
    seen: dict[str, int]


class Devices(RuleBasedStateMachine):
    """One section, edited by any number of forms over a line that loses, doubles and reorders."""

    forms = Bundle("forms")
    under_way = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[str, Cell] = {}
        self.count = 0
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
        return Form(f"f{self.count}", {key: base_of(self.cells.get(key)) for key in KEYS}, typed, seen=seen)

    @rule(form=forms, key=st.sampled_from(KEYS), text=TEXTS)
    def type(self, form: Form, key: str, text: str) -> None:
        """Type in a field."""
        form.typed[key] = text

    @rule(target=under_way, form=forms)
    def send(self, form: Form) -> Request:
        """Send the whole form, as autosave does."""
        form.turn += 1
        return Request(form, form.turn, {key: Edit(form.typed[key], form.bases[key]) for key in KEYS}, dict(form.seen))

    @rule(request=under_way, heard=st.booleans())
    def arrive(self, request: Request, heard: bool) -> None:
        """Let a request arrive, perhaps a second time, perhaps after a later one; its answer may be lost."""
        before = dict(self.cells)
        merged = merge(self.cells, request.edits, form=request.form.id, turn=request.turn)
        self.cells = merged.cells
        for key in merged.changed:
            version = self.cells[key].version
            assert version == (before[key].version if key in before else 0) + 1
            self.log[key].append((version, self.cells[key].raw, request.form, request.turn, request.seen[key]))
        for conflict in merged.conflicts:
            assert conflict.kept == before[conflict.key].raw
            assert conflict.typed == request.edits[conflict.key].raw
        if heard and request.turn == request.form.turn:  # a browser throws away the answers of requests it gave up
            request.form.bases.update(next_bases(merged, request.edits))
            shown = {conflict.key for conflict in merged.conflicts}
            for key, edit in request.edits.items():
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
