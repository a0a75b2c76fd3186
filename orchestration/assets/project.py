"""The dbt project, parsed once per state of its files and run inside this process."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.results import RunStatus, TestStatus
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

from orchestration.assets.lean_manifest import lean
from orchestration.extract.streams import STREAMS

PROJECT = Path(__file__).parents[2] / "dbt_project"
PREPARED = PROJECT / "target" / "manifests"
# What builds read of it; written last, so a folder that has it is whole.
FOR_BUILDS = "for_builds.msgpack"
PARSED_SUFFIXES = frozenset({".sql", ".yml", ".csv", ".md"})

# What DuckDB says to the second of two threads that use one connection; a build is repeatable.
BUSY = "busy with another call"
ATTEMPTS = 3
OUT_OF_MEMORY = "Out of Memory Error"
ONE_AT_A_TIME = ("--threads", "1")
BROKEN = frozenset({RunStatus.Error, TestStatus.Error})
WAITING = frozenset({RunStatus.Skipped, TestStatus.Skipped})


class ProjectError(RuntimeError):
    """The dbt project cannot be parsed or started: mend the project, a rerun changes nothing."""


def prepared_manifest() -> Path:
    """
    Return the manifest of the project as its files are now, parsing them only when they changed.

    Safe beside other processes: a parse works in a folder of its own, renamed when it is whole.
    """
    folder = PREPARED / _fingerprint()
    if not (folder / FOR_BUILDS).exists():
        working = PREPARED / f".{uuid4().hex}"
        parsed = _invoke(["parse"], manifest=None, target=working)
        if not isinstance(parsed, Manifest):
            raise ProjectError("dbt parsed without a result: repeat, and check its version")
        (working / FOR_BUILDS).write_bytes(lean(parsed).to_msgpack())
        _keep_only(folder, made_as=working)
    return folder / "manifest.json"


def build(
    *,
    home: Path,
    variables: Mapping[str, Any],
    select: Sequence[str],
    memory_limit: str,
    landing: Path,
) -> RunExecutionResult:
    """
    Build and test the models in the warehouse of `home`; an empty selection is everything.

    `memory_limit` is DuckDB's, such as 3GB; `landing` is where the views of its sources read. What
    memory did not suffice for is built once more, a model at a time and as long as that gets any
    further: in a long build some of it stays taken, and a new one begins with all of it.

    Leaves no connection behind: DuckDB's lock on the warehouse is free when this returns.
    """
    # What dbt would write of itself costs a third of a run, and Dagster keeps it already.
    arguments = ["build", "--vars", json.dumps(variables), "--no-write-json"]
    # Unit tests prove the rules, not the data: they run with the project's own tests.
    arguments += ["--exclude-resource-type", "unit_test"]
    profile = {
        "RETURNS_HOME": str(home),
        "RETURNS_MEMORY_LIMIT": memory_limit,
        "RETURNS_LANDING": str(landing),
    }
    with _environment(**profile):
        result = _built(arguments, select, target=home / "dbt")
        left = _left_for_want_of_memory(result)
        while left:
            anew = _built([*arguments, *ONE_AT_A_TIME], left, target=home / "dbt").results
            again = {node.node.unique_id: node for node in anew}
            result.results = [again.get(node.node.unique_id, node) for node in result.results]
            before, left = left, _left_for_want_of_memory(result)
            if left == before:
                break
    return result


def recipe(variables: Mapping[str, Any]) -> str:
    """
    Return a digest of all that decides the numbers beside the landed records and the clock.

    The engine is part of it: what one release computed wrong, the next computes anew.
    """
    streams = {f"{system}.{name}": stream.columns for (system, name), stream in STREAMS.items()}
    decides = [_fingerprint(), version("duckdb"), streams, variables]
    said = json.dumps(decides, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def _built(arguments: list[str], select: Sequence[str], *, target: Path) -> RunExecutionResult:
    parsed = _parsed(prepared_manifest().with_name(FOR_BUILDS))
    selected = ["--select", *select] if select else []
    result = _invoke_patiently([*arguments, *selected], manifest=parsed, target=target)
    if not isinstance(result, RunExecutionResult):
        raise ProjectError("dbt ended without a result: repeat, and check its version")
    return result


def _left_for_want_of_memory(result: RunExecutionResult) -> list[str]:
    """Return what ran out of memory and what waited for it; nothing where anything else failed."""
    failed = [node for node in result.results if node.status in BROKEN]
    if not failed or any(OUT_OF_MEMORY not in (node.message or "") for node in failed):
        return []
    waiting = [node for node in result.results if node.status in WAITING]
    return [node.node.name for node in (*failed, *waiting)]


def _invoke_patiently(arguments: list[str], *, manifest: Manifest, target: Path) -> object:
    """Build again where two threads of the adapter reached for its connection at once."""
    for _ in range(ATTEMPTS - 1):
        try:
            result = _invoke(arguments, manifest=manifest, target=target)
        except ProjectError as error:
            if BUSY not in str(error):
                raise
            continue
        nodes = result.results if isinstance(result, RunExecutionResult) else []
        if not any(BUSY in (node.message or "") for node in nodes):
            return result
    return _invoke(arguments, manifest=manifest, target=target)


def _invoke(arguments: list[str], *, manifest: Manifest | None, target: Path) -> object:
    options = [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(target), "--log-path", str(target)),
        *("--log-level", "none", "--log-level-file", "none", "--no-use-colors"),
    ]
    try:
        with _nobody_told():
            outcome = dbtRunner(manifest=manifest).invoke([*arguments, *options])
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if outcome.exception is not None:
        raise ProjectError(str(outcome.exception)) from outcome.exception
    return outcome.result


class _Untold(EventManager):
    """
    Makes messages of dbt's events only where one would be read, or a warning may be an error.

    A build has thousands, and messages that nobody reads would take a tenth of its time. The one
    callback that dbt adds by itself is for its telemetry, which this project leaves off.
    """

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: object = None,
        force_warn_or_error_handling: bool = False,  # noqa: FBT001, FBT002 - dbt's signature
    ) -> None:
        if self.loggers or force_warn_or_error_handling:
            super().fire_event(e, level, node, force_warn_or_error_handling)


@contextmanager
def _nobody_told() -> Iterator[None]:
    before = get_event_manager()
    ctx_set_event_manager(_Untold())
    try:
        yield
    finally:
        ctx_set_event_manager(before)


@contextmanager
def _environment(**settings: str) -> Iterator[None]:
    """dbt's profile takes these from the environment and from nowhere else."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _parsed(path: Path) -> Manifest:
    """A run writes compiled code into its manifest, so every run gets a fresh one."""
    return Manifest.from_msgpack(_content(path))


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


def _fingerprint() -> str:
    digest = hashlib.sha256(version("dbt-core").encode())
    for path in sorted(PROJECT.rglob("*")):
        relative = path.relative_to(PROJECT)
        if relative.parts[0] in {"target", "logs"} or path.suffix not in PARSED_SUFFIXES:
            continue
        digest.update(f"{relative}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _keep_only(folder: Path, *, made_as: Path) -> None:
    for old in PREPARED.iterdir():
        if old not in {folder, made_as} and not old.name.startswith("."):
            shutil.rmtree(old, ignore_errors=True)
    try:
        made_as.rename(folder)
    except OSError:  # another process finished the same parse first
        shutil.rmtree(made_as, ignore_errors=True)


if __name__ == "__main__":
    prepared_manifest()
