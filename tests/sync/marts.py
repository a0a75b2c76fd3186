"""A published file with the tables that the syncs read."""

import json

import duckdb

COLUMNS = [
    "action", "store", "case_key", "case_name", "decision", "gate_key", "order_line_id", "sku",
    "quantity", "amount", "currency", "hold_reasons", "evidence", "told",
    "inventory_item_id", "location_id",
]  # fmt: skip
TABLES = """
    create schema marts;
    create schema ops;
    create table marts.fct_sync_gates (
        action varchar, store varchar, case_key varchar, case_name varchar, decision varchar,
        gate_key varchar, order_line_id varchar, sku varchar, quantity integer,
        amount decimal(18, 2), currency varchar, hold_reasons varchar[], evidence varchar,
        told varchar, inventory_item_id varchar, location_id varchar, inventory_method varchar
    );
    create table marts.fct_return_lifecycle (
        case_key varchar, requested_at timestamptz, order_id varchar,
        order_name varchar, return_id varchar,
        rma_id varchar, store varchar, case_name varchar, currency varchar, kind varchar,
        link_method varchar, confirmation_status varchar, current_stage varchar,
        approved_at timestamptz, inspection_status varchar
    );
    create table marts.fct_return_lines (
        case_key varchar, order_line_id varchar, sku varchar, requested_quantity integer,
        credited_quantity integer
    );
    create table marts.fct_return_stage_events (
        case_key varchar, event varchar, document_type varchar, document_number varchar,
        occurred_at timestamptz
    );
    create table marts.fct_refund_variance (case_key varchar, shipping_component decimal(18, 3));
    create table ops.publication (id varchar, as_of timestamptz, incomplete_stores varchar);
    create table ops.freshness (system varchar, stream varchar, extracted_at timestamptz);
"""


# A return that the ERP has not heard of for a day.
UNAUTHORIZED = {
    "case_key": "us/return/1",
    "case_name": "#1001-R1",
    "store": "us",
    "kind": "return",
    "order_id": "o",
    "order_name": "#1001",
    "return_id": "r",
    "rma_id": None,
    "link_method": "unlinked",
    "confirmation_status": "done",
    "current_stage": "awaiting_receipt",
    "requested_at": "2026-06-28 00:00:00+00",
    "approved_at": "2026-06-28 00:00:00+00",
}


def write_publication(
    folder,
    *,
    rows=(),
    as_of="2026-06-30 00:00:00+00",
    landed="2026-07-01 00:00:00+00",
    stores="[]",
):
    """Write the file and the pointer to it; every case was requested when its row says."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect(folder / "one.duckdb") as connection:
        connection.execute(TABLES)
        connection.execute("insert into ops.publication values ('p', ?, ?)", [as_of, stores])
        if landed:
            connection.execute(
                "insert into ops.freshness values ('ledger', 'actions', ?)", [landed]
            )
        for row in rows:
            values = [getattr(row, name) for name in COLUMNS]
            marks = ", ".join("?" for _ in values)
            names = ", ".join(COLUMNS)
            connection.execute(
                f"insert into marts.fct_sync_gates ({names}) values ({marks})", values
            )
        for case in {(row.case_key, row.case_name, row.requested_at) for row in rows}:
            connection.execute(
                "insert into marts.fct_return_lifecycle (case_key, case_name, requested_at)"
                " values (?, ?, ?)",
                case,
            )
    (folder / "current.json").write_text(json.dumps({"id": "one", "file": "one.duckdb"}))
    return folder / "one.duckdb"


def add_unauthorized(file, *, credited=0, **changes):
    """Add a return that waits for its authorization, and its only line, to a published file."""
    row = UNAUTHORIZED | changes
    with duckdb.connect(file) as connection:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        connection.execute(
            f"insert into marts.fct_return_lifecycle ({names}) values ({marks})",
            list(row.values()),
        )
        connection.execute(
            "insert into marts.fct_return_lines values (?, 'l', 'MUG', 2, ?)",
            [row["case_key"], credited],
        )
