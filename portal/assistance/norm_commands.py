"""``portal norm``: which norms the portal has, what they say, and whether their files are right."""

import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click

from portal.assistance.rules.kinds import Period
from portal.assistance.rules.norm import Adult, Household, Income, IncomeKind, Span, Support, calculate, qualifies
from portal.assistance.rules.norm.money import AmountRefused, format_amount, parse_amount
from portal.assistance.rules.norm.reading import DATA, norm_tables, read_tables
from portal.assistance.rules.norm.tables import ChildCosts, Norm, NormDataError, NormMissing, NormTables
from portal.assistance.rules.norm.words import arithmetic, explanations
from portal.core.i18n import today

# A new norm is usually set in November and December: from then on its absence is told of.
_SOON_DAYS = 60


@click.group("norm")
def norm() -> None:
    """The dated tables of the preliminary calculation (riksnormen)."""


@norm.command("show")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day they hold on; today without it.")
def norm_show(day: datetime | None) -> None:
    """Print the amounts that hold on a day, with their sources; status 1 where there is no norm for it."""
    chosen = day.date() if day else today()
    try:
        tables = norm_tables()
        shown = [*_shown(tables.at(chosen)), *_price_base(tables, chosen)]
    except NormMissing as error:
        click.echo(str(error.message), err=True)
        sys.exit(1)
    except NormDataError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo("\n".join(shown))


def _months(text: str) -> tuple[Period, Period]:
    """Read a month, or several in a row: "2026-06", "2026-06..2026-11"."""
    first, dots, last = text.partition("..")
    try:
        return Period.parse(first), Period.parse(last if dots else first)
    except ValueError:
        raise click.BadParameter("a month is written 2026-06, several in a row 2026-06..2026-11") from None


@norm.command("wages")
@click.argument("amount")
@click.option("--month", type=_months, required=True, help="The month that is applied for.")
@click.option(
    "--support", type=_months, multiple=True, help="Months with support, all there were; may be given several times."
)
def norm_wages(amount: str, month: tuple[Period, Period], support: tuple[tuple[Period, Period], ...]) -> None:
    """Print how AMOUNT kronor of an adult's wages are counted, by the months with support before (jobbstimulans)."""
    chosen = month[0]
    months = {first.plus(number) for first, last in support for number in range(first.months_until(last) + 1)}
    try:
        tables = norm_tables()
        rule = tables.at(chosen.first).rules.stimulus
        known = Support(dict.fromkeys(months, True), running=chosen, complete=True)
        adult = Adult("adult", qualifies(known, chosen, rule))
        paid = parse_amount(amount)
        wages = Income(IncomeKind.SALARY, paid, adult.key)
        found = calculate(Household(Span(chosen.first, chosen.last), (adult,), incomes=(wages,)), tables)
    except (NormMissing, AmountRefused) as error:
        click.echo(str(error.message), err=True)
        sys.exit(1)
    line = next(line for line in found.incomes.lines if line.label is IncomeKind.SALARY)
    click.echo("\n".join((arithmetic(line) or format_amount(paid), *explanations(line), line.source)))


@norm.command("check")
@click.argument(
    "directory", required=False, default=DATA, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def norm_check(directory: Path) -> None:
    """Read every file strictly (those of DIRECTORY instead of the portal's own); status 1 when any is wrong."""
    try:
        tables = read_tables(directory)
    except NormDataError as error:
        for fault in str(error).split("; "):
            click.echo(f"FAIL  {fault}")
        sys.exit(1)
    click.echo("\n".join(_checked(tables)))


def _shown(found: Norm) -> Iterator[str]:
    valid, table, rules = found.valid, found.table, found.rules
    yield f"Riksnormen {valid.first_day} to {valid.last_day}, kronor a month"
    yield f"  {valid.source}"
    yield f"  {valid.note}"
    yield _row("single adult", table.adults.single)
    yield _row("couple, for both", table.adults.couple)
    for costs in table.children:
        yield _child_row(costs)
    for persons, amount in enumerate(table.household.shared, 1):
        yield _row(f"shared costs, {persons} in the home", amount)
    yield _row("each one more", int(table.shared(8) - table.shared(7)))
    yield f"Special rule for wages: {rules.stimulus.percent} % for {rules.stimulus.months} months, after"
    yield f"  {rules.stimulus.after_months} months in a row with support; {rules.stimulus.source}"
    yield f"Children below {rules.maintenance.child_below}, pupils below {rules.maintenance.pupil_below};"
    yield f"  {rules.maintenance.source}"


def _price_base(tables: NormTables, day: date) -> Iterator[str]:
    amount = tables.price_base(day)
    yield f"Price base amount: {format_amount(Decimal(amount.kronor))} kronor a year; {amount.source}"


def _child_row(costs: ChildCosts) -> str:
    ages = f"{costs.youngest}" if costs.youngest == costs.oldest else f"{costs.youngest}-{costs.oldest}"
    row = _row(f"child, {ages} years", costs.amount)
    return row if costs.without_lunch is None else f"{row}, without lunch {_kronor(costs.without_lunch)}"


def _row(name: str, amount: int) -> str:
    return f"  {name:<28}{_kronor(amount):>6}"


def _kronor(amount: int) -> str:
    return format_amount(Decimal(amount))


def _checked(tables: NormTables) -> Iterator[str]:
    for table in tables.norms:
        for valid in table.valid:
            yield f"ok    {valid.first_day} to {valid.last_day}  {valid.source}"
        yield (
            f"ok    totals: single {_kronor(table.totals.single)}, couple {_kronor(table.totals.couple)}"
            f"  {table.totals.source}"
        )
    for amount in tables.price_bases:
        yield f"ok    {amount.first_day} to {amount.last_day}  price base amount {_kronor(amount.kronor)}"
    for rules in tables.rules:
        yield f"ok    {rules.first_day} to {rules.last_day}  {rules.source}. {rules.note}"
    last = tables.validities[-1].last_day
    left = (last - today()).days
    mark = "ok  " if left > _SOON_DAYS else "WARN"
    yield f"{mark}  no gaps; nothing after {last}: from then on there is no calculation until a file is added"
