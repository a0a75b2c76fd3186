"""The commands by which people see and decide what the syncs do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.commands import app, console, refusals

Key = Annotated[str, typer.Argument(help="Key of the row, as `returns plan` shows it.")]
By = Annotated[str, typer.Option(help="Who decides: a name or an address, kept in the ledger.")]
Note = Annotated[str, typer.Option(help="Why, in words for whoever reads the history.")]
Scope = Annotated[str, typer.Argument(help="store/action, * for every one: */*, us/issue_refund.")]
Since = Annotated[
    str, typer.Option(help="Days to try, as in SYNC_LIVE_SINCE; empty: those that are set.")
]
Case = Annotated[str, typer.Option(help="Name of one return, such as #1001-R1.")]


@app.command()
def plan(
    propose: Annotated[
        str, typer.Option(help="gate_key of a row held for its limit or for going live.")
    ] = "",
    by: By = "",
) -> None:
    """Show what the next run would send, what waits for a person, and what is halted."""
    from orchestration.cli.deciding import propose as propose_row
    from orchestration.cli.deciding import show_plan

    with refusals():
        if propose:
            record = propose_row(propose, who=named(by))
            console.print(f"{record.intent.intent_key} waits for somebody else's approval")
        else:
            show_plan(console)


@app.command()
def approve(key: Key, by: By) -> None:
    """Let a planned row be sent by the next run; not by whoever proposed it."""
    from orchestration.cli.deciding import open_ledger

    with refusals(), open_ledger() as ledger:
        ledger.approve(key, who=named(by), at=datetime.now(UTC))
    console.print(f"{key} is approved by {by}; the next run sends it if its gate still allows it")


@app.command()
def refuse(key: Key, by: By, note: Note) -> None:
    """Say no to a planned row; newer evidence makes a new plan."""
    from orchestration.cli.deciding import open_ledger

    with refusals(), open_ledger() as ledger:
        ledger.refuse(key, who=named(by), note=note, at=datetime.now(UTC))
    console.print(f"{key} is refused by {by}")


@app.command()
def settle(
    key: Key,
    by: By,
    note: Note,
    *,
    applied: Annotated[
        bool, typer.Option("--applied/--not-applied", help="Whether the effect happened.")
    ],
) -> None:
    """Record what you found out of a call whose outcome is unknown; not applied, it is planned."""
    from orchestration.cli.deciding import open_ledger

    with refusals(), open_ledger() as ledger:
        at = datetime.now(UTC)
        ledger.settle(key, is_applied=applied, who=named(by), note=note, at=at)
    console.print(
        f"{key} is settled as {'applied' if applied else 'not applied, and planned again'}"
    )


@app.command()
def halt(scope: Scope, by: By, note: Note) -> None:
    """Let nothing more be sent in a scope, from now on, in every process."""
    from orchestration.cli.deciding import demand_known, open_ledger

    with refusals(), open_ledger() as ledger:
        demand_known(scope)
        ledger.halt(scope, who=named(by), reason=note, at=datetime.now(UTC))
    console.print(f"{scope} is halted; `returns resume {scope}` takes it back")


@app.command()
def resume(scope: Scope, by: By) -> None:
    """Take a halt back."""
    from orchestration.cli.deciding import open_ledger

    with refusals(), open_ledger() as ledger:
        ledger.resume(scope, who=named(by), at=datetime.now(UTC))
    console.print(f"{scope} is sent again")


@app.command()
def golive(since: Since = "") -> None:
    """Show what going live leaves alone until a person says so, and what it would touch."""
    from orchestration.cli.deciding import demand_known, show_baseline
    from orchestration.resources.live_since import parse_live_since
    from orchestration.resources.settings import environment, read_sync

    with refusals():
        try:
            tried = parse_live_since(since)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--since") from error
        for store, action in tried:
            demand_known(f"{store}/{action}")
        show_baseline(console, live_since=tried or read_sync(environment()).live_since)


@app.command()
def notify(
    case: Case = "",
    limit: Annotated[int, typer.Option(min=1, help="How many letters to show.")] = 5,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Show them; send nothing.")] = False,
) -> None:
    """Show the notices that are due, as customers would read them; runs send them."""
    from orchestration.cli.deciding import preview_notices

    if not preview:
        raise typer.BadParameter("notices are sent by runs: add --preview to read them")
    with refusals():
        due = preview_notices(console, case=case, limit=limit)
    console.print("1 notice is due" if due == 1 else f"{due:,} notices are due")


def named(who: str) -> str:
    """Return whoever decides; nobody decides nothing."""
    if not who.strip():
        raise typer.BadParameter("say who decides", param_hint="--by")
    return who.strip()


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file; it becomes a ledger.")]) -> None:
    """Copy the ledger, as of one instant, into a file; runs may go on meanwhile."""
    from orchestration.ledger.backup import backup as back_up

    with refusals():
        copied = back_up(_ledger_url(), file)
    console.print(f"{_rows_are(copied, 'of the ledger ')}in {file}, its history whole")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file `returns backup` wrote.")]) -> None:
    """Fill the ledger that LEDGER_URL names, which must be empty, from a backup."""
    from orchestration.ledger.backup import restore as put_back

    with refusals():
        copied = put_back(_ledger_url(), file)
    console.print(f"{_rows_are(copied)}restored, the ledger's history whole")


def _rows_are(copied: Mapping[str, int], of: str = "") -> str:
    rows = sum(copied.values())
    return f"1 row {of}is " if rows == 1 else f"{rows:,} rows {of}are "


def _ledger_url() -> str:
    from orchestration.resources.settings import environment, read_home

    return read_home(environment()).ledger_url
