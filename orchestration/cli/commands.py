"""The commands themselves; what they do is in the modules beside this one."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

CHECKOUT = Path(__file__).parents[2]

app = typer.Typer(
    help="eCommerce returns that come out right between a storefront and an ERP.",
    epilog=(
        "Ends with 0 when done, 1 when something is incomplete or not as it should be, and 2 when"
        " it could not go on; what it says names the remedy."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, soft_wrap=True)

Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Folder of scenario files.")
]
Scenarios = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="A folder of scenario files for the sandbox's books, in place of generated returns.",
    ),
]
Returns = Annotated[
    int | None, typer.Option(min=1, help="How many returns the sandbox generates; 2,000 if empty.")
]
Seed = Annotated[int | None, typer.Option(help="What they are drawn from; 1 if empty.")]
AsOf = Annotated[
    str, typer.Option(envvar="RETURNS_AS_OF", help="Clock of the run, ISO 8601; empty: now.")
]
LandingFolder = Annotated[
    Path | None,
    typer.Option(
        file_okay=False, help="Write landing files into this empty folder, in place of serving."
    ),
]
LinesOfOrder = Annotated[
    int | None, typer.Option(min=1, max=20, help="Lines of each order; drawn if empty.")
]
LinesOfReturn = Annotated[
    int | None, typer.Option(min=1, max=20, help="Lines of each return; drawn if empty.")
]
Only = Annotated[str, typer.Option(help="Names of files, without suffix, separated by commas.")]
Bucket = Annotated[
    float | None, typer.Option(min=1, help="Points a store's bucket holds; no limit if empty.")
]
Restore = Annotated[
    float | None, typer.Option(min=1, help="Points restored a second; a small shop has 100.")
]
Latency = Annotated[float, typer.Option(min=0, help="Seconds a storefront's answer travels.")]
Who = Annotated[str, typer.Argument(help="E-mail of the customer, or its id in a store.")]
Port = Annotated[
    int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")
]
Host = Annotated[str, typer.Option(help="Address to listen on, behind a proxy with TLS.")]


# The rooms are imported by the command that needs them: Dagster and dbt take seconds to load,
# and `--help` should not.


@app.command()
def run(
    scenarios: Scenarios = None, returns: Returns = None, seed: Seed = None, as_of: AsOf = ""
) -> None:
    """Extract, build, check, publish, gate and sync once, and say what was found."""
    console.print("Loading Dagster and dbt")
    from orchestration.cli.profile import choose_source
    from orchestration.cli.whole_run import run_once

    clock = moment(as_of)
    choose = partial(choose_source, scenarios=scenarios, returns=returns, seed=seed, clock=clock)
    with refusals():
        is_complete = run_once(console, choose, as_of=clock)
    raise typer.Exit(0 if is_complete else 1)


@app.command()
def rebuild(as_of: AsOf = "") -> None:
    """Delete the warehouse, build it anew from what has landed, and publish; ask no source."""
    console.print("Loading Dagster and dbt")
    from orchestration.cli.rebuild import rebuild_home

    with refusals():
        is_complete = rebuild_home(console, as_of=moment(as_of))
    raise typer.Exit(0 if is_complete else 1)


@app.command()
def compact() -> None:
    """Merge the many small batches of landing into few, with all evidence; runs stop meanwhile."""
    from orchestration.cli.compact import compact_home

    with refusals():
        compact_home(console, now=datetime.now(UTC))


@app.command()
def spark(as_of: AsOf = "") -> None:
    """Build the marts on Spark from what has landed, as Parquet in the home's `spark` folder."""
    console.print("Loading Spark and dbt")
    from orchestration.cli.locks import home_lock
    from orchestration.resources.home import landing_of
    from orchestration.resources.settings import environment, read_home, read_sync
    from orchestration.spark import build_on_spark

    with refusals():
        settings = read_home(environment())
        variables = read_sync(environment()).variables
        with home_lock(settings.path):
            folder = build_on_spark(
                home=settings.path,
                as_of=moment(as_of),
                variables=variables,
                landing=landing_of(settings),
            )
    console.print(f"The marts are in {folder / 'marts.db'}, a folder of Parquet for each")


@app.command()
def rehearse(folder: Folder, only: Only = "") -> None:
    """Run a folder of scenario files through the whole pipeline and compare the marts."""
    console.print("Loading Dagster and dbt")
    from orchestration.cli.rehearse import rehearse_folder

    names = [name.strip() for name in only.split(",") if name.strip()]
    with refusals():
        is_ok = rehearse_folder(console, folder, only=names)
    raise typer.Exit(0 if is_ok else 1)


