"""How things stand: settings, versions, the ledger, the publication."""

import sys
from collections.abc import Iterator
from importlib.metadata import version
from shutil import which

from rich.console import Console

from orchestration.assets.publication import current
from orchestration.assets.publish import VERSIONED
from orchestration.ledger import Decisions, Ledger
from orchestration.resources.settings import (
    environment,
    is_configured,
    read_all_problems,
    read_home,
)

BROWSERS = ("chromium", "chromium-browser")


def examine(console: Console) -> bool:
    """Print how each thing stands, and return whether nothing needs a person."""
    said = ", ".join(f"{name} {version(name)}" for name in VERSIONED)
    console.print(f"Python {sys.version.split()[0]}, {said}")
    problems = list(_problems(console))
    for problem in problems:
        console.print(f"[red]problem[/red] {problem}")
    console.print("Nothing needs a person." if not problems else "See the problems above.")
    return not problems


def _problems(console: Console) -> Iterator[str]:
    env = environment()
    home = read_home(env)
    if is_configured(env):
        yield from read_all_problems(env)
        console.print(f"Stores: {env.get('SHOPIFY_STORES')}; ERP: {env.get('NETSUITE_URL')}")
    else:
        console.print("No store and no ERP is configured: the sandbox stands in")
    published = current(home.path / "published")
    console.print(f"Home {home.path}, publication {published.stem if published else 'none yet'}")
    if home.path.exists():
        with Ledger(home.ledger_url) as ledger:
            yield from ledger.verify_chain()
            console.print(f"Ledger whole, {len(ledger.intents())} intents")
        with Decisions(home.ledger_url) as decisions:
            yield from decisions.verify()
    if not any(which(name) for name in BROWSERS):
        yield "Chromium is missing, which the browser tests need: run `make browser`"
