"""The systems that a command's runs read and write: the configured ones, or the sandbox."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from orchestration.cli.profile import OWN_STATE, SANDBOX, sandbox_in_place
from orchestration.resources.settings import environment, is_configured
from orchestration.sandbox.source import Loaded, Source, read_loaded

Choose = Callable[[Path], Source]


class OwnStateError(RuntimeError):
    """The sandbox would write into what somebody has configured for the real systems."""


@contextmanager
def systems(console: Console, home: Path, choose: Choose) -> Iterator[Loaded | None]:
    """
    Let the systems be read, and say what the sandbox's books hold where it stands in.

    `choose` says what the sandbox of a home is loaded from; it is not asked where there is none.
    Raises OwnStateError where nothing is configured but a ledger or a landing of one's own.
    """
    if is_configured(environment()):
        console.print("Reading the configured systems")
        yield None
        return
    if owned := sorted(name for name in OWN_STATE if environment().get(name)):
        raise OwnStateError(
            f"no store and no ERP is configured, but {' and '.join(owned)} is set: the sandbox"
            " writes into nothing of yours. Set SHOPIFY_STORES and NETSUITE_URL, or unset that"
        )
    with sandbox_in_place(home, choose(home), now=datetime.now(UTC)):
        loaded = read_loaded(home / SANDBOX)
        console.print(
            f"No store and no ERP is configured: the sandbox stands in, with {loaded}"
            f" (kept in {home / SANDBOX})"
        )
        yield loaded


@contextmanager
def systems_as_kept(console: Console, home: Path, choose: Choose) -> Iterator[None]:
    """
    Let the sandbox that a home was made with stand in again; where it has none, load none.

    For services that outlive a command: a home of real books whose settings are not at hand must
    not get a generated business beside them.
    """
    if is_configured(environment()) or read_loaded(home / SANDBOX) is not None:
        with systems(console, home, choose):
            yield
        return
    console.print(
        "No store and no ERP is configured, and this home has no sandbox: runs that ask a source"
        " fail. Set SHOPIFY_STORES and NETSUITE_URL, or load a sandbox first with `make run`"
    )
    yield
