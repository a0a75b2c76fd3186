"""How things stand: settings, versions, the ledger, the publication, and both systems."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from shutil import which

from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.assets.publication import POINTER
from orchestration.assets.publish import VERSIONED
from orchestration.cli.scopes import doubt
from orchestration.extract.findings import Finding, Weight
from orchestration.gates import LIMITS_FILE, LimitsError, read_limits
from orchestration.landing import LandingError
from orchestration.landing.store import look_at
from orchestration.ledger import Decisions, Ledger
from orchestration.resources.home import landing_of
from orchestration.resources.live_since import parse_live_since
from orchestration.resources.probes import look_at_erp, look_at_store
from orchestration.resources.settings import (
    Environment,
    environment,
    is_configured,
    read_all_problems,
    read_home,
    read_netsuite,
    read_stores,
)
from orchestration.sync.publication import NoPublicationError, current_file

BROWSERS = ("chromium", "chromium-browser")
COLOURS = {Weight.WELL: "green", Weight.MIND: "yellow", Weight.STOP: "bold red"}


def examine(console: Console) -> bool:
    """Print how each thing stands, and return whether nothing stops a run."""
    said = ", ".join(f"{name} {version(name)}" for name in VERSIONED)
    console.print(f"Python {sys.version.split()[0]}, {said}")
    env = environment()
    problems = list(_problems(console, env))
    for problem in problems:
        console.print(f"[red]problem[/red] {problem}")
    if not any(which(name) for name in BROWSERS):
        console.print("Chromium is missing, which only the browser tests need: `make browser`")
    findings: list[Finding] = []
    if is_configured(env) and not read_all_problems(env):
        findings = list(_systems(console, env, home=read_home(env).path))
    stopping = len(problems) + sum(one.weight is Weight.STOP for one in findings)
    minded = sum(one.weight is Weight.MIND for one in findings)
    if minded:
        console.print(f"{minded} to keep in mind: a run goes on with them.")
    if stopping:
        console.print(f"{stopping} to mend before a run goes well: see the remedies above.")
    else:
        console.print("Nothing needs a person.")
    return not stopping


def _problems(console: Console, env: Environment) -> Iterator[str]:
    home = read_home(env)
    if is_configured(env):
        yield from read_all_problems(env)
        console.print(f"Stores: {env.get('SHOPIFY_STORES')}; ERP: {env.get('NETSUITE_URL')}")
    else:
        console.print("No store and no ERP is configured: the sandbox stands in")
    try:
        read_limits(Path(env.get("SYNC_LIMITS") or LIMITS_FILE))
    except LimitsError as error:
        yield str(error)
    yield from (f"SYNC_LIVE_SINCE: {why}" for why in _misnamed(env))
    try:
        look_at(landing_of(home))
        console.print(f"Landing {home.landing} is reached")
    except LandingError as error:
        yield f"RETURNS_LANDING: {error}"
    try:
        look_at(home.path)
    except LandingError as error:
        yield f"RETURNS_HOME: {error}"
        return
    try:
        said = current_file(home.path / "published").stem
    except NoPublicationError as error:
        said = "none yet"
        if (home.path / "published" / POINTER).exists():
            yield str(error)
    console.print(f"Home {home.path}, publication {said}")
    if home.path.exists():
        with Ledger(home.ledger_url) as ledger, Decisions(home.ledger_url) as decisions:
            contradictions = [*ledger.verify_chain(), *decisions.verify()]
            said = "contradicts its own history" if contradictions else "whole"
            console.print(f"Ledger {said}, {sum(ledger.counts().values())} intents")
        yield from contradictions


def _misnamed(env: Environment) -> Iterator[str]:
    """A day that is no day is among the problems of the settings already."""
    with suppress(ValueError):
        for store, action in parse_live_since(env.get("SYNC_LIVE_SINCE", "")):
            if why := doubt(store, action, env=env):
                yield why


def _systems(console: Console, env: Environment, *, home: Path) -> Iterator[Finding]:
    """Look at each configured system and show what was found of it."""
    for store in read_stores(env):
        yield from show(console, f"Store {store.key}", look_at_store(store))
    yield from show(console, "ERP", look_at_erp(read_netsuite(env), home=home))


def show(console: Console, title: str, found: Iterable[Finding]) -> list[Finding]:
    """Print what was found of one system as a table, and return it."""
    findings = list(found)
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, expand=True)
    table.add_column("", width=4, no_wrap=True)
    table.add_column("probe", width=14)
    table.add_column("finding", ratio=3, overflow="fold")
    table.add_column("remedy", ratio=2, overflow="fold")
    for finding in findings:
        colour = COLOURS[finding.weight]
        mark = f"[{colour}]{finding.weight.value}[/{colour}]"
        table.add_row(mark, *_as_they_are(finding))
    console.print(table, soft_wrap=False)
    return findings


def _as_they_are(finding: Finding) -> Iterator[str]:
    """What a system says of itself is no markup."""
    for text in (finding.probe, finding.found, finding.remedy):
        yield text.replace("[", "\\[")
