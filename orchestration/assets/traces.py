"""Which records the rows of each stream concern, when they begin to count, and what they link."""

from dataclasses import dataclass

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
    # What an order's refunds gave back beyond its goods is told here alone.
    (System.SHOPIFY, "sales_agreements"): Trace(
        records=("id",),
        moments="list_transform(agreements.nodes, lambda agreement: agreement.happenedAt)",
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
    (System.NETSUITE, "inspection_ids"): Trace(records=("'inspection:' || id",)),
    (System.NETSUITE, "stock_move_ids"): Trace(records=("id::varchar",)),
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
