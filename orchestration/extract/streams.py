"""The streams: what is read from each system, its key, its cursor and the columns that land."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path


class System(StrEnum):
    """A system whose records land; the name is the landing folder and the dbt source."""

    SHOPIFY = "shopify"
    NETSUITE = "netsuite"
    LEDGER = "ledger"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True)
class Bulk:
    """
    How records come from a bulk operation: objects of one kind a line, children beside parents.

    `children` names the kind of object that each connection of a record holds; `beside` are the
    fields that a bulk operation cannot carry, which `beside_document` reads by id.
    """

    document: str
    children: dict[str, str]
    beside: tuple[str, ...]
    beside_document: str


@dataclass(frozen=True)
class Stream:
    """
    One kind of record of one system.

    `columns` maps the record's own field names to DuckDB types; a record that does not fit them is
    rejected with its text, never bent. `records` is the path of the list of records in one answer.
    `key` identifies a record; among its landed versions the newest extraction counts.
    `cursor` is the field that orders changes (none: the stream is read by id or whole).
    Without an optional stream (`is_optional`) every number that it does not give itself stands:
    a source may keep it to itself. `capped` are lists without a cursor, by how many entries the
    query asks for: a list of that length may have been cut.
    """

    system: System
    name: str
    key: tuple[str, ...]
    records: tuple[str, ...]
    columns: dict[str, str]
    cursor: str | None = None
    is_optional: bool = False
    capped: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    document: str = ""
    bulk: Bulk | None = None

    def read_by_id(self, document: str) -> "Stream":
        """
        Return this stream as a document reads it by id: the same records, in `nodes`.

        It has no cursor: the newest change among chosen records says nothing of the others.
        """
        return replace(self, document=document, records=("data", "nodes"), cursor=None)

    @property
    def query(self) -> str:
        """The GraphQL document or SuiteQL text that reads this stream."""
        suffix = "graphql" if self.system is System.SHOPIFY else "sql"
        return read_query(self.system, f"{self.document or self.name}.{suffix}")


@cache
def read_query(system: System, file_name: str) -> str:
    """Return the text of a query document kept beside its client."""
    return (Path(__file__).parent / system / "queries" / file_name).read_text(encoding="utf-8")


def struct(**fields: str) -> str:
    """Return the DuckDB type of a record with these fields."""
    members = ", ".join(f'"{name}" {kind}' for name, kind in fields.items())
    return f"STRUCT({members})"


def nodes(kind: str) -> str:
    """Return the DuckDB type of a GraphQL connection of which only the nodes are kept."""
    return struct(nodes=f"{kind}[]")


AMOUNT = "DECIMAL(20, 4)"
QUANTITY = "DECIMAL(20, 5)"
TEXT = "VARCHAR"
INSTANT = "TIMESTAMPTZ"
MONEY = struct(amount=AMOUNT, currencyCode=TEXT)
BAG = struct(shopMoney=MONEY, presentmentMoney=MONEY)
REFERENCE = struct(id=TEXT)
TAX_LINES = struct(title=TEXT, rate="DECIMAL(12, 8)", priceSet=BAG) + "[]"
DISCOUNTS = struct(allocatedAmountSet=BAG) + "[]"
PAYMENT = struct(
    id=TEXT,
    kind=TEXT,
    status=TEXT,
    gateway=TEXT,
    createdAt=INSTANT,
    processedAt=INSTANT,
    amountSet=BAG,
    parentTransaction=REFERENCE,
)
ORDER_LINE = struct(
    id=TEXT,
    sku=TEXT,
    quantity="INTEGER",
    currentQuantity="INTEGER",
    variant=struct(inventoryItem=REFERENCE),
    lineItemGroup=REFERENCE,
    originalUnitPriceSet=BAG,
    discountAllocations=DISCOUNTS,
    taxLines=TAX_LINES,
)
AGREEMENT = struct(
    __typename=TEXT,
    id=TEXT,
    happenedAt=INSTANT,
    refund=REFERENCE,
    **{"return": REFERENCE},
    sales=nodes(
        struct(
            id=TEXT,
            actionType=TEXT,
            lineType=TEXT,
            quantity="INTEGER",
            totalAmount=BAG,
            lineItem=REFERENCE,
        )
    ),
)

SHOPIFY_STREAMS = (
    Stream(
        System.SHOPIFY,
        "orders",
        key=("id",),
        cursor="updatedAt",
        records=("data", "orders", "nodes"),
        bulk=Bulk(
            document="bulk_orders",
            children={"lineItems": "LineItem", "returns": "Return"},
            beside=("shippingLines",),
            beside_document="beside_bulk_orders",
        ),
        capped={"transactions": 100, "refunds": 100},
        columns={
            "id": TEXT,
            "name": TEXT,
            "createdAt": INSTANT,
            "processedAt": INSTANT,
            "updatedAt": INSTANT,
            "cancelledAt": INSTANT,
            "test": "BOOLEAN",
            "sourceName": TEXT,
            "currencyCode": TEXT,
            "presentmentCurrencyCode": TEXT,
            "taxesIncluded": "BOOLEAN",
            "customer": REFERENCE,
            "purchasingEntity": struct(__typename=TEXT, company=REFERENCE),
            "paymentTerms": struct(id=TEXT, paymentTermsType=TEXT),
            "totalRefundedSet": BAG,
            "lineItems": nodes(ORDER_LINE),
            "shippingLines": nodes(
                struct(id=TEXT, isRemoved="BOOLEAN", discountedPriceSet=BAG, taxLines=TAX_LINES)
            ),
            "transactions": PAYMENT + "[]",
            "refunds": REFERENCE + "[]",
            "returns": nodes(REFERENCE),
        },
    ),
    Stream(
        System.SHOPIFY,
        "order_census",
        key=("id",),
        records=("data", "orders", "nodes"),
        columns={
            "id": TEXT,
            "updatedAt": INSTANT,
            "returns": nodes(struct(id=TEXT, status=TEXT)),
            "refunds": REFERENCE + "[]",
        },
    ),
    Stream(
        System.SHOPIFY,
        "deleted_orders",
        key=("id",),
        records=("deleted",),
        columns={"id": TEXT},
    ),
    Stream(
        System.SHOPIFY,
        "returns",
        key=("id",),
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "name": TEXT,
            "status": TEXT,
            "createdAt": INSTANT,
            "requestApprovedAt": INSTANT,
            "closedAt": INSTANT,
            "totalQuantity": "INTEGER",
            "decline": struct(reason=TEXT),
            "order": REFERENCE,
            "returnShippingFees": struct(id=TEXT, amountSet=BAG) + "[]",
            "returnLineItems": nodes(
                struct(
                    __typename=TEXT,
                    id=TEXT,
                    quantity="INTEGER",
                    processedQuantity="INTEGER",
                    refundedQuantity="INTEGER",
                    returnReasonDefinition=struct(handle=TEXT, name=TEXT),
                    fulfillmentLineItem=struct(id=TEXT, lineItem=REFERENCE),
                    restockingFee=struct(id=TEXT, amountSet=BAG),
                )
            ),
            "exchangeLineItems": nodes(
                struct(
                    id=TEXT,
                    quantity="INTEGER",
                    processedQuantity="INTEGER",
                    lineItems=struct(
                        id=TEXT,
                        sku=TEXT,
                        quantity="INTEGER",
                        originalUnitPriceSet=BAG,
                        discountAllocations=DISCOUNTS,
                        taxLines=TAX_LINES,
                    )
                    + "[]",
                )
            ),
        },
    ),
    Stream(
        System.SHOPIFY,
        "dispositions",
        key=("id",),
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "reverseFulfillmentOrders": nodes(
                struct(
                    id=TEXT,
                    status=TEXT,
                    lineItems=nodes(
                        struct(
                            id=TEXT,
                            totalQuantity="INTEGER",
                            fulfillmentLineItem=struct(id=TEXT, lineItem=REFERENCE),
                            dispositions=struct(
                                id=TEXT,
                                type=TEXT,
                                quantity="INTEGER",
                                createdAt=INSTANT,
                                location=struct(id=TEXT, name=TEXT),
                            )
                            + "[]",
                        )
                    ),
                )
            ),
        },
    ),
    Stream(
        System.SHOPIFY,
        "refunds",
        key=("id",),
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "createdAt": INSTANT,
            "updatedAt": INSTANT,
            "processedAt": INSTANT,
            "note": TEXT,
            "order": REFERENCE,
            "return": REFERENCE,
            "totalRefundedSet": BAG,
            "refundLineItems": nodes(
                struct(
                    id=TEXT,
                    quantity="INTEGER",
                    restockType=TEXT,
                    restocked="BOOLEAN",
                    location=struct(id=TEXT, name=TEXT),
                    lineItem=REFERENCE,
                    subtotalSet=BAG,
                    totalTaxSet=BAG,
                )
            ),
            "refundShippingLines": nodes(struct(id=TEXT, subtotalAmountSet=BAG, taxAmountSet=BAG)),
            "orderAdjustments": nodes(
                struct(id=TEXT, reason=TEXT, amountSet=BAG, taxAmountSet=BAG)
            ),
            "duties": struct(amountSet=BAG) + "[]",
            "transactions": nodes(PAYMENT),
        },
    ),
    Stream(
        System.SHOPIFY,
        "bank_references",
        key=("id",),
        is_optional=True,
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "shopifyPaymentsSet": struct(refundSet=struct(acquirerReferenceNumber=TEXT)),
        },
    ),
    Stream(
        System.SHOPIFY,
        "sales_agreements",
        key=("id",),
        is_optional=True,
        records=("data", "nodes"),
        columns={"id": TEXT, "agreements": nodes(AGREEMENT)},
    ),
    Stream(
        System.SHOPIFY,
        "customers",
        key=("id",),
        is_optional=True,
        records=("data", "nodes"),
        # What the source answers never lands: assets/customers.py makes these of it.
        columns={"id": TEXT, "customer_key": TEXT, "display_name": TEXT},
    ),
    Stream(
        System.SHOPIFY,
        "balance_transactions",
        key=("id",),
        cursor="transactionDate",
        records=("data", "shopifyPaymentsAccount", "balanceTransactions", "nodes"),
        columns={
            "id": TEXT,
            "type": TEXT,
            "sourceType": TEXT,
            "sourceOrderTransactionId": TEXT,
            "transactionDate": INSTANT,
            "test": "BOOLEAN",
            "amount": MONEY,
            "fee": MONEY,
            "net": MONEY,
            "associatedOrder": REFERENCE,
            "associatedPayout": struct(id=TEXT, status=TEXT),
        },
    ),
    Stream(
        System.SHOPIFY,
        "payouts",
        key=("id",),
        is_optional=True,
        cursor="issuedAt",
        records=("data", "shopifyPaymentsAccount", "payouts", "nodes"),
        columns={
            "id": TEXT,
            "issuedAt": INSTANT,
            "status": TEXT,
            "transactionType": TEXT,
            "net": MONEY,
            "summary": struct(
                chargesGross=MONEY,
                chargesFee=MONEY,
                refundsFeeGross=MONEY,
                refundsFee=MONEY,
                adjustmentsGross=MONEY,
                adjustmentsFee=MONEY,
            ),
        },
    ),
    Stream(
        System.SHOPIFY,
        "tender_transactions",
        key=("id",),
        is_optional=True,
        cursor="processedAt",
        records=("data", "tenderTransactions", "nodes"),
        columns={
            "id": TEXT,
            "processedAt": INSTANT,
            "test": "BOOLEAN",
            "paymentMethod": TEXT,
            "remoteReference": TEXT,
            "amount": MONEY,
            "order": REFERENCE,
        },
    ),
    Stream(
        System.SHOPIFY,
        "locations",
        key=("id",),
        records=("data", "locations", "nodes"),
        columns={"id": TEXT, "name": TEXT, "isActive": "BOOLEAN", "updatedAt": INSTANT},
    ),
    Stream(
        System.SHOPIFY,
        "inventory_levels",
        key=("id",),
        cursor="updatedAt",
        records=("data", "location", "inventoryLevels", "nodes"),
        columns={
            "id": TEXT,
            "isActive": "BOOLEAN",
            "updatedAt": INSTANT,
            "item": struct(id=TEXT, sku=TEXT),
            "location": struct(id=TEXT, name=TEXT),
            "quantities": struct(name=TEXT, quantity="INTEGER", updatedAt=INSTANT) + "[]",
        },
    ),
)

SUITEQL_RECORDS = ("items",)
TRANSACTION_COLUMNS = {
    "id": "BIGINT",
    "type": TEXT,
    "tranid": TEXT,
    "status": TEXT,
    "entity": "BIGINT",
    "trandate": "DATE",
    "createddate": INSTANT,
    "lastmodifieddate": INSTANT,
    "postingperiod": "BIGINT",
    "currency": TEXT,
    "exchangerate": "DECIMAL(24, 10)",
    "foreigntotal": AMOUNT,
    "voided": TEXT,
    "memorized": TEXT,
    "externalid": TEXT,
    "storefront_order": TEXT,
    "storefront_return": TEXT,
}
TRANSACTION_TYPES = {
    "sales_orders": "SalesOrd",
    "invoices": "CustInvc",
    "cash_sales": "CashSale",
    "return_authorizations": "RtnAuth",
    "item_receipts": "ItemRcpt",
    "credit_memos": "CustCred",
    "cash_refunds": "CashRfnd",
}

NETSUITE_STREAMS = (
    *(
        Stream(
            System.NETSUITE,
            name,
            document="transactions",
            key=("id",),
            cursor="lastmodifieddate",
            records=SUITEQL_RECORDS,
            columns=TRANSACTION_COLUMNS,
            parameters={
                "type": code,
                "changed": "t.lastmodifieddate",
                "document": "t.id",
                "after": "t.id",
            },
        )
        for name, code in TRANSACTION_TYPES.items()
    ),
    Stream(
        System.NETSUITE,
        "line_changes",
        key=("transaction", "id"),
        cursor="linelastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={
            "needs": "transactionline.linelastmodifieddate",
            "changed": "tl.linelastmodifieddate",
            "after": "tl.transaction, tl.id",
        },
        columns={"transaction": "BIGINT", "id": "BIGINT", "linelastmodifieddate": INSTANT},
    ),
    Stream(
        System.NETSUITE,
        "link_changes",
        key=("nextdoc", "nextline", "previousdoc", "previousline", "linktype"),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={
            "needs": "nexttransactionlinelink.lastmodifieddate",
            "changed": "l.lastmodifieddate",
            "after": "l.nextdoc, l.nextline, l.previousdoc, l.previousline, l.linktype",
        },
        columns={
            "nextdoc": "BIGINT",
            "nextline": "BIGINT",
            "previousdoc": "BIGINT",
            "previousline": "BIGINT",
            "linktype": TEXT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "transaction_lines",
        key=("transaction", "id"),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={"document": "tl.transaction", "after": "tl.transaction, tl.id"},
        columns={
            "transaction": "BIGINT",
            "id": "BIGINT",
            "linesequencenumber": "INTEGER",
            "mainline": TEXT,
            "taxline": TEXT,
            "iscogs": TEXT,
            "transactiondiscount": TEXT,
            "itemtype": TEXT,
            "item": "BIGINT",
            "itemid": TEXT,
            "quantity": QUANTITY,
            "rate": "DECIMAL(24, 10)",
            "foreignamount": AMOUNT,
            "createdfrom": "BIGINT",
            "kitcomponent": TEXT,
            "kitmemberof": "BIGINT",
            "location": "BIGINT",
            "storefront_line": TEXT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "transaction_tax_details",
        key=("transaction", "line", "taxcode"),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={
            "document": "d.transaction",
            "after": "d.transaction, d.line, d.taxcode",
        },
        columns={
            "transaction": "BIGINT",
            "line": "BIGINT",
            "taxcode": "BIGINT",
            "taxcode_name": TEXT,
            "taxrate": "DECIMAL(12, 8)",
            "taxamount": AMOUNT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "transaction_links",
        key=("nextdoc", "nextline", "previousdoc", "previousline", "linktype"),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={
            "document": "l.nextdoc",
            "after": "l.nextdoc, l.nextline, l.previousdoc, l.previousline, l.linktype",
        },
        columns={
            "nextdoc": "BIGINT",
            "nextline": "BIGINT",
            "nexttype": TEXT,
            "previousdoc": "BIGINT",
            "previousline": "BIGINT",
            "previoustype": TEXT,
            "linktype": TEXT,
            "foreignamount": AMOUNT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "inspections",
        key=("id",),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={
            "needs": "customrecord_return_inspection",
            "changed": "n.lastmodified",
            "after": "n.id",
        },
        columns={
            "id": "BIGINT",
            "receipt": "BIGINT",
            "receipt_line": "BIGINT",
            "result": TEXT,
            "quantity": QUANTITY,
            "isinactive": TEXT,
            "inspected": INSTANT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "inventory_details",
        key=("transaction", "line", "inventorynumber", "inventorystatus", "bin"),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={
            "changed": "a.lastmodifieddate",
            "after": "a.transaction, a.line, a.inventorynumber, a.inventorystatus, a.bin",
        },
        columns={
            "transaction": "BIGINT",
            "line": "BIGINT",
            "inventorynumber": "BIGINT",
            "inventorystatus": "BIGINT",
            "bin": "BIGINT",
            "type": TEXT,
            "item": "BIGINT",
            "location": "BIGINT",
            "inventorystatus_name": TEXT,
            "bin_name": TEXT,
            "location_name": TEXT,
            "inspection_field": TEXT,
            "quantity": "DECIMAL(20, 5)",
            "voided": TEXT,
            "createddate": INSTANT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "accounting_periods",
        key=("id",),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={"changed": "p.lastmodifieddate", "after": "p.id"},
        columns={
            "id": "BIGINT",
            "periodname": TEXT,
            "startdate": "DATE",
            "enddate": "DATE",
            "closed": TEXT,
            "arlocked": TEXT,
            "alllocked": TEXT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "items",
        key=("id",),
        cursor="lastmodifieddate",
        records=SUITEQL_RECORDS,
        parameters={"changed": "i.lastmodifieddate", "after": "i.id"},
        columns={
            "id": "BIGINT",
            "itemid": TEXT,
            "itemtype": TEXT,
            "isinactive": TEXT,
            "averagecost": AMOUNT,
            "cost": AMOUNT,
            "lastmodifieddate": INSTANT,
        },
    ),
    Stream(
        System.NETSUITE,
        "deleted_records",
        key=("recordid", "type"),
        cursor="deleteddate",
        records=SUITEQL_RECORDS,
        parameters={
            "needs": "deletedrecord",
            "changed": "d.deleteddate",
            "after": "d.recordid, d.type",
        },
        columns={"recordid": "BIGINT", "type": TEXT, "deleteddate": INSTANT},
    ),
    Stream(
        System.NETSUITE,
        "document_ids",
        key=("id",),
        records=SUITEQL_RECORDS,
        parameters={"after": "t.id"},
        columns={"id": "BIGINT", "type": TEXT},
    ),
    Stream(
        System.NETSUITE,
        "control_totals",
        key=("type", "currency", "postingperiod"),
        records=SUITEQL_RECORDS,
        parameters={"after": "w.type, w.currency, w.postingperiod"},
        columns={
            "type": TEXT,
            "currency": TEXT,
            "postingperiod": "BIGINT",
            "document_count": "BIGINT",
            "document_total": AMOUNT,
        },
    ),
)

LEDGER_STREAMS = (
    Stream(
        System.LEDGER,
        "actions",
        key=("intent_key",),
        cursor="confirmed_at",
        records=("actions",),
        columns={
            "intent_key": TEXT,
            "action": TEXT,
            "store": TEXT,
            "case_key": TEXT,
            "order_line_id": TEXT,
            "sku": TEXT,
            "quantity": "INTEGER",
            "amount": AMOUNT,
            "currency": TEXT,
            "location_id": TEXT,
            "reference": TEXT,
            "run_id": TEXT,
            "sent_at": INSTANT,
            "confirmed_at": INSTANT,
        },
    ),
    Stream(
        System.LEDGER,
        "break_states",
        key=("break_key",),
        cursor="decided_at",
        records=("break_states",),
        columns={
            "break_key": TEXT,
            "status": TEXT,
            "owner": TEXT,
            "amount": AMOUNT,
            "currency": TEXT,
            "snoozed_until": INSTANT,
            "decided_by": TEXT,
            "decided_at": INSTANT,
        },
    ),
)

# Landed by the command that rehearses, when a person runs it: no run reads it anew.
REHEARSAL_STREAMS = (
    Stream(
        System.REHEARSAL,
        "outcomes",
        key=("rehearsal_id", "scenario"),
        cursor="rehearsed_at",
        records=("outcomes",),
        columns={
            "rehearsal_id": TEXT,
            "rehearsed_at": INSTANT,
            "pack": TEXT,
            "is_whole_pack": "BOOLEAN",
            "scenario": TEXT,
            "kinds": f"{TEXT}[]",
            "difference_count": "INTEGER",
        },
    ),
)

STREAMS = {
    (stream.system, stream.name): stream
    for stream in (*SHOPIFY_STREAMS, *NETSUITE_STREAMS, *LEDGER_STREAMS, *REHEARSAL_STREAMS)
}
