"""The tables say what the regulation says, and a file that isn't as it must be is refused with where and why."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from portal.assistance.rules.norm import NormDataError, NormMissing, norm_tables, read_tables
from portal.assistance.rules.norm.reading import DATA

# DOMAIN.md 1.1, typed from there and not from the files: children by bracket, adults, shared costs.
BRACKETS = ((0, 0), (1, 2), (3, 3), (4, 6), (7, 10), (11, 14), (15, 18), (19, 20))
AMOUNTS = {
    2024: ((2640, 2940, 2620, 2940, 3680, 4230, 4780, 4820), (2470, 2700, 2410, 2620), (3800, 6850)),
    2025: ((2720, 3030, 2700, 3030, 3790, 4350, 4920, 4960), (2540, 2780, 2480, 2700), (3910, 7050)),
    2026: ((2740, 3060, 2720, 3060, 3820, 4390, 4960, 5000), (2560, 2800, 2500, 2720), (3940, 7100)),
}
SHARED = {
    2024: (1230, 1360, 1720, 1950, 2240, 2540, 2730),
    2025: (1270, 1400, 1770, 2010, 2310, 2620, 2810),
    2026: (1280, 1410, 1790, 2030, 2330, 2640, 2830),
}
TOTALS = {2024: (5030, 8210), 2025: (5180, 8450), 2026: (5220, 8510)}


@pytest.mark.parametrize("year", AMOUNTS)
def test_the_amounts_are_those_of_the_regulation(year: int) -> None:
    table = norm_tables().at(date(year, 5, 1)).table
    children, without_lunch, adults = AMOUNTS[year]
    for number, (youngest, oldest) in enumerate(BRACKETS):
        for age in range(youngest, oldest + 1):
            costs = table.child(age)
            lunch = without_lunch[number] if number < len(without_lunch) else None
            assert (costs.amount, costs.without_lunch) == (children[number], lunch), age
    assert (table.adults.single, table.adults.couple) == adults
    assert table.household.shared == SHARED[year]
    assert (table.adults.single + SHARED[year][0], table.adults.couple + SHARED[year][1]) == TOTALS[year]


@pytest.mark.parametrize("year", AMOUNTS)
def test_each_person_above_seven_adds_190_kronor(year: int) -> None:
    table = norm_tables().at(date(year, 5, 1)).table
    assert [table.shared(persons) - SHARED[year][6] for persons in (7, 8, 9, 12)] == [0, 190, 380, 950]


@pytest.mark.parametrize(
    ("day", "source"),
    [
        (date(2024, 1, 1), "(2023:630)"),
        (date(2024, 12, 31), "(2023:630)"),
        (date(2025, 6, 30), "(2024:1016)"),
        (date(2025, 7, 1), "12 kap. 2 § socialtjänstförordningen (2025:468)"),
        (date(2026, 12, 31), "(2025:1046)"),
    ],
)
def test_the_wording_of_the_day_is_named(day: date, source: str) -> None:
    assert source in norm_tables().at(day).valid.source


@pytest.mark.parametrize(
    ("day", "section"),
    [(date(2025, 6, 30), "4 kap. 1 b §"), (date(2025, 7, 1), "12 kap. 8 §")],
)
def test_the_law_of_the_day_is_named(day: date, section: str) -> None:
    assert section in norm_tables().at(day).rules.stimulus.source


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 1, 1), "Riksnormen för 2027 finns inte ännu."),
        (date(2031, 7, 1), "Riksnormen för 2031 finns inte ännu."),
        (date(2023, 12, 31), "Riksnormen för 2023 finns inte här."),
    ],
)
def test_a_year_without_a_norm_is_refused(day: date, words: str) -> None:
    with pytest.raises(NormMissing) as refused:
        norm_tables().at(day)
    assert str(refused.value.message) == words


@pytest.mark.parametrize(("year", "kronor"), [(2023, 52500), (2024, 57300), (2025, 58800), (2026, 59200)])
def test_the_price_base_amount_of_a_year(year: int, kronor: int) -> None:
    assert norm_tables().price_base(date(year, 8, 1)).kronor == kronor


def test_a_year_without_a_price_base_amount_is_refused() -> None:
    with pytest.raises(NormMissing) as refused:
        norm_tables().price_base(date(2022, 12, 1))
    assert "2022" in str(refused.value.message)


Change = Callable[[str], str]


def swap(old: str, new: str, count: int = 1) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return change


def without_ages(text: str) -> str:
    start = text.index("[[children]]\nyoungest = 7")
    return text[:start] + text[text.index("[[children]]", start + 1) :]


NORM = "riksnorm-2025.toml"


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        (NORM, swap("single = 3910", "single = 3910\nmarried = 1"), "adults.married"),
        (NORM, swap("single = 3910\n", ""), "adults.single: Field required"),
        (NORM, swap("single = 3910", "single = -3910"), "greater than or equal to 0"),
        (NORM, swap("single = 3910", "single = 3910.5"), "valid integer"),
        (NORM, swap("single = 3910", 'single = "3910"'), "valid integer"),
        (NORM, swap("single = 3910", "single = true"), "valid integer"),
        (NORM, swap("single = 3910", "single = 39100000"), "less than or equal to"),
        (NORM, swap("single = 3910", "single = 3920"), "totals: single is 5180, but the table gives 5190"),
        (NORM, swap("couple = 7050", "couple = 705"), "a couple costs less than one alone"),
        (NORM, without_ages, "no amount for [7, 8, 9, 10] years"),
        (NORM, swap("oldest = 10", "oldest = 11"), "two amounts for [11] years"),
        (NORM, swap("oldest = 20", "oldest = 21"), "[21] years is no age"),
        (NORM, swap("youngest = 4\noldest = 6", "youngest = 6\noldest = 4"), "from 6 to 4 years"),
        (NORM, swap("without_lunch = 2540", "without_lunch = 2721"), "more than the whole amount"),
        (NORM, swap("without_lunch = 2540\n", ""), "0 years: without_lunch stands below 7 years"),
        (NORM, swap("amount = 3790", "amount = 3790\nwithout_lunch = 3700"), "7 years: without_lunch"),
        (NORM, swap("1770, 2010", "2010, 1770"), "a larger household costs less"),
        (NORM, swap(", 2810]", "]"), "household.shared"),
        (NORM, swap(", 2810]", ", 2810, 3000]"), "household.shared"),
        (NORM, swap("2025-06-30", "2025-05-31"), "nothing from 2025-06-01 to 2025-06-30"),
        (NORM, swap("2025-06-30", "2025-07-31"), "2025-07-01 to 2025-07-31 stands twice"),
        (NORM, swap("2025-01-01", "2025-01-02"), "is not whole months"),
        (NORM, swap("2025-12-31", "2025-12-30"), "is not whole months"),
        (NORM, swap("2025-06-30", "2024-06-30"), "before it begins"),
        (NORM, swap("= 2025-01-01", '= "2025-01-01"'), "valid.0.first_day"),
        (NORM, swap('source = "12', 'sorce = "12'), "valid.1.sorce"),
        (NORM, swap("[adults]", "[adults"), "can't be read"),
        ("prisbasbelopp.toml", swap("kronor = 58800", "kronor = 58800.0"), "amounts: 2.kronor"),
        ("prisbasbelopp.toml", swap("2026-12-31", "2026-11-30"), "must hold from 2024-01-01 to 2026-12-31"),
        ("prisbasbelopp.toml", swap("2024-12-31", "2024-11-30"), "nothing from 2024-12-01 to 2024-12-31"),
        ("prisbasbelopp.toml", swap("[[amounts]]", "[[sums]]"), "[[amounts]] and nothing else"),
        ("regler.toml", swap("percent = 25", "percent = 0"), "greater than 0"),
        ("regler.toml", swap("percent = 25", "percent = 100"), "less than 100"),
        ("regler.toml", swap("2026-12-31", "2025-12-31"), "must hold from 2024-01-01 to 2026-12-31"),
        ("regler.toml", swap("2024-01-01", "2024-02-01"), "must hold from 2024-01-01 to 2026-12-31"),
        ("regler.toml", swap("2025-06-30", "2025-05-31"), "nothing from 2025-06-01 to 2025-06-30"),
        ("regler.toml", swap("pupil_below = 21", "pupil_under = 21"), "pupil_under"),
    ],
)
def test_a_bad_file_is_told_of(tmp_path: Path, name: str, change: Change, fault: str) -> None:
    shutil.copytree(DATA, tmp_path / "norm")
    file = tmp_path / "norm" / name
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    with pytest.raises(NormDataError) as refused:
        read_tables(tmp_path / "norm")
    assert fault in str(refused.value)


def test_a_missing_year_between_two_is_a_gap(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "norm")
    (tmp_path / "norm" / NORM).unlink()
    with pytest.raises(NormDataError, match="nothing from 2025-01-01 to 2025-12-31"):
        read_tables(tmp_path / "norm")


@pytest.mark.parametrize("name", ["prisbasbelopp.toml", "regler.toml"])
def test_a_missing_file_is_told_of(tmp_path: Path, name: str) -> None:
    shutil.copytree(DATA, tmp_path / "norm")
    (tmp_path / "norm" / name).unlink()
    with pytest.raises(NormDataError, match=name):
        read_tables(tmp_path / "norm")


def test_no_files_at_all_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(NormDataError, match="there is no file"):
        read_tables(tmp_path)
