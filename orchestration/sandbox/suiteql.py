"""SuiteQL over REST: a query run on the ERP's books, answered a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_paging import MAX_PAGE
from orchestration.sandbox.suiteql_translation import QueryRefusedError, translated

MAX_PAGES = 1000
MAX_ROWS = 100_000


@dataclass(frozen=True)
class Page:
    """Rows `offset` to `offset + limit` of an answer, as JSON writes them."""

    items: list[dict[str, Any]]
    total: int


def run(
    books: ErpBooks,
    text: str,
    parameters: Sequence[str],
    *,
    limit: int,
    offset: int,
    now: datetime,
    account: Account,
) -> Page:
    """
    Answer one page of a query.

    Raises QueryRefusedError as the ERP would: bad syntax, what SuiteQL lacks, an unknown column.
    """
    _check_bounds(limit, offset)
    statement = translated(text, account)
    if statement.placeholders != len(parameters):
        raise QueryRefusedError(
            f"The query has {statement.placeholders} placeholders "
            f"and {len(parameters)} parameters."
        )
    try:
        names, rows, total = books.ask(statement.at(now), parameters, limit=limit, offset=offset)
    except duckdb.Error as error:
        first = str(error).splitlines()[0][:200]
        raise QueryRefusedError(f"Search error occurred: {first}") from error
    return Page([_item(names, row, account) for row in rows], total)


def _check_bounds(limit: int, offset: int) -> None:
    if not 1 <= limit <= MAX_PAGE:
        raise QueryRefusedError(f"The limit must be between 1 and {MAX_PAGE}.")
    if offset < 0 or offset % limit:
        raise QueryRefusedError("The offset must be divisible by the limit.")
    if offset >= min(MAX_ROWS, limit * MAX_PAGES):
        raise QueryRefusedError(f"No more than {MAX_ROWS} rows on {MAX_PAGES} pages are answered.")


def _item(names: list[str], row: tuple[Any, ...], account: Account) -> dict[str, Any]:
    found = {
        name.upper() if account.has_capital_names else name: _text(value, account)
        for name, value in zip(names, row, strict=True)
        if value is not None
    }
    return {"links": [], **found}


def _text(value: object, account: Account) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime | date):
        # As a user of the account reads dates, which is why a client must format them itself.
        return account.shown(value)
    if isinstance(value, bool):
        return "T" if value else "F"
    return str(value)
