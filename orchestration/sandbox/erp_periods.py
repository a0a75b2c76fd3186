"""The account's calendar: posting periods, and the quarters and years that group them."""

from collections.abc import Iterator
from datetime import date, timedelta

from orchestration.sandbox.erp_documents import Row

YEARS = range(2010, 2041)


def period_id(name: object) -> int:
    """Return the id of an accounting period written as 2026-03."""
    year, _, month = str(name).partition("-")
    return int(year) * 100 + int(month)


def periods() -> Iterator[Row]:
    """Yield the months of the account's years, and the quarters and years that group them."""
    for year in YEARS:
        yield _period(year * 10000, f"FY {year}", starts=date(year, 1, 1), months=12) | {
            "isyear": "T"
        }
        for quarter in range(1, 5):
            starts = date(year, 3 * quarter - 2, 1)
            yield _period(year * 1000 + quarter, f"Q{quarter} {year}", starts=starts, months=3) | {
                "isquarter": "T"
            }
        for month in range(1, 13):
            name = f"{year}-{month:02}"
            yield _period(period_id(name), name, starts=date(year, month, 1), months=1)


def _period(key: int, name: str, *, starts: date, months: int) -> Row:
    last = starts.month + months - 1
    following = date(starts.year + (last == 12), last % 12 + 1, 1)
    return {
        "id": key,
        "periodname": name,
        "startdate": starts,
        "enddate": following - timedelta(days=1),
        "isquarter": "F",
        "isyear": "F",
        "isinactive": "F",
        "closed": "F",
        "arlocked": "F",
        "alllocked": "F",
    }
