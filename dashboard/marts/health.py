"""Queries of the page that asks whether the numbers may be trusted."""

import pyarrow as pa

from dashboard.marts.source import Listing, Parameter, rows
from dashboard.publication import Pointer


def check_counts(pointer: Pointer) -> dict[str, int]:
    """Return how many facts hold, fail and warn."""
    statement = """
        select
            count(*) filter (passed) as held,
            count(*) filter (not passed and severity = 'error') as failed,
            count(*) filter (not passed and severity <> 'error') as warned
        from ops.checks
    """
    found: dict[str, int] = rows(pointer, statement, needs=("ops.checks",)).to_pylist()[0]
    return found


def checks(pointer: Pointer, *, is_failed_only: bool) -> pa.Table:
    """Return the checks of the run, what failed first; at most 500."""
    statement = """
        select passed, severity, name, asset, store, metadata
        from ops.checks
        where not $is_failed_only or not passed
        order by passed, severity = 'error' desc, asset, name, store
        limit 500
    """
    return rows(pointer, statement, {"is_failed_only": is_failed_only}, needs=("ops.checks",))


def freshness(pointer: Pointer) -> pa.Table:
    """Return when each stream was last read and how new its newest record is, oldest first."""
    statement = """
        select * from ops.freshness
        order by extracted_at nulls first, system, stream
        limit 500
    """
    return rows(pointer, statement, needs=("ops.freshness",))


def runs(pointer: Pointer) -> pa.Table:
    """Return recent runs, each with its slowest step, newest first."""
    statement = """
        select
            job,
            run_status,
            count(*) as steps,
            count(*) filter (status = 'failure') as failed_steps,
            min(started_at) as began_at,
            date_diff('second', min(started_at), max(finished_at)) as seconds
        from ops.runs
        group by run_id, job, run_status
        order by began_at desc
        limit 20
    """
    return rows(pointer, statement, needs=("ops.runs",))


def models(pointer: Pointer) -> dict[str, str]:
    """Return what each published model is, by its name."""
    statement = """
        select table_name, description from ops.meanings
        where column_name is null
        order by table_name
    """
    found = rows(pointer, statement, needs=("ops.meanings",)).to_pylist()
    return {row["table_name"]: row["description"] for row in found}


def columns(pointer: Pointer, *, model: str | None, word: str) -> Listing:
    """List the columns that have a word in their name or meaning."""
    statement = f"""
        select table_name, column_name, data_type, description
        from ops.meanings
        where {_MEANT}
        order by table_name, rowid
    """  # noqa: S608
    parameters: dict[str, Parameter] = {"model": model, "word": word}
    return Listing(pointer, statement, parameters, ("ops.meanings",))


def column_count(pointer: Pointer, *, model: str | None, word: str) -> int:
    """Return how many rows the pages of `columns` have between them."""
    statement = f"select count(*) as columns from ops.meanings where {_MEANT}"  # noqa: S608
    parameters = {"model": model, "word": word}
    found = rows(pointer, statement, parameters, needs=("ops.meanings",))
    return int(found.to_pylist()[0]["columns"])


_MEANT = """column_name is not null
    and ($model is null or table_name = $model)
    and contains(lower(table_name || ' ' || column_name || ' ' || description), $word)"""
