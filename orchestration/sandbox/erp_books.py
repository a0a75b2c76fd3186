"""The ERP's books: its analytics tables in one DuckDB file, asked in SuiteQL."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import RLock
from typing import Any

import duckdb

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_documents import Row
from orchestration.sandbox.erp_periods import periods

CENT = Decimal("0.01")
# A timestamptz is an instant; what a query shows of it is in the zone of the account.
TABLES: dict[str, str] = {
    "transaction": """
        id bigint, tranid varchar, transactionnumber varchar, type varchar, recordtype varchar,
        trandate date, createddate timestamptz, lastmodifieddate timestamptz, entity bigint,
        status varchar, postingperiod bigint, posting varchar, currency bigint,
        exchangerate decimal(24, 10), foreigntotal decimal(20, 4), memo varchar,
        externalid varchar, otherrefnum varchar, voided varchar, memorized varchar,
        custbody_storefront_return_id varchar, custbody_return_stages varchar""",
    "transactionline": """
        transaction bigint, id bigint, uniquekey bigint, linesequencenumber bigint, item bigint,
        itemtype varchar, mainline varchar, taxline varchar, iscogs varchar,
        transactiondiscount varchar, quantity decimal(20, 5), rate decimal(24, 10),
        foreignamount decimal(20, 4), netamount decimal(20, 4), createdfrom bigint,
        kitcomponent varchar, kitmemberof bigint, location bigint, subsidiary bigint,
        linelastmodifieddate timestamptz, custcol_storefront_line_id varchar,
        custcol_inspection_grade varchar""",
    "transactiontaxdetail": """
        transaction bigint, line bigint, taxcode bigint, taxrate decimal(12, 8),
        taxbasis decimal(20, 4), taxamount decimal(20, 4)""",
    "salestaxitem": "id bigint, itemid varchar, fullname varchar, rate decimal(12, 8)",
    "transactionlinelink": """
        previousdoc bigint, previousline bigint, previoustype varchar, nextdoc bigint,
        nextline bigint, nexttype varchar, linktype varchar, foreignamount decimal(20, 4),
        lastmodifieddate timestamptz""",
    "item": """
        id bigint, itemid varchar, displayname varchar, fullname varchar, itemtype varchar,
        isinactive varchar, averagecost decimal(20, 5), cost decimal(20, 5),
        lastmodifieddate timestamptz""",
    "customer": "id bigint, entityid varchar, email varchar, lastmodifieddate timestamptz",
    "currency": "id bigint, name varchar, symbol varchar",
    "accountingperiod": """
        id bigint, periodname varchar, startdate date, enddate date, isposting varchar,
        isquarter varchar, isyear varchar, isinactive varchar, closed varchar,
        alllocked varchar, arlocked varchar, lastmodifieddate timestamptz""",
    "location": "id bigint, name varchar, fullname varchar, isinactive varchar",
    "inventorystatus": "id bigint, name varchar, isinactive varchar",
    "inventoryassignment": """
        transaction bigint, transactionline bigint, quantity decimal(20, 5), bin bigint,
        inventorystatus bigint, inventorynumber bigint""",
    "bin": "id bigint, binnumber varchar, location bigint, isinactive varchar",
    "deletedrecord": "recordid bigint, type varchar, deleteddate timestamptz, name varchar",
    "customrecord_return_inspection": """
        id bigint, custrecord_inspection_receipt bigint, custrecord_inspection_line bigint,
        custrecord_inspection_result varchar, custrecord_inspection_quantity decimal(20, 5),
        custrecord_inspection_date timestamptz, lastmodified timestamptz, isinactive varchar""",
}
VIEWS = """
create or replace view nexttransactionlinelink as select * from transactionlinelink;
create or replace view previoustransactionlinelink as select * from transactionlinelink;
create or replace view nexttransactionlink as
    select distinct previousdoc, previoustype, nextdoc, nexttype, linktype, foreignamount,
        lastmodifieddate from transactionlinelink;
