"""What the ERP makes of what, by the names of both records."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.sandbox.erp_documents import Kind


@dataclass(frozen=True)
class Transform:
    """
    What is made of what, how the two are linked, and how the new document begins.

    Where it `takes_the_rest`, units that went into another one before are not there any more.
    """

    source: Kind
    target: Kind
    record: str
    link_type: str
    status: str | None
    prefix: str
    is_posting: bool = False
    takes_the_rest: bool = True


# By the names of both records.
TRANSFORMS: Mapping[tuple[str, str], Transform] = {
    ("salesOrder", "returnAuthorization"): Transform(
        source=Kind.SALES_ORDER,
        target=Kind.AUTHORIZATION,
        record="returnauthorization",
        link_type="SaleRet",
        status="B",
        prefix="RMA",
        takes_the_rest=False,
    ),
    ("returnAuthorization", "itemReceipt"): Transform(
        source=Kind.AUTHORIZATION,
        target=Kind.RECEIPT,
        record="itemreceipt",
        link_type="ShipRcpt",
        status="Y",
        prefix="IR",
        is_posting=True,
    ),
    ("returnAuthorization", "creditMemo"): Transform(
        source=Kind.AUTHORIZATION,
        target=Kind.CREDIT_MEMO,
        record="creditmemo",
        link_type="OrdBill",
        status="A",
        prefix="CM",
        is_posting=True,
    ),
    ("returnAuthorization", "cashRefund"): Transform(
        source=Kind.AUTHORIZATION,
        target=Kind.CASH_REFUND,
        record="cashrefund",
        link_type="OrdBill",
        status=None,
        prefix="CR",
        is_posting=True,
    ),
}
