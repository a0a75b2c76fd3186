"""What a change can reach: the records that a changed record is linked with, however far."""

# ruff: noqa: S608 - names and expressions are declared in code.

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256

import duckdb

from orchestration.assets.landed_batches import (
    LandedBatches,
    News,
    known_batches,
    names_of,
    write_batches,
)
from orchestration.assets.traces import TRACES, Trace
from orchestration.extract.streams import System

Rows = Mapping[tuple[System, str], str]

# Whoever traces otherwise finds nothing of use in what was kept; once, links were kept each time,
# and once those of a statement with more than a row group of them were lost: see FOUND.
TRACED_BY = sha256(f"each link once, none lost {TRACES!r}".encode()).hexdigest()
# Tables are made of these columns, never by an empty select: what DuckDB 2.0.0 inserts into one of
# those in the same transaction it counts, and shows to nobody (2.0.1 does).
FOUND = {
    "links": "record_id varchar, other_id varchar",
    "moments": "record_id varchar, moment timestamptz",
    "traced": "system varchar, stream varchar, source varchar, batch_id varchar",
    "tracing": "traced_by varchar, counts_after timestamptz",
}


KEEP_NEW = (
    """
    insert into builds.links
    select distinct record_id, other_id from changed._links
    anti join builds.links using (record_id, other_id)
    """,
    """
    insert into builds.moments
    select distinct record_id, moment from changed._moments
    anti join builds.moments using (record_id, moment)
    """,
    "drop table changed._links",
    "drop table changed._moments",
)

# What a case is about: macros/keys.sql. An id of the storefront names its type, and what is no id,
# such as `text:...`, has a colon too.
CASES = """
    create table changed._cases as
    select kind || '/' || record_id as kind_and_id
    from changed._records
    cross join (
        values ('return', 'Return'), ('refund', 'Refund'), ('erp', null)
    ) as kinds(kind, type)
    where
        record_id not like '%:%'
        or record_id like 'gid://%/' || type || '/%'
"""


def find_changed_records(
    connection: duckdb.DuckDBPyConnection,
    landed: LandedBatches,
    *,
    new: News,
    after: datetime,
    until: datetime,
) -> None:
    """
    Fill `changed._records(record_id)` with every record that a change can reach, and
    `changed._cases(kind_and_id)` with what the keys of cases about them end in.

    A row is a change when it stands in a new batch, or when the clock moved past one of its
    moments, in the interval `(after, until]`. Links are followed in both directions through every
    landed version, so a record is found from what it was linked with as well as from what it is
    linked with now.

    What the batches tell of links and of moments to come is kept in schema `builds`: rows that
    landed never change, so each is read once. Most of what they tell is known: runs read again
    whatever is open.
    """
    _trace(connection, landed, after=after)
    write_batches(connection, "changed._batches", new.extractions)
    connection.execute(
        "create table changed._records as select distinct record_id from ("
        + " union all ".join(_changes(landed.rows_of(new)))
        + ") where record_id is not null",
        {"after": after, "until": until},
    )
    _follow_links(connection)
    connection.execute(CASES)


def _follow_links(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Add what the changed records are linked with, and what that is, until nothing is new.

    A round reads the links once, with what the round before found at hand. In one recursive query
    the engine may hold the links, which are many, to look up the records, which are few.
    """
    connection.execute("create or replace table changed._reached as from changed._records")
    while True:
        [(found,)] = connection.execute("""
            create or replace table changed._reached as
            select distinct other_id as record_id
            from builds.links
            where
                record_id in (select record_id from changed._reached)
                and other_id not in (select record_id from changed._records)
        """).fetchall()
        if not found:
            break
        connection.execute("insert into changed._records from changed._reached")
    connection.execute("drop table changed._reached")


def _trace(
    connection: duckdb.DuckDBPyConnection, landed: LandedBatches, *, after: datetime
) -> None:
    """Keep the links of every batch, and its moments that are still to come."""
    untraced = _untraced(connection, landed, after=after)
    rows = landed.rows_of(untraced)
    connection.begin()
    write_batches(connection, "changed._batches", untraced.extractions)
    for table in ("links", "moments"):
        connection.execute(f"create table changed._{table} ({FOUND[table]})")
    for statement in _links(rows):
        connection.execute(statement)
    for statement in _moments(rows):
        connection.execute(statement, {"after": after})
    for statement in KEEP_NEW:
        connection.execute(statement)
    write_batches(connection, "builds.traced", names_of(landed.batches))
    connection.execute("delete from builds.moments where moment <= $after", {"after": after})
    connection.execute("delete from builds.tracing")
    connection.execute("insert into builds.tracing values ($1, $2)", [TRACED_BY, after])
    connection.commit()


def _untraced(
    connection: duckdb.DuckDBPyConnection, landed: LandedBatches, *, after: datetime
) -> News:
    """Return what landed since links and moments were kept; all where those are of no use."""
    for table, columns in FOUND.items():
        connection.execute(f"create table if not exists builds.{table} ({columns})")
    of_use = connection.execute(
        "select 1 from builds.tracing where traced_by = $1 and counts_after <= $2",
        [TRACED_BY, after],
    ).fetchall()
    news = landed.beside(known_batches(connection, "builds.traced"))
    if of_use and not news.lost:
        return news
    for table, columns in FOUND.items():
        connection.execute(f"create or replace table builds.{table} ({columns})")
    return landed.beside(frozenset())


def _changes(rows: Rows) -> Iterator[str]:
    yield "select record_id from builds.moments where moment > $after and moment <= $until"
    for trace, new_rows in _traces(rows):
        yield f"select unnest([{', '.join(trace.records)}]) as record_id from {new_rows}"


def _moments(rows: Rows) -> Iterator[str]:
    for trace, new_rows in _traces(rows):
        yield f"""
            insert into changed._moments
            select unnest(records), moment
            from (
                select [{", ".join(trace.records)}] as records, unnest({trace.moments}) as moment
                from {new_rows}
            )
            where moment > $after
        """


def _links(rows: Rows) -> Iterator[str]:
    for trace, new_rows in _traces(rows):
        for record, others in trace.joins:
            yield f"""
                insert into changed._links
                with pairs as (
                    select distinct record_id, other_id
                    from (
                        select {record} as record_id, unnest({others}) as other_id from {new_rows}
                    )
                    where other_id is not null
                )
                select record_id, other_id from pairs
                union all
                select other_id, record_id from pairs
            """


def _traces(rows: Rows) -> Iterator[tuple[Trace, str]]:
    """Yield how a stream is traced, with its rows of the batches that `changed` names."""
    for stream, select in rows.items():
        if stream in TRACES:
            system, name = stream
            new = f"""
                select (source, batch_id) from changed._batches
                where system = '{system}' and stream = '{name}'
            """
            yield (
                TRACES[stream],
                f"(select * from ({select}) where (_store, _batch_id) in ({new}))",
            )
