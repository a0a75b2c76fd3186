"""What going live on a day leaves alone until a person says so, and what it touches at once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.resources.live_since import LiveSince, since
from orchestration.sync.publication import UNAUTHORIZED

# Every row that would be ready if there were no day of going live. Authorizations have no gate.
ROWS = f"""
    select
        gates.store,
        gates.action,
        gates.currency,
        epoch_us(lifecycle.requested_at) as requested_at,
        coalesce(gates.quantity, 0) as quantity,
        gates.amount
    from marts.fct_sync_gates as gates
    left join marts.fct_return_lifecycle as lifecycle on gates.case_key = lifecycle.case_key
    where
        gates.decision = 'ready'
        or (gates.decision = 'held' and gates.hold_reasons = ['before_go_live'])
    union all
    select store, action, null, requested_at, 0, null from ({UNAUTHORIZED})
"""  # noqa: S608 - both are our own


@dataclass(frozen=True)
class Baseline:
    """One store, action and currency: rows that stay untouched, and rows that would be sent."""

    store: str
    action: str
    currency: str | None
    since: datetime | None
    left: int
    touched: int
    left_units: int
    left_amount: Decimal


def baseline(file: Path, live_since: LiveSince) -> list[Baseline]:
    """Return what a publication's ready rows come to on either side of the days of going live."""
    with duckdb.connect(file, read_only=True) as connection:
        kinds = connection.execute(
            f"select distinct store, action from ({ROWS}) order by all"  # noqa: S608 - our own
        ).fetchall()
        found = []
        for store, action in kinds:
            day = since(live_since, store=store, action=action)
            found += _of(connection, store=store, action=action, day=day)
    return found


def _of(
    connection: duckdb.DuckDBPyConnection, *, store: str, action: str, day: datetime | None
) -> list[Baseline]:
    # Without a day nothing is touched: live mode refuses to start.
    begins = 2**62 if day is None else int(day.timestamp() * 1_000_000)
    summed = connection.execute(
        f"""
        select
            currency,
            count(*) filter (not coalesce(requested_at >= $begins, false)),
            count(*) filter (coalesce(requested_at >= $begins, false)),
            coalesce(sum(quantity) filter (not coalesce(requested_at >= $begins, false)), 0),
            coalesce(sum(amount) filter (not coalesce(requested_at >= $begins, false)), 0)
        from ({ROWS}) as found
        where store = $store and action = $action
        group by currency
        order by currency
        """,  # noqa: S608 - our own
        {"begins": begins, "store": store, "action": action},
    )
    return [Baseline(store, action, row[0], day, *row[1:]) for row in summed.fetchall()]
