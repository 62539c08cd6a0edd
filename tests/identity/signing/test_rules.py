"""Canonical JSON, the digest, and what a request's ID is made of."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identity.signing.rules import (
    FrozenDocument,
    NotCanonical,
    canonical,
    control_code,
    document_from_json,
    plain,
)
from tests.identity.signing.desk import DOCUMENT, changed

LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"å": "ä"}, '{"å":"ä"}'),
        # RFC 8785 3.2.3: by UTF-16 code units, so the emoji (D83D…) comes before U+FB33.
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'),
        ('\u0000\u001f"\\/\n\u007f', '"\\u0000\\u001f\\"\\\\/\\n\u007f"'),
        (Decimal("1200.50"), '"1200.50"'),
        (Decimal("1E+3"), '"1000"'),
        (date(2026, 11, 1), '"2026-11-01"'),
        (datetime(2026, 11, 1, 12, tzinfo=timezone(timedelta(hours=1))), '"2026-11-01T11:00:00Z"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ((1, 2), "[1,2]"),
    ],
)
def test_there_is_one_way_to_write(value: Any, text: str) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        Decimal("NaN"),
        Decimal("Infinity"),
        2**53,
        -(2**53),
        datetime(2026, 1, 1),  # noqa: DTZ001 - naive on purpose
        {1: 2},
        {None: 1},
        {1, 2},
        b"x",
        object(),
        "\ud800",
        {"\ud800": 1},
        [[{"a": 1.5}]],
    ],
)
def test_what_can_be_written_in_several_ways_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


@given(VALUES)
def test_writing_what_was_read_changes_nothing(value: Any) -> None:
    text = canonical(value)
    assert canonical(json.loads(text)) == text
    assert json.loads(text) == plain(value)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), LEAVES))
def test_the_order_of_keys_does_not_count(value: dict[str, Any]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


@pytest.mark.parametrize(
    "change", [{"kind": "b"}, {"text": "annat"}, {"locale": "en"}, {"content": {**DOCUMENT.content, "rent": "7450"}}]
)
def test_every_part_counts(change: dict[str, Any]) -> None:
    assert changed(DOCUMENT, **change).digest != DOCUMENT.digest


def test_parts_can_not_be_pushed_into_each_other() -> None:
    one = FrozenDocument("a", {"x": "1"}, "text", "sv")
    assert one.digest != FrozenDocument("a", {"x": "1text"}, "sv", "sv").digest


def test_what_is_changed_afterwards_is_another_document() -> None:
    content: dict[str, Any] = {"list": [1]}
    document = FrozenDocument("a", content, "text", "sv")
    before = document.digest
    content["list"].append(2)
    assert document.digest == before


def test_a_stored_document_is_the_same() -> None:
    again = document_from_json(DOCUMENT.kind, DOCUMENT.canonical_content, DOCUMENT.text, DOCUMENT.locale)
    assert (again, again.digest) == (DOCUMENT, DOCUMENT.digest)


@pytest.mark.parametrize("content", ['{"b":1,"a":2}', '{"a": 1}', "[]", "1", "{", '{"a":1.0}', '{"a":1,"a":1}'])
def test_stored_content_that_is_not_canonical_is_refused(content: str) -> None:
    with pytest.raises(NotCanonical):
        document_from_json("a", content, "text", "sv")


@pytest.mark.parametrize(("kind", "text"), [("", "x"), ("A", "x"), ("a b", "x"), ("a", ""), ("a", "  ")])
def test_a_document_has_a_kind_and_a_text(kind: str, text: str) -> None:
    with pytest.raises(NotCanonical):
        FrozenDocument(kind, {}, text, "sv")


def test_the_control_code_is_the_beginning_of_the_digest() -> None:
    assert control_code(bytes.fromhex("3f9a01c7") + bytes(28)) == "3F9A-01C7"


def test_utc_is_utc() -> None:
    assert canonical(datetime(2026, 1, 1, tzinfo=UTC)) == '"2026-01-01T00:00:00Z"'
