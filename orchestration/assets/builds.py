"""Whether a build can do with what changed since the last one, or has to build everything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from orchestration.assets.closure import find_changed_records
from orchestration.assets.landed_batches import (
    BatchKey,
    LandedBatches,
    News,
    known_batches,
    names_of,
    write_batches,
)
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import Batch

# Above this share of the orders everything is built. Of 100,000 returns changes of 1%, 7% and 24%
# took 13, 23 and 39 s beside 44 s of a whole build on a quiet machine, 20, 33 and 70 beside 41 and
# 48 s on a busy one, where they meet near an eighth (`make bench ONLY=build` measures it anew).
BREAK_EVEN = 0.125
# What is not in a list of every record is gone: a change that no row tells of.
TELL_BY_ABSENCE = frozenset(key for key, stream in STREAMS.items() if stream.is_census)
# What the name of an extraction begins with.
EXTRACTED_AT = "%Y%m%dT%H%M%S%fZ"
SHARE_OF_ORDERS = """
    select count(distinct case when id in (select record_id from changed._records) then id end)
        / greatest(count(distinct id), 1)
    from shopify.orders
"""


@dataclass(frozen=True)
class Build:
    """
    What a build is made of: its clock, its batches, and its recipe.

    The recipe is a digest of everything else that decides a number: models, variables, streams.
    `lists` are those of its batches that name every record; one without rows names none and counts
    for nothing.
    """

    as_of: datetime
    recipe: str
    batches: frozenset[BatchKey]
    lists: frozenset[BatchKey] = frozenset()


def build_of(batches: Iterable[Batch], *, as_of: datetime, recipe: str) -> Build:
    """Return the build that these committed batches make."""
    landed = list(batches)
    lists = (
        batch
        for batch in landed
        if batch.rows and (System(batch.system), batch.stream) in TELL_BY_ABSENCE
    )
    return Build(as_of=as_of, recipe=recipe, batches=names_of(landed), lists=names_of(lists))


def begin(
    connection: duckdb.DuckDBPyConnection,
    build: Build,
    landed: LandedBatches,
    *,
    everything: bool = False,
) -> bool:
    """
    Prepare a build of what landed, and return whether it may build changes only.

    Everything is built where asked for, where the last build did not end, was of another recipe,
    had batches that are gone or a later clock, where most orders changed, and where the ERP's
    records were listed anew, or the clock has come to such a list since. Until `end` says
    otherwise, this build counts as one that did not end.
    """
    connection.execute("drop schema if exists changed cascade")
    connection.execute("create schema changed")
    last = _last(connection)
    connection.execute("drop table if exists builds.last")
    if everything or last is None:
        return False
    new = landed.beside(last.batches)
    if not _continues(build, last, new):
        return False
    find_changed_records(
        connection,
        landed,
        new=new,
        after=last.as_of,
        until=build.as_of,
    )
    [(share,)] = connection.execute(SHARE_OF_ORDERS).fetchall()
    return bool(share <= BREAK_EVEN)


def end(connection: duckdb.DuckDBPyConnection, build: Build) -> None:
    """Remember a build that ended well: the next one may start from it."""
    write_batches(connection, "builds.batches", build.batches)
    connection.execute(
        "create or replace table builds.last as select $1::timestamptz as as_of, $2 as recipe",
        [build.as_of, build.recipe],
    )


def _continues(build: Build, last: Build, new: News) -> bool:
    return (
        build.recipe == last.recipe
        and build.as_of >= last.as_of
        and not new.lost
        # Lists are never merged: each is an extraction and a batch of its own.
        and not new.extractions & build.lists
        and not any(last.as_of < _taken_at(batch) <= build.as_of for batch in build.lists)
    )


def _taken_at(batch: BatchKey) -> datetime:
    """A run lists documents after the instant that it builds for: they are gone for the next."""
    instant, _, _ = batch[-1].partition("-")
    return datetime.strptime(instant, EXTRACTED_AT).replace(tzinfo=UTC)


def _last(connection: duckdb.DuckDBPyConnection) -> Build | None:
    connection.execute("create schema if not exists builds")
    tables = connection.execute(
        "select * from duckdb_tables() where schema_name = 'builds' and table_name = 'last'"
    ).fetchall()
    if not tables:
        return None
    [(as_of, recipe)] = connection.execute("select as_of, recipe from builds.last").fetchall()
    batches = known_batches(connection, "builds.batches")
    return Build(as_of=as_of, recipe=recipe, batches=batches)
