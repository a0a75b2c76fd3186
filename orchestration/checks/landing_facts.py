"""Facts about what has landed: nothing set aside, nothing old, nothing moved while it was read."""

# ruff: noqa: S608 - names are declared in code.

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.checks.keys import CONTROL_TOTALS, key_of
from orchestration.checks.list_facts import LIST_SPECS, list_results
from orchestration.checks.verdicts import by_store
from orchestration.extract.streams import STREAMS, Stream, System
from orchestration.landing import committed_batches, torn_documents, unsettled_batches

NO_REJECTS = "no_record_is_rejected"
FRESH = "is_fresh"
NONE_GONE = "no_landed_order_is_gone"
NOT_CUT = "no_list_is_cut"
UNMOVED = "totals_did_not_move_during_the_extraction"
WHOLE = "every_document_is_of_one_moment"

LINES = STREAMS[System.NETSUITE, "transaction_lines"]

# What no run reads, no run can read too late: a rehearsal lands when a person asks for it.
DELETED_ORDERS = STREAMS[System.SHOPIFY, "deleted_orders"]
READ_BY_RUNS = [stream for stream in STREAMS.values() if stream.system is not System.REHEARSAL]

# What the ERP said of itself once: type, currency, period, count and sum.
Reading = set[tuple[object, ...]]

# A daily run may be two hours late; beyond that the numbers are another day's.
STALE_AFTER = timedelta(hours=26)
# Every record of the ERP that may be deleted is listed once a week.
LIST_STALE_AFTER = timedelta(days=8)

# The tender of an order that was deleted stays, and names it no more.
NAMELESS = """
    select _store, count(*)
    from (
        select * from shopify.tender_transactions
        where id in (select id from shopify.tender_transactions where "order".id is null)
        qualify row_number() over (
            partition by _store, id order by _extracted_at desc, _batch_id desc
        ) = 1
    )
    where "order".id is null and amount.amount < 0 and not coalesce(test, false)
    group by _store
    order by _store
"""

LANDING_SPECS = [
    *(
        dg.AssetCheckSpec(NO_REJECTS, asset=key_of(stream), description="Every record fits.")
        for stream in READ_BY_RUNS
    ),
    *(
        dg.AssetCheckSpec(FRESH, asset=key_of(stream), description="Read within a day.")
        for stream in READ_BY_RUNS
    ),
    dg.AssetCheckSpec(
        NONE_GONE,
        asset=key_of(DELETED_ORDERS),
        description="The store still has and shows every order that landed or was refunded.",
    ),
    *(
        dg.AssetCheckSpec(
            NOT_CUT,
            asset=key_of(stream),
            description="No record has as many entries as a list without pages is asked for.",
        )
        for stream in STREAMS.values()
        if stream.capped
    ),
    dg.AssetCheckSpec(
        UNMOVED,
        asset=key_of(CONTROL_TOTALS),
        description="The ERP counts and sums the same before and after the extraction.",
    ),
    dg.AssetCheckSpec(
        WHOLE,
        asset=key_of(LINES),
        description="No lines are of another version than their header.",
    ),
    *LIST_SPECS,
]


def no_rejects(
    connection: duckdb.DuckDBPyConnection, root: Path, stream: Stream, *, stores: Sequence[str]
) -> dg.AssetCheckResult:
    """
    Count the records that were set aside and have not landed since.

    None counts any more once all that was asked for with it was read again without a reject: it
    is gone, has another key, or named none by which it could be recognised in what landed.
    """
    left = ["/".join(batch) for batch in unsettled_batches(root, stream)]
    counts = connection.execute(_rejects_left(stream), {"left": left}).fetchall()
    return by_store(
        key_of(stream),
        NO_REJECTS,
        failures={store: f"{count} rejected" for store, count in counts},
        stores=stores if stream.system is System.SHOPIFY else (),
    )


def _rejects_left(stream: Stream) -> str:
    keys = {name: f"json_extract_string(record, '$.{name}')" for name in stream.key}
    same_key = " and ".join(
        f'cast(landed."{name}" as varchar) = {key}' for name, key in keys.items()
    )
    return f"""
        with rejects as (
            select _store, _batch_id, _extracted_at, if(json_valid(record), record, null) as record
            from "{stream.system}"._rejects
            where _stream = '{stream.name}'
        )
        select _store, count(*)
        from rejects
        where
            list_contains($left::varchar[], _store || '/' || _batch_id)
            and not exists (
                select 1
                from "{stream.system}"."{stream.name}" as landed
                where
                    landed._store = rejects._store
                    and landed._extracted_at > rejects._extracted_at
                    and {same_key}
            )
        group by _store
    """


def not_cut(
    connection: duckdb.DuckDBPyConnection, stream: Stream, *, stores: Sequence[str]
) -> dg.AssetCheckResult:
    """Name each store's records with a list that may go on after its last landed entry."""
    keys = ", ".join(f'"{name}"' for name in ("_store", *stream.key))
    cut = "\nunion all\n".join(
        f"""select _store, '{name} of ' || "{stream.key[0]}" as list from newest
            where len("{name}") >= {size}"""
        for name, size in stream.capped.items()
    )
    is_long = " or ".join(f'len("{name}") >= {size}' for name, size in stream.capped.items())
    # Few were ever so long: only of those it is asked what they are now.
    found = connection.execute(f"""
        with newest as (
            select * from "{stream.system}"."{stream.name}"
            where ({keys}) in (
                select ({keys}) from "{stream.system}"."{stream.name}" where {is_long}
            )
            qualify row_number() over (
                partition by {keys} order by _extracted_at desc, _batch_id desc
            ) = 1
        )
        select _store, string_agg(list, ', ' order by list) from ({cut}) group by _store
    """).fetchall()
    return by_store(
        key_of(stream),
        NOT_CUT,
        failures={
            store: f"there may be more {lists}: raise how many {stream.name}.graphql asks for"
            for store, lists in found
        },
        stores=stores,
    )


