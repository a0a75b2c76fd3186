"""What a change can reach: the records that a changed record is linked with, however far."""

# ruff: noqa: S608 - names and expressions are declared in code.

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.extract.streams import System


@dataclass(frozen=True)
class Trace:
    """
    How a stream's rows tell which records they concern, as DuckDB expressions over the stream.

    `records` are ids of records; `moments` is a list of the instants at which a row begins to
    count, for a clock that has moved past one of them; `joins` are pairs of an id and a list of
    ids that it is linked with. A text that documents are found by stands as `text:...`, a payment
    as `payment:...`.
    """

    records: tuple[str, ...] = ()
    moments: str = "[]::timestamptz[]"
    joins: tuple[tuple[str, str], ...] = ()


def _tail(expression: str) -> str:
    return f"regexp_replace({expression}, '^.*/', '')"


def _found_by(*texts: str) -> str:
    return "[" + ", ".join(f"'text:' || {text}" for text in texts) + "]"


DOCUMENT = Trace(
    records=("id::varchar",),
    # A void carries no time of its own: the document's last change is taken for it.
    moments="[createddate, lastmodifieddate]",
    joins=(("id::varchar", _found_by("storefront_order", "storefront_return")),),
)

TRACES: dict[tuple[System, str], Trace] = {
    (System.SHOPIFY, "orders"): Trace(
        records=("id",),
        moments="[processedAt, createdAt]",
        joins=(("id", _found_by("id", _tail("id"), "name")),),
    ),
    (System.SHOPIFY, "returns"): Trace(
        records=("id",),
        moments="[createdAt, requestApprovedAt, closedAt]",
        joins=(("id", '["order".id]'), ("id", _found_by("id", _tail("id"), "name"))),
    ),
    (System.SHOPIFY, "dispositions"): Trace(
        records=("id",),
        moments="""
            flatten(list_transform(reverseFulfillmentOrders.nodes, lambda one:
                flatten(list_transform(one.lineItems.nodes, lambda line:
                    list_transform(line.dispositions, lambda disposition: disposition.createdAt)
                ))
            ))
        """,
    ),
    (System.SHOPIFY, "refunds"): Trace(
        records=("id",),
        moments="""
            list_concat([processedAt, createdAt], list_transform(transactions.nodes,
                lambda payment: coalesce(payment.processedAt, payment.createdAt)
            ))
        """,
        joins=(
            ("id", '["order".id, "return".id]'),
            (
                "id",
                "list_transform(transactions.nodes,"
                f" lambda payment: 'payment:' || {_tail('payment.id')})",
            ),
        ),
    ),
    (System.SHOPIFY, "bank_references"): Trace(records=(f"'payment:' || {_tail('id')}",)),
    (System.SHOPIFY, "balance_transactions"): Trace(
        records=("associatedOrder.id", "'payment:' || sourceOrderTransactionId"),
        moments="[transactionDate]",
    ),
    **{
        (System.NETSUITE, name): DOCUMENT
        for name in (
            "sales_orders",
            "invoices",
            "cash_sales",
            "return_authorizations",
            "item_receipts",
            "credit_memos",
            "cash_refunds",
        )
    },
    (System.NETSUITE, "transaction_lines"): Trace(
        records=("transaction::varchar",),
        joins=(("transaction::varchar", "[createdfrom::varchar]"),),
    ),
    (System.NETSUITE, "transaction_tax_details"): Trace(records=("transaction::varchar",)),
    (System.NETSUITE, "transaction_links"): Trace(
        records=("nextdoc::varchar", "previousdoc::varchar"),
        joins=(("nextdoc::varchar", "[previousdoc::varchar]"),),
    ),
    (System.NETSUITE, "inspections"): Trace(
        records=("receipt::varchar",),
        moments="[inspected]",
        # An inspection may have been of another receipt before: that one changed too.
        joins=(("'inspection:' || id", "[receipt::varchar]"),),
    ),
    # Moves of stock are put down to receipts of the same item in order of time: one shifts others.
    (System.NETSUITE, "inventory_details"): Trace(
        records=("transaction::varchar",),
        moments="[createddate]",
        joins=(
            (
                "transaction::varchar",
                "[if(inventorystatus + bin + location > 0,"
                " 'stock:' || item || '/' || location, null)]",
            ),
        ),
    ),
    (System.NETSUITE, "deleted_records"): Trace(
        records=("recordid::varchar",), moments="[deleteddate]"
    ),
    (System.NETSUITE, "document_ids"): Trace(records=("id::varchar",)),
    # A case's key ends in the id of the record it is about.
    (System.LEDGER, "actions"): Trace(
        records=("regexp_replace(case_key, '^[^/]*/[^/]*/', '')",), moments="[confirmed_at]"
    ),
}

# No kept model reads these: what is made of them is made whole by every build.
READ_WHOLE = frozenset(
    {
        (System.SHOPIFY, "order_census"),
        (System.SHOPIFY, "deleted_orders"),
        (System.SHOPIFY, "sales_agreements"),
        (System.SHOPIFY, "customers"),
        (System.SHOPIFY, "locations"),
        (System.SHOPIFY, "inventory_levels"),
        (System.SHOPIFY, "payouts"),
        (System.SHOPIFY, "tender_transactions"),
        (System.NETSUITE, "accounting_periods"),
        (System.NETSUITE, "items"),
        (System.LEDGER, "break_states"),
        (System.LEDGER, "unconfirmed_actions"),
        (System.NETSUITE, "control_totals"),
        (System.REHEARSAL, "outcomes"),
        (System.NETSUITE, "line_changes"),
        (System.NETSUITE, "link_changes"),
    }
)


def find_changed_records(
    connection: duckdb.DuckDBPyConnection, *, after: datetime, until: datetime
) -> None:
    """
    Fill `changed._records(record_id)` with every record that a change can reach.

    A row is a change when it stands in a batch that `builds.batches` does not hold, or when the
    clock moved past one of its moments, in the interval `(after, until]`. Links are followed in
    both directions through every landed version, so a record is found from what it was linked
    with as well as from what it is linked with now.
    """
    connection.execute(
        "create or replace temp table changed_directly as " + " union ".join(_changes()),
        {"after": after, "until": until},
    )
    connection.execute("create or replace temp table links as " + " union ".join(_links()))
    connection.execute("""
        create or replace table changed._records as
        with recursive reached(record_id) as (
            select record_id from changed_directly where record_id is not null
            union
            select links.other_id
            from reached inner join links on reached.record_id = links.record_id
        )
        select record_id from reached
    """)


def _changes() -> Iterator[str]:
    for (system, stream), trace in TRACES.items():
        yield f"""
            select unnest([{", ".join(trace.records)}]) as record_id
            from "{system}"."{stream}"
            where (_store, _batch_id) not in (
                select (source, batch_id) from builds.batches
                where system = '{system}' and stream = '{stream}'
            )
            or len(list_filter({trace.moments}, lambda moment:
                moment > $after and moment <= $until)) > 0
        """


def _links() -> Iterator[str]:
    for (system, stream), trace in TRACES.items():
        for record, others in trace.joins:
            pairs = (
                f"select {record} as record_id, unnest({others}) as other_id"
                f' from "{system}"."{stream}"'
            )
            yield f"select record_id, other_id from ({pairs}) where other_id is not null"
            yield (
                f"select other_id as record_id, record_id as other_id from ({pairs})"
                " where other_id is not null"
            )