create or replace view previoustransactionlink as select * from nexttransactionlink;
create or replace view dual as select 'X' as dummy;
create or replace macro sys_extract_utc(x) as timezone('UTC', cast(x as timestamptz));
create or replace macro builtin_df(x) as cast(x as varchar);
create or replace macro builtin_cf(x) as cast(x as varchar);
"""


# A column of ids, and the record and field that hold what people call it.
DISPLAYED = {
    "bin": ("bin", "binnumber"),
    "currency": ("currency", "symbol"),
    "inventorystatus": ("inventorystatus", "name"),
    "item": ("item", "itemid"),
    "location": ("location", "name"),
    "postingperiod": ("accountingperiod", "periodname"),
    "taxcode": ("salestaxitem", "itemid"),
}
DISPLAYS = "\n".join(
    f"create or replace macro display_{column}(x) as"  # noqa: S608 - names of this module
    f" (select any_value(d.{field}) from {record} d where d.id = x);"
    for column, (record, field) in DISPLAYED.items()
)
# What a query may name; the table behind the views of the links is the sandbox's own.
RECORDS = frozenset(TABLES) - {"transactionlinelink"} | {
    "nexttransactionlinelink",
    "previoustransactionlinelink",
    "nexttransactionlink",
    "previoustransactionlink",
    "dual",
}


class ErpBooks:
    """The tables of one account; a statement at a time."""

    def __init__(self, path: Path, *, zone: str = Account.zone) -> None:
        self._path = path
        self.lock = self._lock = RLock()
        self._connection = duckdb.connect(path)
        self._connection.execute(f"set TimeZone = '{zone}'")
        for name, columns in TABLES.items():
            self._connection.execute(f'create table if not exists "{name}" ({columns})')
            for column in _columns(columns):
                added = f'alter table "{name}" add column if not exists {column}'
                self._connection.execute(added)
        self._connection.execute(VIEWS + DISPLAYS)

    def load(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Write the first rows of the account, all or none."""
        grouped: dict[str, list[Row]] = {"accountingperiod": list(periods())}
        for table, row in rows:
            grouped.setdefault(table, []).append(row)
        grouped |= _masters(grouped)
        with self._lock:
            self._connection.begin()
            for table, found in grouped.items():
                self._insert(table, found)
            self._connection.commit()

    def ask(
        self, sql: str, parameters: Sequence[str], *, limit: int, offset: int
    ) -> tuple[list[str], list[tuple[Any, ...]], int]:
        """
        Run one statement in DuckDB's own words.

        Returns lower-case names, the rows of one page, and how many rows there are in all.
        """
        page = f"from ({sql}) limit {int(limit)} offset {int(offset)}"
        with self._lock:
            cursor = self._connection.execute(page, list(parameters))
            names = [column[0].lower() for column in cursor.description]
            rows = cursor.fetchall()
            if 0 < len(rows) < limit or not (rows or offset):
                return names, rows, offset + len(rows)
            counted = f"select count(*) from ({sql})"  # noqa: S608 - the page's own statement
            (total,) = self._connection.execute(counted, list(parameters)).fetchall()[0]
            return names, rows, int(total)

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement that changes the books, in DuckDB's words; return its row count."""
        with self._lock:
            counted = self._connection.execute(sql, list(parameters)).fetchone()
            return int(counted[0]) if counted else 0

    def found(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        """Return rows of the tables themselves, in DuckDB's own words."""
        with self._lock:
            cursor = self._connection.execute(sql, list(parameters))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def add(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Write new rows, all or none."""
        with self._lock:
            self._connection.begin()
            for table, row in rows:
                self._insert(table, [row])
            self._connection.commit()

    def modify(self, table: str, record_id: int, fields: Row, *, at: datetime) -> None:
        """Change columns of one record, and when it was last modified."""
        values = {**fields, "lastmodifieddate": at}
        assigned = ", ".join(f'"{name}" = ?' for name in values)
        with self._lock:
            self._connection.execute(
                f'update "{table}" set {assigned} where id = ?',  # noqa: S608 - our own names
                [*values.values(), record_id],
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _insert(self, table: str, rows: list[Row]) -> None:
        columns = dict(part.split(None, 1) for part in _columns(TABLES[table]))
        incoming = self._path.with_suffix(".incoming")
        with incoming.open("w", encoding="utf-8") as file:
            for row in rows:
                kept = {name: row[name] for name in columns if row.get(name) is not None}
                file.write(json.dumps(kept, default=_text) + "\n")
        self._connection.execute(
            f"""insert into "{table}" by name
            select * from read_json(?, columns = ?, format = 'newline_delimited')""",  # noqa: S608
            [str(incoming), columns],
        )
        incoming.unlink()


def _columns(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _masters(grouped: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the records that documents name: items, tax codes, currencies, places of stock."""
    first = datetime(2025, 1, 1, tzinfo=UTC)
    lines = [row for row in grouped.get("transactionline", []) if row.get("item")]
    items = {row["item"]: row for row in lines}
    costs = _costs(lines)
    codes = {row["taxcode"]: row["code"] for row in grouped.get("transactiontaxdetail", [])}
    currencies = {row["currency"]: row for row in grouped.get("transaction", [])}
    symbols = {row["id"]: row["symbol"] for row in grouped.get("currency", [])}
    return {
        "item": [
            {
                "id": key,
                "itemid": row["itemid"],
                "displayname": row["itemid"],
                "fullname": row["itemid"],
                "itemtype": row["itemtype"],
                "isinactive": "F",
                "averagecost": costs.get(key),
                "lastmodifieddate": first,
            }
            for key, row in items.items()
        ],
        "salestaxitem": [
            {"id": key, "itemid": code, "fullname": code} for key, code in codes.items()
        ],
        "currency": [
            {"id": key, "name": symbols[key], "symbol": symbols[key]} for key in currencies
        ],
        "accountingperiod": [
            {"isposting": "T", "lastmodifieddate": first, **row}
            for row in grouped["accountingperiod"]
        ],
        **{
            name: list({row["id"]: {**row, "isinactive": "F"} for row in grouped[name]}.values())
            for name in ("bin", "inventorystatus", "location")
            if name in grouped
        },
        "transactionline": [
            {"kitcomponent": "F", **row, "iscogs": "F", "transactiondiscount": "F"}
            for row in grouped.get("transactionline", [])
        ],
    }


def _costs(lines: list[Row]) -> dict[object, Decimal]:
    """What a stocked item costs here: two fifths of the most it was sold for."""
    prices: dict[object, Decimal] = {}
    for row in lines:
        quantity = Decimal(str(row.get("quantity") or 0))
        if row["itemtype"] == "InvtPart" and quantity:
            price = abs(Decimal(str(row.get("foreignamount") or 0)) / quantity)
            prices[row["item"]] = max(price, prices.get(row["item"], price))
    return {item: (price * 2 / 5).quantize(CENT) for item, price in prices.items()}


def _text(value: object) -> str:
    """Return a value as JSON keeps it; a time says its zone."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
