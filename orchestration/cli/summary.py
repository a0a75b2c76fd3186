"""What a run found, in a few tables: read from the publication, shown on a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table

from dashboard.words import spoken_check, spoken_facts
from orchestration.planted import Comparison, compare

STAGES = """
    select current_stage, count(*), count(*) filter (is_falsely_complete)
    from marts.fct_return_lifecycle
    group by current_stage
    order by count(*) desc, current_stage
"""
VARIANCE = """
    select currency, root_cause, count(*), sum(variance_amount)
    from marts.fct_refund_variance
    group by currency, root_cause
    order by currency nulls last, abs(coalesce(sum(variance_amount), 0)) desc, root_cause
"""
EXPOSURE = """
    select cases.currency, sum(exposed.open_quantity), sum(exposed.open_amount)
    from marts.fct_restock_exposure as exposed
    inner join marts.fct_return_lifecycle as cases on exposed.case_key = cases.case_key
    where exposed.open_quantity > 0
    group by cases.currency
    order by cases.currency
"""
GATES = """
    select action, decision, count(*)
    from marts.fct_sync_gates
    group by action, decision
    order by action, decision
"""
FAILED = """
    select asset, name, coalesce(store, ''), metadata
    from ops.checks
    where not passed and severity = 'error'
    order by asset, name, store
"""
EDITION = "select id, as_of, is_complete from ops.publication"


QUESTIONS = (
    ("Cases by stage", ("stage", "cases", "falsely complete"), STAGES, "there are no cases."),
    (
        "Variance (storefront - ERP)",
        ("currency", "root cause", "cases", "amount"),
        VARIANCE,
        "there are no cases.",
    ),
    (
        "On sale without a passed inspection, now",
        ("currency", "units", "amount"),
        EXPOSURE,
        "none.",
    ),
    ("Gates", ("action", "decision", "rows"), GATES, "there is nothing to do."),
)

COMPARED = ("planted", "found", "missed", "wrongly")
SHOWN_DIFFERENCES = 20


@dataclass(frozen=True)
class Found:
    """A table of the summary: its title, its columns, its rows; silence has its own sentence."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    nothing: str

    def shown(self) -> RenderableType:
        """Return it for a terminal; what counts or adds stands to the right."""
        if not self.rows:
            return f"[bold]{self.title}[/bold]: {self.nothing}"
        table = Table(title=self.title, title_justify="left", title_style="bold", box=None)
        for position, name in enumerate(self.columns):
            is_number = not isinstance(self.rows[0][position], str | None)
            table.add_column(name, justify="right" if is_number else "left")
        for row in self.rows:
            table.add_row(*(_text(value) for value in row))
        return table


def _text(value: object) -> str:
    """Return a value as people read it; the marts keep a third decimal for the dinar's sake."""
    if isinstance(value, Decimal):
        return f"{value:,.3f}".removesuffix("0")
    if isinstance(value, int):
        return f"{value:,}"
    return "-" if value is None else f"{value}".replace("_", " ")


def show(console: Console, publication: Path) -> bool:
    """Print what the publication says, and return whether it may be acted on."""
    with duckdb.connect(publication, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        edition = connection.execute(EDITION).fetchone()
        failed = connection.execute(FAILED).fetchall()
        tables = [_asked(connection, *question) for question in QUESTIONS]
    if edition is None:
        raise ValueError(f"{publication} says nothing of itself")
    identity, as_of, is_complete = edition
    console.print(Group(*(table.shown() for table in tables)))
    for asset, name, store, found in failed:
        of = f"{asset}, {store}" if store else asset
        said = escape(f"{spoken_check(name, asset)} ({of}): {spoken_facts(found)}")
        console.print(f"[red]failed[/red] {said}")
    verdict = "[green]complete[/green]" if is_complete else "[red]incomplete[/red]"
    console.print(f"Publication {identity}, as of {as_of:%Y-%m-%d %H:%M} UTC: {verdict}")
    return bool(is_complete)


def show_planted(console: Console, publication: Path, truth: Path, *, title: str) -> None:
    """Print what was planted in a generated business against what the publication found."""
    comparison = compare(publication, truth)
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    table.add_column("")
    table.add_column("finding", no_wrap=True)
    for name in COMPARED:
        table.add_column(name, justify="right")
    group = ""
    for count in comparison.counts:
        numbers = (count.planted, count.found, *map(_alarming, (count.missed, count.flagged)))
        shown = count.group if count.group != group else ""
        table.add_row(shown, _text(count.finding), *map(_text, numbers))
        group = count.group
    console.print(table)
    if mended := _mended(comparison):
        console.print(f"Mended by syncs since, and counted so above: {mended}")
    for finding, case, is_planted, _ in comparison.differences[:SHOWN_DIFFERENCES]:
        said = "missed" if is_planted else "flagged, though not planted"
        console.print(f"[red]{said}[/red] {case}: {_text(finding)}")
    found = sum(count.found for count in comparison.counts)
    if not comparison.differences:
        console.print(f"[green]All {found:,} found as planted, and no clean case flagged[/green]")
    else:
        console.print(f"[red]{len(comparison.differences):,} differ[/red] from what was planted")


def _mended(comparison: Comparison) -> str:
    """Say what the pipeline's own syncs have done about what was planted; nothing for nothing."""
    done = (
        (comparison.paid, "missing or awaited refund", "paid"),
        (comparison.taken_off_sale, "failed unit", "taken off sale"),
    )
    return ", ".join(
        f"{count:,} {what}{'' if count == 1 else 's'} {how}" for count, what, how in done if count
    )


def _alarming(number: int) -> str:
    return f"[red]{number:,}[/red]" if number else "0"


def _asked(
    connection: duckdb.DuckDBPyConnection,
    title: str,
    columns: tuple[str, ...],
    query: str,
    nothing: str,
) -> Found:
    return Found(title, columns, connection.execute(query).fetchall(), nothing)
