"""Which systems a command works on: the configured ones, or the sandbox in their place."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console

from orchestration.ledger import Ledger
from orchestration.rehearsal import scenario_files
from orchestration.resources.settings import environment, is_configured, read_home
from orchestration.sandbox.server import RunningSandbox, run_forever, serve
from orchestration.sandbox.source import BusinessSource, FileSource, Source, read_loaded
from orchestration.sandbox.storefront_limits import Limits

SANDBOX_SETTINGS = {
    # The sandbox has no history that must be left alone: everything is live since ever.
    "SYNC_MODE": "live",
    "SYNC_LIVE_SINCE": "*/*=1970-01-01",
    # Its clock is whatever its scenarios say.
    "SYNC_STALE_AFTER_HOURS": "0",
    # It has every way of recording an inspection, whichever a scenario uses.
    "NETSUITE_INSPECTED_BY": "custom_record,status,bin,location,custcol_inspection_grade",
}
# What a user has configured for the real systems must not reach into a rehearsal.
OWN_STATE = {"LEDGER_URL": "", "RETURNS_LANDING": ""}
SANDBOX = "sandbox"
HASHED_WITH = "CUSTOMER_SECRET"
# The business that stands in where nothing is configured and nothing is asked for.
RETURNS, SEED = 2000, 1
NOTHING: Mapping[str, str] = {}


@contextmanager
def settings_in_place(settings: Mapping[str, str]) -> Iterator[None]:
    """Let the resources read these settings; what was there before comes back."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def sandbox_secret(home: Path) -> Iterator[None]:
    """Let the sandbox's own secret of customers count where it stands in for the real systems."""
    kept = home / SANDBOX / "environment.json"
    if is_configured(environment()) or not kept.exists():
        yield
        return
    said = json.loads(kept.read_text(encoding="utf-8"))
    with settings_in_place({HASHED_WITH: said[HASHED_WITH]}):
        yield


def sandbox_stores(home: Path) -> str:
    """Return the keys of the stores that a home's sandbox stands in for, or nothing."""
    kept = home / SANDBOX / "environment.json"
    if not kept.exists():
        return ""
    return str(json.loads(kept.read_text(encoding="utf-8")).get("SHOPIFY_STORES", ""))


class OtherBooksError(RuntimeError):
    """The home's sandbox holds something else than what was asked for."""


def choose_source(
    home: Path, *, scenarios: Path | None, returns: int | None, seed: int | None, clock: datetime
) -> Source:
    """
    Return what the home's sandbox is to be loaded from; nothing asked for takes what is there.

    Raises OtherBooksError where its books hold something else: nothing is thrown away unasked.
    """
    if scenarios is not None:
        source: Source = FileSource(tuple(scenario_files(scenarios)))
    else:
        midnight = clock.replace(hour=0, minute=0, second=0, microsecond=0)
        source = BusinessSource(returns or RETURNS, SEED if seed is None else seed, midnight)
    held = read_loaded(home / SANDBOX)
    is_asked = not (scenarios is None and returns is None and seed is None)
    if held is not None and is_asked and held.said != source.said:
        landing = read_home(environment()).landing
        raise OtherBooksError(
            f"the sandbox in {home / SANDBOX} holds {held}; set RETURNS_HOME to another folder to"
            f" load something else, or remove that folder, {landing} and {home / 'ledger.sqlite'}"
        )
    return source


@contextmanager
def sandbox_in_place(
    home: Path,
    source: Source | Sequence[Path],
    *,
    now: datetime,
    settings: Mapping[str, str] = NOTHING,
) -> Iterator[None]:
    """
    Serve the sandbox and point the pipeline at it.

    Its books are in the home folder: what was loaded or sent before is still there.
    """
    with serve(home / SANDBOX, source, port=0) as sandbox:
        pointing = {**sandbox.environment, **SANDBOX_SETTINGS, "RETURNS_HOME": str(home)}
        loaded = read_loaded(home / SANDBOX)
        with settings_in_place({**pointing, **settings}):
            with Ledger(read_home(environment()).ledger_url) as ledger:
                actions = list(loaded.actions) if loaded else []
                ledger.record_confirmed(actions, at=now, run_id="sandbox")
            yield


def limits_of(*, bucket: float | None, restore: float | None, latency: float) -> Limits:
    """Return a storefront's limits; what is not said is the sandbox's own."""
    usual = Limits()
    return Limits(bucket or usual.size, restore or usual.restore_rate, latency)


def serve_sandbox(
    console: Console, home: Path, source: Source, *, port: int, limits: Limits
) -> None:
    """Serve the home's sandbox until interrupted, and print the settings that point at it."""
    folder = home / SANDBOX

    def announce(running: RunningSandbox) -> None:
        console.print(f"Serving {read_loaded(folder)}")
        for name, value in sorted(running.environment.items()):
            console.print(f"{name}={value}", markup=False)
        console.print(f"These settings are in {folder / 'environment.json'}. Ctrl-C ends.")

    run_forever(folder, source, port=port, limits=limits, announce=announce)
