"""Whatever stands in a form, from whichever hand: every page, list, paper and calculation of it can be made."""

from collections.abc import Mapping
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.assistance.rules.answers import Cell
from portal.assistance.rules.carrying import prefill
from portal.assistance.rules.completeness import SectionState, all_sections
from portal.assistance.rules.counted import household
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import Field, Rows, Section
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.norm import HouseholdRefused, calculate, norm_tables
from portal.assistance.rules.papers import papers
from portal.assistance.rules.shown import BySection
from portal.demo.test_numbers import CHILDREN

TODAY = date(2026, 11, 26)
# Something of every type that can be read, and something that can't.
TYPED = ["", "x", "yes", "no", "100", "1 200,50", "1.200", "12OO", "2026-11-25", "15", "-1", "6789", *CHILDREN[:3]]


def _raws(field: Field) -> st.SearchStrategy[str]:
    options = [*field.options, ",".join(field.options)] if field.options else []
    return st.sampled_from([*TYPED, *options, *options])


@st.composite
def _cells(draw: st.DrawFn, section: Section) -> dict[str, Cell]:
    found: dict[str, str] = {}
    for item in section.items:
        if isinstance(item, Rows):
            found[f"{item.key}.none"] = draw(st.sampled_from(["", "yes", "no"]))
            for number in range(draw(st.integers(0, 2))):
                found[f"{item.key}:r{number}"] = draw(st.sampled_from(["r", "r", ""]))
                found |= {f"{item.key}:r{number}:{each.key}": draw(_raws(each)) for each in item.fields}
        else:
            found[item.key] = draw(_raws(item))
    return {key: Cell(raw) for key, raw in found.items() if draw(st.integers(0, 5))}


FORMS = st.fixed_dictionaries({section.key: _cells(section) for section in CURRENT.sections})


@settings(max_examples=60, deadline=None)
@given(answers=FORMS, kind=st.sampled_from(Kind), party=st.sampled_from(Party))
def test_any_form_can_be_shown_and_what_is_done_has_no_fault(answers: BySection, kind: Kind, party: Party) -> None:
    for _, found in all_sections(answers, kind, today=TODAY, party=party):
        assert (found.state is SectionState.DONE) is (not found.faults)
        assert all(str(fault.text) for fault in found.faults)
        assert found.values.keys().isdisjoint(fault.key for fault in found.faults if fault.kind != "contradiction")
    assert all(found.paper.needs for found in papers(kind, answers, party=party))


@settings(max_examples=60, deadline=None)
@given(answers=FORMS, kind=st.sampled_from([Kind.NEW, Kind.MONTHLY]))
def test_any_form_can_be_calculated_or_is_refused_in_words(answers: BySection, kind: Kind) -> None:
    found = household(answers, kind, Period(2026, 12), today=TODAY)
    faults: Mapping[str, object] = {}
    try:
        calculate(found, norm_tables())
    except HouseholdRefused as refused:
        faults = refused.faults
    assert all(str(words) for words in faults.values())


@settings(max_examples=60, deadline=None)
@given(answers=FORMS, kind=st.sampled_from(Kind))
def test_any_form_can_be_followed_by_another(answers: BySection, kind: Kind) -> None:
    begun = prefill(answers, kind)

    all_sections(begun, kind, today=TODAY)
    for key, cells in begun.items():
        given_before = answers[key]
        for name, cell in cells.items():
            assert cell.origin == "last"
            assert name == "same_account" or cell.raw == given_before[name].raw
