"""
Which records must be read by id: what the landed orders name, and what is not final yet.

What was rejected is among them until it fits or is gone, whatever else makes it due.
"""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from pathlib import Path

from orchestration.extract.streams import STREAMS, Stream, System
from orchestration.landing.manifest import committed_batches
from orchestration.landing.readings import rejected_ids
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows

ORDERS = STREAMS[System.SHOPIFY, "orders"]
RETURNS = STREAMS[System.SHOPIFY, "returns"]
DISPOSITIONS = STREAMS[System.SHOPIFY, "dispositions"]
REFUNDS = STREAMS[System.SHOPIFY, "refunds"]
BANK_REFERENCES = STREAMS[System.SHOPIFY, "bank_references"]
SALES_AGREEMENTS = STREAMS[System.SHOPIFY, "sales_agreements"]
CUSTOMERS = STREAMS[System.SHOPIFY, "customers"]

# Nothing promises that a change of a return moves its order: until it is final it is read anew. A
# state that nobody knows yet, of an API version to come, is not final.
RETURN_MAY_CHANGE = "status not in ('CLOSED', 'CANCELED', 'DECLINED')"
DISPOSITION_MAY_CHANGE = (
    'len(list_filter("reverseFulfillmentOrders".nodes, lambda node:'
    " node.status not in ('CLOSED', 'CANCELED'))) > 0"
)
REFUND_MAY_CHANGE = (
    "len(list_filter(transactions.nodes, lambda node:"
    " node.status not in ('SUCCESS', 'FAILURE', 'ERROR'))) > 0"
)
# A bank tells its reference days after the refund, or never: then it is asked for no longer.
REFERENCE_MAY_COME = (
    '"shopifyPaymentsSet".refundSet.acquirerReferenceNumber is null'
    " and landed._extracted_at < payments.paid_at + interval 30 days"
)
IS_GIVEN_BACK = (
    'len(refunds) > 0 or len("returns".nodes) > 0 or "totalRefundedSet".shopMoney.amount <> 0'
)


def return_ids_to_read(root: Path, store: str, *, run_id: str) -> list[str]:
    """Return the ids of the returns of a store that this run has still to read."""
    return _ids(root, store, RETURNS, run_id=run_id, may_change=RETURN_MAY_CHANGE)


def disposition_ids_to_read(root: Path, store: str, *, run_id: str) -> list[str]:
    """
    Return the ids of the returns whose physical events this run has still to read.

    Goods may be handled after their return is closed, so an open reverse fulfilment order counts
    as well as an open return.
    """
    open_returns = f"select id from ({newest(root, store, RETURNS)}) where {RETURN_MAY_CHANGE}"
    return _ids(
        root,
        store,
        DISPOSITIONS,
        run_id=run_id,
        may_change=DISPOSITION_MAY_CHANGE,
        open_elsewhere=open_returns,
    )


def refund_ids_to_read(root: Path, store: str, *, run_id: str) -> list[str]:
    """Return the ids of the refunds of a store that this run has still to read."""
    return _ids(root, store, REFUNDS, run_id=run_id, may_change=REFUND_MAY_CHANGE)


def bank_reference_ids_to_read(root: Path, store: str, *, run_id: str) -> list[str]:
    """Return the ids of the paid refund transactions whose bank reference may have come."""
    query = f"""
        with payments as (
            select payment.id, coalesce(payment.processedAt, payment.createdAt) as paid_at
            from (
                select unnest(transactions.nodes) as payment
                from ({newest(root, store, REFUNDS)})
            )
            where payment.kind = 'REFUND' and payment.status = 'SUCCESS'
                and payment.gateway = 'shopify_payments'
        ),
        landed as ({newest(root, store, BANK_REFERENCES)})
        select distinct payments.id
        from payments left join landed on payments.id = landed.id
        where landed.id is null or (landed._run_id <> $run_id and {REFERENCE_MAY_COME})
    """
    return _due(root, store, BANK_REFERENCES, query, run_id)


