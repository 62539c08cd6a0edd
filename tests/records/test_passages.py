"""Splitting, carrying over of ids, and what changed; with random texts and histories."""

from collections.abc import Sequence
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import InvalidInput
from portal.records.rules.difference import Difference, Fate, Mark, difference, words
from portal.records.rules.passages import LONGEST, MAX_PASSAGES, Passage, Written, number, split

TEXTS = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=60)
WORDS = st.lists(st.sampled_from(["Mariam", "ringer", "hyran", "höjs", ".", "9 120", "مرحبا"]), max_size=20).map(
    " ".join
)
FEW = st.sampled_from(["Hyran höjs.", "Ella har ont.", "Ny kontakt.", "Tolk deltar."])


def numbered(texts: Sequence[str]) -> list[Passage]:
    return [Passage(UUID(int=place), text) for place, text in enumerate(texts, 1)]


def fresh() -> "count[int]":
    return count(1000)


def carry(written: Sequence[Written], latest: Sequence[Passage]) -> list[Passage]:
    ids = fresh()
    return number(written, latest, {passage.id for passage in latest}, lambda: UUID(int=next(ids)))


def test_a_text_is_split_at_blank_lines() -> None:
    assert split("Ett.\nSamma.\n\n \n\nTvå.\n") == ["Ett.\nSamma.", "Två."]
    assert split(" \n\n ") == []


def test_a_long_passage_is_split_at_the_end_of_a_sentence() -> None:
    sentence = "Mariam berättar om hyran och om Ellas tandläkare. "
    parts = split(sentence * 30)
    assert len(parts) > 1
    assert all(len(part) <= LONGEST and part.endswith(".") for part in parts)


@given(st.text(max_size=3000))
def test_splitting_loses_no_word(text: str) -> None:
    assert " ".join(split(text)).split() == text.split()
    assert all(part.strip() for part in split(text))


@given(st.lists(FEW, min_size=1, max_size=8, unique=True))
def test_unchanged_passages_keep_their_ids_wherever_they_stand(texts: list[str]) -> None:
    old = numbered(texts)
    mixed = sorted(old, key=lambda passage: passage.text)
    new = carry([Written(passage.text) for passage in mixed], old)
    assert {passage.text: passage.id for passage in new} == {passage.text: passage.id for passage in old}


@given(old=st.lists(FEW, min_size=1, max_size=8), new=st.lists(FEW, min_size=1, max_size=8))
def test_an_id_never_comes_to_mean_another_text_unasked(old: list[str], new: list[str]) -> None:
    before = numbered(old)
    after = carry([Written(text) for text in new], before)
    text_of = {passage.id: passage.text for passage in before}
    assert len({passage.id for passage in after}) == len(after)
    assert [passage.text for passage in after] == new
    for passage in after:
        assert text_of.get(passage.id, passage.text) == passage.text


def test_where_it_is_uncertain_which_is_meant_the_id_is_new() -> None:
    old = numbered(["Tolk deltar.", "Tolk deltar."])
    (only,) = carry([Written("Tolk deltar.")], old)
    assert only.id not in {passage.id for passage in old}


def test_a_changed_passage_keeps_the_id_that_its_author_says_it_has() -> None:
    old = numbered(["Heltid.", "Hyran."])
    new = carry([Written("Halvtid.", old[0].id), Written("Hyran.")], old)
    assert [passage.id for passage in new] == [old[0].id, old[1].id]


def test_a_space_more_is_no_change() -> None:
    old = numbered(["Hyran  höjs."])
    assert carry([Written("Hyran höjs. ")], old)[0].id == old[0].id


@pytest.mark.parametrize(
    "written",
    [
        [],
        [Written(" ")],
        [Written("x", UUID(int=77))],  # a passage of another record
        [Written("x", UUID(int=1)), Written("y", UUID(int=1))],
        [Written("x")] * (MAX_PASSAGES + 1),
        [Written("x" * 200_001)],
    ],
)
def test_bad_passages_are_refused(written: list[Written]) -> None:
    with pytest.raises(InvalidInput):
        carry(written, numbered(["Hyran."]))


@given(before=WORDS | TEXTS, after=WORDS | TEXTS)
def test_the_words_of_both_texts_are_all_there(before: str, after: str) -> None:
    found = words(before, after)
    assert "".join(part.text for part in found if part.mark is not Mark.ADDED) == before
    assert "".join(part.text for part in found if part.mark is not Mark.REMOVED) == after


def test_only_what_changed_is_marked() -> None:
    found = words("Jonas arbetar heltid sedan september.", "Jonas arbetar halvtid sedan oktober.")
    assert [part.text.strip() for part in found if part.mark is Mark.ADDED] == ["halvtid", "oktober"]


def test_endless_passages_are_not_compared_word_by_word() -> None:
    assert [part.mark for part in words("a " * 5000, "b " * 5000)] == [Mark.REMOVED, Mark.ADDED]


def told(found: Sequence[Difference]) -> str:
    return "".join(part.text for each in found for part in (*each.before, *each.after)) + "".join(
        each.passage.text for each in found
    )


IDS = st.lists(st.integers(1, 9), unique=True, max_size=7)


@given(old=IDS, new=IDS, hidden=st.sets(st.integers(1, 9)), changed=st.sets(st.integers(1, 9)))
def test_every_passage_has_one_fate_and_hidden_ones_tell_nothing(
    old: list[int], new: list[int], hidden: set[int], changed: set[int]
) -> None:
    before = [Passage(UUID(int=id_), f"<{id_}>") for id_ in old]
    after = [Passage(UUID(int=id_), f"<{id_}>" + "!" * (id_ in changed)) for id_ in new]
    found = difference(before, after, frozenset(UUID(int=id_) for id_ in hidden))
    assert sorted(each.passage.id.int for each in found) == sorted({*old, *new})
    assert [each.passage.id.int for each in found if each.passage.id.int in new] == new
    for each in found:
        id_ = each.passage.id.int
        if id_ in hidden:
            assert each.fate is Fate.HIDDEN
            assert f"<{id_}>" not in told(found)
        elif id_ not in old:
            assert each.fate is Fate.ADDED
        elif id_ not in new:
            assert each.fate is Fate.REMOVED
        else:
            assert each.fate is (Fate.CHANGED if id_ in changed else Fate.SAME)
