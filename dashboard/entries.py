"""The entry that an accrual proposes, as lines; nothing here posts anything."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pyarrow as pa

from dashboard.marts.close import Period

SCHEMA = pa.schema(
    [
        ("entry", pa.string()),
        ("dated_on", pa.string()),
        ("reversed_on", pa.string()),
        ("store", pa.string()),
        ("currency", pa.string()),
        ("account", pa.string()),
        ("debit", pa.decimal128(38, 3)),
        ("credit", pa.decimal128(38, 3)),
        ("memo", pa.string()),
    ]
)
ACCOUNTS = {
    "liability_amount": (
        "Returns and allowances",
        "Refund liability",
        "Returns opened and not yet credited",
    ),
    "asset_amount": (
        "Right-of-return asset",
        "Cost of goods sold, returns",
        "Their units on the way back, at cost times the pass rate",
    ),
}


def proposed(found: Iterable[Mapping[str, object]], period: Period) -> pa.Table:
    """
    Return the lines of one entry a store: the liability gross, the asset beside it, not netted.

    It is dated the last day of the period and reversed on the next: the following month
    accrues anew.
    """
    lines: list[dict[str, object]] = []
    last = period.ended_on - timedelta(days=1)
    for row in found:
        for name, (debit, credit, memo) in ACCOUNTS.items():
            amount = Decimal(str(row[name]))
            if amount < 0:
                debit, credit, amount = credit, debit, -amount
            if amount:
                lines.append(_line(row, period, last, account=debit, memo=memo, debit=amount))
                lines.append(_line(row, period, last, account=credit, memo=memo, credit=amount))
    return pa.Table.from_pylist(lines, schema=SCHEMA)


def _line(
    row: Mapping[str, object],
    period: Period,
    last: date,
    *,
    account: str,
    memo: str,
    debit: Decimal | None = None,
    credit: Decimal | None = None,
) -> dict[str, object]:
    return {
        "entry": f"returns-{period.name}-{row['store']}-{row['currency']}",
        "dated_on": last.isoformat(),
        "reversed_on": period.ended_on.isoformat(),
        "store": row["store"],
        "currency": row["currency"],
        "account": account,
        "debit": debit,
        "credit": credit,
        "memo": memo,
    }


def months_since(first: str, as_of: datetime) -> list[str]:
    """Return every month up to that of a clock, newest first: what is owed stands in each."""
    last = f"{as_of.astimezone(UTC):%Y-%m}"
    found = [str(month) for month in pd.period_range(first, max(first, last), freq="M")]
    return found[::-1]