@app.command()
def sandbox(
    scenarios: Scenarios = None,
    returns: Returns = None,
    seed: Seed = None,
    as_of: AsOf = "",
    port: Port = 8900,
    landing: LandingFolder = None,
    order_lines: LinesOfOrder = None,
    return_lines: LinesOfReturn = None,
    bucket: Bucket = None,
    restore: Restore = None,
    latency: Latency = 0.0,
) -> None:
    """
    Serve the sandbox until interrupted, and say which settings point a pipeline at it.

    With --landing nothing is served: the generated returns are written as landing files.
    """
    if landing is not None:
        shape = (order_lines, return_lines)
        _write_landing(landing, returns=returns, seed=seed, as_of=as_of, shape=shape)
        return
    from orchestration.cli.locks import home_lock
    from orchestration.cli.ports import refuse_held_port
    from orchestration.cli.profile import choose_source, limits_of, serve_sandbox
    from orchestration.resources.settings import environment, read_home

    limits = limits_of(bucket=bucket, restore=restore, latency=latency)
    with refusals():
        home = read_home(environment()).path
        with home_lock(home):
            source = choose_source(
                home, scenarios=scenarios, returns=returns, seed=seed, clock=moment(as_of)
            )
            refuse_held_port("sandbox", port)
            serve_sandbox(console, home, source, port=port, limits=limits)


def _write_landing(
    folder: Path,
    *,
    returns: int | None,
    seed: int | None,
    as_of: str,
    shape: tuple[int | None, int | None],
) -> None:
    console.print("Loading Dagster and dbt")
    from orchestration.cli.profile import RETURNS, SEED
    from orchestration.sandbox.business import Shape
    from orchestration.sandbox.source import TRUTH
    from orchestration.volume import land_volume

    with refusals():
        volume = land_volume(
            folder,
            returns=returns or RETURNS,
            seed=SEED if seed is None else seed,
            clock=moment(as_of).replace(hour=0, minute=0, second=0, microsecond=0),
            shape=Shape(*shape),
        )
    console.print(
        f"{volume.returns:,} returns ({volume.copies:,} copies of {volume.drawn:,}) in"
        f" {volume.rows:,} rows are in {folder}, their truth is in {folder.parent / TRUTH}"
    )


@app.command()
def webhooks(host: Host = "127.0.0.1", port: Port = 8910) -> None:
    """Receive the storefront's webhooks: the next run reads again what they name."""
    from orchestration.cli.ports import refuse_held_port
    from orchestration.resources.settings import environment, read_home, read_stores
    from orchestration.webhooks import receive_forever, receiver_of

    with refusals():
        refuse_held_port("webhooks", port, host=host)
        env = environment()
        stores = read_stores(env)
        receiver = receiver_of(stores, read_home(env).path, now=lambda: datetime.now(UTC))
        for store in receiver.secrets:
            console.print(f"Receiving for store {store} at http://{host}:{port}/webhooks/{store}")
        receive_forever(receiver, host=host, port=port)


@app.command()
def forget(who: Who) -> None:
    """Erase a customer, by e-mail or id, from what has landed; it never lands again."""
    from orchestration.cli.forget import forget as forget_customer

    with refusals():
        forget_customer(console, who)


@app.command()
def doctor() -> None:
    """Say what is configured and missing, if the ledger is whole, and how each system answers."""
    from orchestration.cli.doctor import examine

    with refusals():
        is_well = examine(console)
    raise typer.Exit(0 if is_well else 1)


@app.command()
def dashboard(host: Host = "127.0.0.1", port: Port = 8501) -> None:
    """Open the Streamlit app over the current publication; elsewhere people have to log in."""
    application = CHECKOUT / "dashboard" / "app.py"
    options = ["--server.address", host, "--server.port", str(port)]
    from orchestration.cli.ports import refuse_held_port
    from orchestration.cli.profile import sandbox_secret
    from orchestration.resources.settings import environment, read_home

    with refusals(), sandbox_secret(read_home(environment()).path):
        refuse_held_port("dashboard", port, host=host)
        _become("streamlit", "run", str(application), *options)


@app.command()
def dagster(port: Port = 3000) -> None:
    """Serve Dagster's web UI, with its schedules and the automation of the syncs running."""
    console.print("Loading Dagster and dbt")
    from orchestration.cli.profile import choose_source
    from orchestration.cli.serving import serve_dagster

    choose = partial(choose_source, scenarios=None, returns=None, seed=None, clock=moment(""))
    with refusals():
        serve_dagster(console, choose, port=port)


@contextmanager
def refusals() -> Iterator[None]:
    """Show what a command refuses to do as its own sentence, without a traceback."""
    from orchestration.cli.refusals import REFUSALS, unusable
    from orchestration.cli.retries import retries_told

    try:
        with retries_told(console):
            yield
    except REFUSALS as error:
        console.print(f"[red]Stopped:[/red] {error}", style=None)
        raise typer.Exit(2) from error
    except KeyboardInterrupt as error:
        console.print("Interrupted: start again at any time, what is kept is whole")
        raise typer.Exit(130) from error
    except OSError as error:
        if error.filename is None:  # what has no path is no matter of folders and rights
            raise
        console.print(f"[red]Stopped:[/red] {unusable(error)}", style=None)
        raise typer.Exit(2) from error


def moment(text: str) -> datetime:
    """Return the instant that a person wrote: in UTC unless it says otherwise, now if empty."""
    if not text:
        return datetime.now(UTC)
    try:
        said = datetime.fromisoformat(text)
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (OverflowError, ValueError) as error:
        raise typer.BadParameter(
            f"{text} is no ISO 8601 time such as 2026-03-20T00:00:00Z", param_hint="--as-of"
        ) from error


def _become(program: str, *arguments: str) -> NoReturn:
    """Go on as another program of this environment: what ends this process ends that one."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", program, *arguments])  # noqa: S606 - our own programs
