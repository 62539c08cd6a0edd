"""`portal norm` shows what holds on a day, and checks the files, without any setting."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal import cli
from portal.assistance.rules.norm.reading import DATA
from portal.core import clock


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["norm", *arguments])


def shown(result: Result) -> list[str]:
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_show_prints_the_amounts_of_a_day_and_where_they_stand() -> None:
    result = run("show", "--date", "2025-06-30")
    assert result.exit_code == 0
    lines = shown(result)
    assert lines[0] == "Riksnormen 2025-01-01 to 2025-06-30, kronor a month"
    assert "(2024:1016)" in lines[1]
    for line in (
        "single adult 3 910",
        "couple, for both 7 050",
        "child, 3 years 2 700, without lunch 2 480",
        "child, 19-20 years 4 960",
        "shared costs, 7 in the home 2 810",
        "each one more 190",
    ):
        assert line in lines
    assert lines[-1].startswith("Price base amount: 58 800 kronor a year")


def test_show_prints_today_without_a_date() -> None:
    with clock.travel(datetime(2024, 5, 2, 8, 0, tzinfo=UTC)):
        assert shown(run("show"))[0] == "Riksnormen 2024-01-01 to 2024-12-31, kronor a month"


def test_show_refuses_a_year_that_is_not_there() -> None:
    result = run("show", "--date", "2027-01-01")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "Riksnormen för 2027 finns inte ännu.\n"


def test_show_refuses_what_is_no_date() -> None:
    assert run("show", "--date", "2026-02-30").exit_code == 2


@pytest.mark.parametrize(("month", "mark"), [(6, "ok"), (11, "WARN")])
def test_check_tells_what_holds_when_and_what_ends_soon(month: int, mark: str) -> None:
    with clock.travel(datetime(2026, month, 26, 8, 0, tzinfo=UTC)):
        result = run("check")
    assert result.exit_code == 0
    lines = shown(result)
    assert lines[0].startswith("ok 2024-01-01 to 2024-12-31")
    for totals in ("single 5 030, couple 8 210", "single 5 180, couple 8 450", "single 5 220, couple 8 510"):
        assert sum(totals in line for line in lines) == 1
    assert lines[-1].startswith(f"{mark} no gaps; nothing after 2026-12-31")


def test_check_tells_every_fault(tmp_path: Path) -> None:
    folder = tmp_path / "norm"
    shutil.copytree(DATA, folder)
    file = folder / "riksnorm-2026.toml"
    file.write_text(file.read_text("utf-8").replace("single = 3940", "single = 3950").replace("2740", "-2740"), "utf-8")
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "FAIL  riksnorm-2026.toml: children.0.amount: Input should be greater than or equal to 0 (found -2740)"
    ]
    file.write_text(file.read_text("utf-8").replace("-2740", "2740").replace("youngest = 3", "youngest = 2"), "utf-8")
    result = run("check", str(folder))
    assert [line.partition(": ")[2] for line in result.stdout.splitlines()] == [
        "children: two amounts for [2] years",
        "totals: single is 5220, but the table gives 5230",
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # June to November are six months: 5 000 × 25 % = 1 250, 5 000 − 1 250 = 3 750 (DOMAIN.md 1.3).
        ("5000 --month 2026-12 --support 2026-06..2026-11", "5 000 − 1 250 = 3 750"),
        ("5000 --month 2026-12 --support 2026-06 --support 2026-07..2026-11", "5 000 − 1 250 = 3 750"),
        # 3 333,33 × 25 % = 833,3325, rounded 833,33.
        ("3333,33 --month 2026-12 --support 2026-06..2026-11", "3 333,33 − 833,33 = 2 500"),
        # In the sixth month itself, and after two years (24 months from July 2023): the whole wage.
        ("5000 --month 2026-11 --support 2026-06..2026-11", "5 000"),
        ("5000 --month 2025-06 --support 2023-01..2025-05", "5 000 − 1 250 = 3 750"),
        ("5000 --month 2025-07 --support 2023-01..2025-06", "5 000"),
        ("5000 --month 2026-12", "5 000"),
    ],
)
def test_wages_are_counted_by_the_months_with_support(arguments: str, expected: str) -> None:
    result = run("wages", *arguments.split())
    assert result.exit_code == 0
    lines = result.stdout.replace("\xa0", " ").splitlines()
    assert lines[0] == expected
    assert "jobbstimulans" in lines[1]
    assert "kap." in lines[2]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ("5.000 --month 2026-12", 1, ""),
        ("5000 --month 2027-01", 1, "Riksnormen för 2027 finns inte ännu."),
        ("5000 --month 2026-13", 2, "a month is written"),
        ("5000 --month 2026-12 --support 2026..2027", 2, "a month is written"),
    ],
)
def test_wages_that_cant_be_counted_are_refused(arguments: str, status: int, words: str) -> None:
    result = run("wages", *arguments.split())
    assert result.exit_code == status
    assert words in result.stderr
    assert result.stderr
