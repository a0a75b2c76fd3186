"""Queries of the page that asks whether the numbers may be trusted."""

import pyarrow as pa

from dashboard.marts.source import rows
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


def tie_out(pointer: Pointer) -> pa.Table:
    """Return each control at its second witness and in the marts, what is off first."""
    statement = """
        select is_tied, control, system, store, currency, period, source_count, mart_count,
            source_amount, mart_amount, source_amount - mart_amount as difference_amount
        from marts.fct_tie_out
        order by is_tied, control, system, store, currency, period
        limit 500
    """
    return rows(pointer, statement, needs=("fct_tie_out",))


def diagnostics(pointer: Pointer) -> pa.Table:
    """Return the five questions, answered by store and currency."""
    statement = """
        select question, verdict, rate, numerator, denominator, store, currency, amount
        from marts.rpt_return_diagnostics
        order by list_position(['bad', 'attention', 'good'], verdict), question, store, currency
        limit 200
    """
    return rows(pointer, statement, needs=("rpt_return_diagnostics",))
