"""Order of names, writing of numbers, silence."""

from datetime import timedelta

from portal.casework import rules
from portal.core.clock import now


def test_swedish_names_are_sorted_as_in_a_swedish_list() -> None:
    names = ["Öberg", "Ärlig", "Åberg", "Zander", "andersson", "Ek"]
    assert sorted(names, key=rules.name_key) == ["andersson", "Ek", "Zander", "Åberg", "Ärlig", "Öberg"]


def test_numbers_are_written_with_a_hyphen() -> None:
    assert rules.written_number("198511292388") == "19851129-2388"
    assert rules.written_number(None) == ""


def test_silence_begins_after_a_quarter_of_an_hour() -> None:
    at = now()
    assert rules.is_silent(None, at)
    assert not rules.is_silent(at - timedelta(minutes=15), at)
    assert rules.is_silent(at - timedelta(minutes=16), at)