def fresh(
    root: Path, stream: Stream, *, now: datetime, stores: Sequence[str]
) -> dg.AssetCheckResult:
    """Compare each source's newest batch with the time at which the run began to read."""
    newest = {batch.source: batch.extracted_at for batch in committed_batches(root, stream)}
    stale_after = LIST_STALE_AFTER if stream.is_census else STALE_AFTER
    is_storefront = stream.system is System.SHOPIFY
    sources = stores if is_storefront else (str(stream.system),)
    failures = {
        source: f"last read {newest[source]:%Y-%m-%d %H:%M} UTC" if source in newest else "never"
        for source in sources
        if source not in newest or now - newest[source] > stale_after
    }
    return by_store(
        key_of(stream), FRESH, failures=failures, stores=stores if is_storefront else ()
    )


def none_gone(
    connection: duckdb.DuckDBPyConnection, *, stores: Sequence[str]
) -> dg.AssetCheckResult:
    """
    Name the landed orders that the sweep found gone and that have not come back since.

    And count the money that went back of orders nobody can read, deleted before they landed.
    A warning: what the order moved stays moved, and its rows stay.
    """
    gone = connection.execute("""
        select deleted._store, count(distinct deleted.id), min(deleted.id)
        from shopify.deleted_orders as deleted
        where not exists (
            select 1 from shopify.orders as landed
            where
                landed._store = deleted._store
                and landed.id = deleted.id
                and landed._extracted_at > deleted._extracted_at
        )
        group by deleted._store
    """).fetchall()
    said = "orders were deleted or may no longer be read, the first is"
    failures = {store: f"{count} {said} {first}" for store, count, first in gone}
    for store, count in connection.execute(NAMELESS).fetchall():
        nameless = f"{count} refunds were paid of orders that the tender does not name any more"
        failures[store] = "; ".join(filter(None, [failures.get(store), nameless]))
    verdict = by_store(key_of(DELETED_ORDERS), NONE_GONE, failures=failures, stores=stores)
    return verdict._replace(severity=dg.AssetCheckSeverity.WARN)


def unmoved(connection: duckdb.DuckDBPyConnection) -> dg.AssetCheckResult:
    """
    Compare what the ERP said of itself before its last reading and after it.

    Whoever builds on a reading is judged by it, a rebuild too. One that ended without the second
    word has come to no end.
    """
    readings: dict[str, Reading] = {}
    for batch, *totals in connection.execute(
        """
        select _batch_id, type, currency, postingperiod, document_count, document_total
        from netsuite.control_totals
        where _run_id = (
            select max_by(_run_id, (_extracted_at, _batch_id)) from netsuite.control_totals
        )
        order by _extracted_at, _batch_id
        """,
    ).fetchall():
        readings.setdefault(batch, set()).add(tuple(totals))
    last = list(readings.values())[-2:]
    return dg.AssetCheckResult(
        asset_key=key_of(CONTROL_TOTALS),
        check_name=UNMOVED,
        passed=not last or (len(last) > 1 and last[0] == last[1]),
        metadata={"readings": len(readings), "moved": _moved(last)},
    )


def of_one_moment(connection: duckdb.DuckDBPyConnection, root: Path) -> dg.AssetCheckResult:
    """Name documents that changed between the last reading of their header and of their lines."""
    read = committed_batches(root, LINES, source=str(System.NETSUITE))
    newest = max((one for one in read if one.rows), key=lambda one: one.extracted_at, default=None)
    torn = torn_documents(root, str(System.NETSUITE), run_id=newest.run_id if newest else "")
    found = [row[0] for row in connection.execute(f"{torn} order by id").fetchall()]
    return dg.AssetCheckResult(
        asset_key=key_of(LINES),
        check_name=WHOLE,
        passed=not found,
        metadata={"documents": len(found), "first": found[:10]},
    )


def _moved(readings: Sequence[Reading]) -> list[str]:
    """Name what was not the same in every reading, by type of document and currency."""
    said = Counter(total for reading in readings for total in reading)
    return sorted(
        {f"{total[0]} {total[1]}" for total, times in said.items() if times < len(readings)}
    )


def landing_results(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    *,
    stores: Sequence[str],
    asked: Sequence[str],
    now: datetime,
) -> Iterator[dg.AssetCheckResult]:
    """
    Yield the verdicts on every stream; `now` is when the run began to read.

    `stores` are those whose rows are there, `asked` those that are to be read by every run.
    """
    for stream in READ_BY_RUNS:
        yield no_rejects(connection, root, stream, stores=stores)
        yield fresh(root, stream, now=now, stores=asked)
        if stream.capped:
            yield not_cut(connection, stream, stores=stores)
    yield none_gone(connection, stores=stores)
    yield unmoved(connection)
    yield of_one_moment(connection, root)
    yield from list_results(connection, root)
