"""Which papers are asked for, by kind and answers (DOMAIN.md 2.4)."""

import pytest

from portal.assistance.rules.answers import Cells
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import YES, Field, FieldType, Rows
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.papers import PAPERS, Paper, papers
from tests.assistance.rules.filling import COUPLE, MONTHLY, SINGLE, cells, row

N, R, S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY
ALWAYS_NEW = ["identity", "accounts", "statements", "tax"]


def keys(kind: Kind, answers: dict[str, Cells], *, party: Party = Party.APPLICANT) -> list[str]:
    return [found.paper.key for found in papers(kind, answers, party=party)]


def test_a_new_application_asks_of_everyone_who_they_are_and_what_they_have() -> None:
    assert keys(N, {}) == ALWAYS_NEW
    assert keys(N, {}, party=Party.CO_APPLICANT) == ALWAYS_NEW


def test_a_monthly_application_with_a_wage_a_rent_and_bills_asks_for_nothing() -> None:
    plain = {**MONTHLY, "planning": cells(occupation="jobseeking")}
    plain["costs"] = {**plain["costs"], **row("costs", "k2", kind="electricity", amount="400")}

    assert keys(R, plain) == []


@pytest.mark.parametrize(
    ("kind", "section", "answers", "paper", "required"),
    [
        (N, "incomes", row("incomes", "r", kind="salary"), "payslips", True),
        (N, "incomes", cells(authorities="fk,csn"), "benefits", False),
        (N, "home", cells(form="rental"), "contract", True),
        (N, "home", cells(form="sublet", sublet_approved="yes"), "sublet_approval", True),
        (N, "home", cells(form="condominium"), "owned_home", True),
        (N, "costs", row("costs", "r", kind="rent"), "rent", True),
        (N, "costs", row("costs", "r", kind="medicine"), "receipts", True),
        (R, "costs", row("costs", "r", kind="medicine"), "receipts", False),
        (S, "costs", row("costs", "r", kind="medicine"), "receipts", True),
        (S, "costs", row("costs", "r", kind="other"), "bills", True),
        (R, "costs", row("costs", "r", kind="dental", dental_kind="plan"), "dental", True),
        (S, "costs", row("costs", "r", kind="dental", dental_kind="acute"), "receipts", True),
        (N, "planning", cells(occupation="jobseeking,sick"), "plan", True),
        (N, "planning", cells(occupation="jobseeking,sick"), "certificate", True),
        (R, "planning", cells(occupation="work_part"), "employment", False),
        (N, "household", COUPLE, "visits", False),
    ],
)
def test_answers_bring_their_papers(kind: Kind, section: str, answers: Cells, paper: str, required: bool) -> None:
    found = {one.paper.key: one.required for one in papers(kind, {section: answers})}

    assert found.get(paper) is required


def test_hidden_and_removed_answers_ask_for_no_paper() -> None:
    assert "sublet_approval" not in keys(N, {"home": cells(form="rental", sublet_approved="yes")})
    # The home has not changed: it is not asked for.
    assert "contract" not in keys(R, {"household": SINGLE, "home": cells(form="rental")})
    removed = {**row("costs", "r", kind="rent"), **cells(costs__r="", costs__none=YES)}
    assert "rent" not in keys(N, {"costs": removed})


def test_each_brings_the_papers_of_their_own() -> None:
    own = {"planning": cells(occupation="sick"), "costs": row("costs", "r", kind="rent")}

    assert keys(N, own, party=Party.CO_APPLICANT) == [*ALWAYS_NEW, "certificate"]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.key)
def test_a_papers_condition_is_on_a_question_that_there_is(paper: Paper) -> None:
    for after in paper.after:
        section_key, _, key = after.place.partition("/")
        name, colon, each = key.partition(":")
        (item,) = (item for item in CURRENT.section(section_key).items if item.key == name)
        if colon:
            assert isinstance(item, Rows)
            (item,) = (one for one in item.fields if one.key == each)
        assert isinstance(item, Field)
        options = {"yes", "no"} if item.type is FieldType.YES_NO else item.options.keys()
        assert after.values <= options


def test_papers_have_keys_of_their_own_and_words() -> None:
    assert len({paper.key for paper in PAPERS}) == len(PAPERS)
    assert all(str(paper.title) and str(paper.hint) for paper in PAPERS)