def sales_agreement_ids_to_read(root: Path, store: str, *, run_id: str) -> list[str]:  # noqa: ARG001 - one of several
    """Return the ids of the orders of which something given back landed after their agreements."""
    query = f"""
        with orders as (
            select id, _extracted_at from ({newest(root, store, ORDERS)}) where {IS_GIVEN_BACK}
        ),
        read as (
            select id, _extracted_at from orders
            union all
            select "order".id, _extracted_at from ({newest(root, store, RETURNS)})
            union all
            select "order".id, _extracted_at from ({newest(root, store, REFUNDS)})
        ),
        landed as ({newest(root, store, SALES_AGREEMENTS)})
        select orders.id
        from orders
        inner join read on orders.id = read.id
        left join landed on orders.id = landed.id
        group by orders.id, landed._extracted_at
        having landed._extracted_at is null or landed._extracted_at < max(read._extracted_at)
    """
    return _due(root, store, SALES_AGREEMENTS, query, None)


def customer_ids_to_read(root: Path, store: str, *, run_id: str) -> list[str]:  # noqa: ARG001 - one of several
    """
    Return the ids of the buyers, people and companies, of orders with a return or a refund.

    A buyer is read again when such an order landed after the buyer did.
    """
    query = f"""
        with buyers as (
            select coalesce("purchasingEntity".company.id, customer.id) as id,
                max(_extracted_at) as named_at
            from ({newest(root, store, ORDERS)})
            where {IS_GIVEN_BACK}
            group by all
        ),
        landed as ({newest(root, store, CUSTOMERS)})
        select buyers.id
        from buyers left join landed on buyers.id = landed.id
        where buyers.id is not null
            and (landed.id is null or landed._extracted_at < buyers.named_at)
    """
    return _due(root, store, CUSTOMERS, query, None)


def _ids(
    root: Path,
    store: str,
    stream: Stream,
    *,
    run_id: str,
    may_change: str,
    open_elsewhere: str = "select null",
) -> list[str]:
    """
    Derive the ids from what has landed alone.

    An id is due when an order names it that landed after it did (or it never landed), so a run
    that died between orders and this stream leaves no gap; or when its record may still change,
    by itself or by what is selected as open elsewhere.
    """
    named = "refunds" if stream is REFUNDS else '"returns".nodes'
    query = f"""
        with orders as ({newest(root, store, ORDERS)}),
        landed as ({newest(root, store, stream, also=f"{may_change} as may_change")}),
        named as (
            select reference.id, max(_extracted_at) as named_at
            from (select unnest({named}) as reference, _extracted_at from orders)
            group by all
        )
        select named.id
        from named left join landed on named.id = landed.id
        where (landed.id is null or landed._extracted_at < named.named_at)
        union
        select id from landed
        where (may_change or id in ({open_elsewhere})) and _run_id <> $run_id
    """
    return _due(root, store, stream, query, run_id)


def _due(root: Path, store: str, stream: Stream, query: str, run_id: str | None) -> list[str]:
    parameters = {} if run_id is None else {"run_id": run_id}
    with connect(reads=root) as connection:
        found = {row[0] for row in connection.execute(query, parameters).fetchall()}
    return sorted(found.union(rejected_ids(root, stream, store)))


def newest(root: Path, store: str, stream: Stream, *, also: str | None = None) -> str:
    """
    Return a select of the newest landed version of each of a store's records.

    `also` is a column more, made of each row before the newest is found: what it reads of a wide
    record is then not sorted with it.
    """
    rows = select_rows(root, stream, committed_batches(root, stream, source=store))
    changed_at = f'"{stream.cursor}" desc,' if stream.cursor else ""
    columns = "*" if also is None else f"*, {also}"
    return f"""
        select * from (select {columns} from ({rows}))
        qualify row_number() over (
            partition by id order by _extracted_at desc, {changed_at} _batch_id desc
        ) = 1
    """
