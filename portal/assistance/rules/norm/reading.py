"""The tables read from their files, strictly: what is unknown, missing, negative, doubled or left out is told; pure."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from portal.assistance.rules.norm.tables import (
    AGES,
    LUNCH_AGES,
    NormDataError,
    NormTables,
    PriceBase,
    Riksnorm,
    Rules,
    Validity,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "norm"
NORM_FILES = "riksnorm-*.toml"
PRICE_BASE_FILE = "prisbasbelopp.toml"
RULES_FILE = "regler.toml"

_ONE_DAY = timedelta(days=1)
Shape = TypeVar("Shape")


@cache
def norm_tables() -> NormTables:
    """Return the tables that are packed with the portal, read once per process.

    :raises NormDataError: a file is not as it must be.
    """
    return read_tables(DATA)


def read_tables(directory: Path) -> NormTables:
    """Read every table of a directory.

    :raises NormDataError: with the file, the place in it, and what is wrong there.
    """
    norms = {path.name: _shaped(Riksnorm, _toml(path), path.name) for path in sorted(directory.glob(NORM_FILES))}
    if not norms:
        raise NormDataError(f"{directory}: there is no file {NORM_FILES}")
    for name, norm in norms.items():
        _told(name, _faults(norm))
    tables = NormTables(
        tuple(norms.values()),
        _list(tuple[PriceBase, ...], directory / PRICE_BASE_FILE, "amounts"),
        _list(tuple[Rules, ...], directory / RULES_FILE, "rules"),
    )
    _told(NORM_FILES, _chain(tables.validities))
    _told(PRICE_BASE_FILE, [*_chain(tables.price_bases), *_uncovered(tables.price_bases, tables.validities)])
    _told(RULES_FILE, [*_chain(tables.rules), *_uncovered(tables.rules, tables.validities)])
    return tables


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NormDataError(f"{path.name}: can't be read: {error}") from None


def _list(shape: type[Shape], path: Path, key: str) -> Shape:
    content = _toml(path)
    if set(content) != {key}:
        raise NormDataError(f"{path.name}: must hold [[{key}]] and nothing else")
    return _shaped(shape, content[key], f"{path.name}: {key}")


def _shaped(shape: type[Shape], content: Any, name: str) -> Shape:
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        raise NormDataError("; ".join(f"{name}: {_where(found)}" for found in error.errors())) from None


def _where(found: Mapping[str, Any]) -> str:
    place = ".".join(str(step) for step in found["loc"])
    return f"{place}: {found['msg']} (found {found['input']!r})"


def _told(name: str, faults: Iterable[str]) -> None:
    found = list(faults)
    if found:
        raise NormDataError("; ".join(f"{name}: {fault}" for fault in found))


def _faults(norm: Riksnorm) -> Iterator[str]:
    """Find what the shape alone doesn't tell: ages, and amounts that can't be right beside each other."""
    for costs in norm.children:
        if costs.youngest > costs.oldest:
            yield f"children: from {costs.youngest} to {costs.oldest} years"
        if (costs.without_lunch is None) == (costs.youngest in LUNCH_AGES):
            yield f"children: {costs.youngest} years: without_lunch stands below {len(LUNCH_AGES)} years, only there"
        elif costs.without_lunch is not None and costs.without_lunch > costs.amount:
            yield f"children: {costs.youngest} years: without_lunch is more than the whole amount"
    found = [age for costs in norm.children for age in range(costs.youngest, costs.oldest + 1)]
    if missing := sorted(set(AGES) - set(found)):
        yield f"children: no amount for {missing} years"
    if twice := sorted({age for age in found if found.count(age) > 1}):
        yield f"children: two amounts for {twice} years"
    if beyond := sorted(set(found) - set(AGES)):
        yield f"children: {beyond} years is no age of a child or pupil"
    if norm.adults.couple < norm.adults.single:
        yield "adults: a couple costs less than one alone"
    shared = norm.household.shared
    if list(shared) != sorted(shared):
        yield "household: a larger household costs less than a smaller one"
    given = {"single": norm.adults.single + shared[0], "couple": norm.adults.couple + shared[1]}
    for name, total in given.items():
        if total != getattr(norm.totals, name):
            yield f"totals: {name} is {getattr(norm.totals, name)}, but the table gives {total}"


def _chain(entries: Sequence[Validity]) -> Iterator[str]:
    """Find gaps, overlaps, and what doesn't hold for whole months."""
    ordered = sorted(entries, key=lambda entry: entry.first_day)
    if not ordered:
        yield "there is nothing in it"
    for entry in ordered:
        if entry.first_day > entry.last_day:
            yield f"ends {entry.last_day}, before it begins {entry.first_day}"
        if entry.first_day.day != 1 or (entry.last_day + _ONE_DAY).day != 1:
            yield f"{entry.first_day} to {entry.last_day} is not whole months"
    for before, after in pairwise(ordered):
        if after.first_day <= before.last_day:
            yield f"{after.first_day} to {min(before.last_day, after.last_day)} stands twice"
        elif after.first_day > before.last_day + _ONE_DAY:
            yield f"nothing from {before.last_day + _ONE_DAY} to {after.first_day - _ONE_DAY}"


def _uncovered(entries: Sequence[Validity], norms: Sequence[Validity]) -> Iterator[str]:
    first, last = min(entry.first_day for entry in norms), max(entry.last_day for entry in norms)
    starts: list[date] = [entry.first_day for entry in entries]
    ends: list[date] = [entry.last_day for entry in entries]
    if starts and (min(starts) > first or max(ends) < last):
        yield f"must hold from {first} to {last}, as riksnormen does"
