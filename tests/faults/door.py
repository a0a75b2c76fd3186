"""The extraction as a run does it: the landing assets, in this process, and what they left."""

import inspect
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import dagster as dg

from orchestration.assets.landed import landed_assets
from orchestration.extract.errors import SourceError
from orchestration.extract.streams import STREAMS, Stream
from orchestration.landing import committed_batches, resume_at
from orchestration.landing.reading import quoted
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows
from orchestration.resources import netsuite, resources

Content = dict[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Ended:
    """How one extraction ended, as a person would see it."""

    problems: tuple[str, ...]
    rejects: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all is wrong with it."""
        return not self.problems and not self.rejects


@dataclass(frozen=True)
class Landed:
    """What a home holds of some streams: the newest version of each record, and how far it is."""

    content: dict[tuple[str, str], Content]
    watermarks: dict[tuple[str, str], datetime | None]


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set the environment for a block; settings are read from it at each use."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def extract(names: Sequence[str]) -> Ended:
    """
    Land these streams once, as the assets do and in their order; errors are told.

    The assets' functions are called with what they are given, without the bookkeeping of a run
    around them, which takes longer than the extraction.
    """
    _forget_the_account()
    context = _context()
    problems: list[str] = []
    failed: set[dg.AssetKey] = set()
    rejects = 0
    for asset in _in_order([each for each in landed_assets if _is_one_of(each, names)]):
        if failed & asset.dependency_keys:
            failed.add(asset.key)
            continue
        try:
            result = _materialized(asset, context)
        except SourceError as error:
            failed.add(asset.key)
            problems.append(f"{asset.key.path[-1]}: {type(error).__name__} {error}")
        else:
            checks = [check for check in result.check_results or () if not check.passed]
            problems += [str(check.metadata["failures"].value) for check in checks]
            rejects += int(result.metadata["rejects"])
    return Ended(tuple(problems), rejects)


def _forget_the_account() -> None:
    """Ask for a token and for the account's limits again, as the process of each run does."""
    for known in (netsuite.auth_of, netsuite.width_of):
        known.cache_clear()


def _materialized(asset: dg.AssetsDefinition, context: Any) -> Any:
    step = asset.op.compute_fn.decorated_fn
    wanted = set(inspect.signature(step).parameters) - {"context"}
    return step(context, **{name: resources[name] for name in wanted})


def _context() -> Any:
    run = SimpleNamespace(run_id=uuid4().hex, tags={})
    record = SimpleNamespace(create_timestamp=datetime.now(UTC))
    instance = SimpleNamespace(get_run_record_by_id=lambda _: record)
    return SimpleNamespace(run=run, instance=instance, log=logging.getLogger(__name__))


def _is_one_of(asset: dg.AssetsDefinition, names: Sequence[str]) -> bool:
    system, name = asset.key.path
    return name in names or f"every {system}" in names


def _in_order(assets: Sequence[dg.AssetsDefinition]) -> Iterator[dg.AssetsDefinition]:
    by_key = {asset.key: asset for asset in assets}
    needs = {key: asset.dependency_keys & by_key.keys() for key, asset in by_key.items()}
    yield from (by_key[key] for key in TopologicalSorter(needs).static_order())


def landed(root: Path, streams: Sequence[Stream]) -> Landed:
    """Return what has landed under a root of these streams, by stream and source."""
    content: dict[tuple[str, str], Content] = {}
    watermarks: dict[tuple[str, str], datetime | None] = {}
    with connect() as connection:
        for stream in streams:
            for source in sources(root, stream):
                rows = connection.execute(_newest(root, stream, source)).fetchall()
                width = len(stream.key)
                content[stream.name, source] = {
                    tuple(map(str, row[:width])): tuple(map(_in_any_order, row[width:]))
                    for row in rows
                }
                watermarks[stream.name, source] = resume_at(
                    root, stream, source, overlap=timedelta()
                )
    return Landed(content, watermarks)


def sources(root: Path, stream: Stream) -> list[str]:
    """Return the stores, or the system, that a stream has landed of."""
    return sorted({batch.source for batch in committed_batches(root, stream)})


def streams_named(names: Sequence[str]) -> list[Stream]:
    """Return the declared streams of these names; `every netsuite` is all of a system."""
    return [
        stream
        for (system, name), stream in STREAMS.items()
        if name in names or f"every {system}" in names
    ]


def _newest(root: Path, stream: Stream, source: str) -> str:
    batches = committed_batches(root, stream, source=source)
    changed = f'"{stream.cursor}" desc,' if stream.cursor else ""
    others = [name for name in stream.columns if name not in stream.key]
    return f"""
        select {quoted([*stream.key, *others])}
        from ({select_rows(root, stream, batches)})
        qualify row_number() over (
            partition by {quoted(stream.key)}
            order by _extracted_at desc, {changed} _batch_id desc
        ) = 1
    """


def _in_any_order(value: object) -> str:
    """Return a value as text; what stands in a list there has no order of its own."""
    if isinstance(value, dict):
        return repr({name: _in_any_order(one) for name, one in value.items()})
    if isinstance(value, list):
        return repr(sorted(map(_in_any_order, value)))
    return repr(value)
