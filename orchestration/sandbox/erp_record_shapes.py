"""How the record API shows documents: with links and references, times in UTC, and numbers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from orchestration.sandbox.erp_documents import Kind, Row
from orchestration.sandbox.erp_paging import page_of

Shape = dict[str, Any]

KINDS: Mapping[str, Kind] = {
    "salesOrder": Kind.SALES_ORDER,
    "invoice": Kind.INVOICE,
    "cashSale": Kind.CASH_SALE,
    "returnAuthorization": Kind.AUTHORIZATION,
    "itemReceipt": Kind.RECEIPT,
    "creditMemo": Kind.CREDIT_MEMO,
    "cashRefund": Kind.CASH_REFUND,
}
# What people call the states of a return; what other documents' letters mean differs by account.
RETURN_STATES = {
    "A": "Pending Approval",
    "B": "Pending Receipt",
    "C": "Cancelled",
    "D": "Partially Received",
    "E": "Pending Refund/Partially Received",
    "F": "Pending Refund",
    "G": "Refunded",
    "H": "Closed",
}
# Fields of the record by the columns that hold them; custom fields are named alike in both.
FIELDS = {"memo": "memo", "otherRefNum": "otherrefnum", "externalId": "externalid"}
CUSTOM = ("custbody_storefront_return_id", "custbody_return_stages")
SALES = frozenset({Kind.SALES_ORDER, Kind.INVOICE, Kind.CASH_SALE})
CREDITS = frozenset({Kind.AUTHORIZATION, Kind.CREDIT_MEMO, Kind.CASH_REFUND})


def document(
    address: str, row: Row, *, kind: Kind, made_from: object, lines: Sequence[Row] | None
) -> Shape:
    """Return a document as it is shown; without `lines` the sublist is an address."""
    sublist = f"{address}/item"
    shown = {
        "links": _self(address),
        "id": str(row["id"]),
        "tranId": row["tranid"],
        "tranDate": None if row["trandate"] is None else row["trandate"].isoformat(),
        "createdDate": _instant(row["createddate"]),
        "lastModifiedDate": _instant(row["lastmodifieddate"]),
        "status": _status(kind, row["status"]),
        "entity": _reference(row["entity"]),
        "currency": _reference(row["currency"]),
        "exchangeRate": _number(row["exchangerate"]),
        "total": _number(row["foreigntotal"], is_turned=kind in CREDITS),
        "createdFrom": _reference(made_from),
        "item": {"links": _self(sublist)} if lines is None else items(sublist, lines, kind=kind),
        **{name: row[column] for name, column in FIELDS.items()},
        **{name: row[name] for name in CUSTOM},
    }
    return _without_nulls(shown)


def items(address: str, lines: Sequence[Row], *, kind: Kind) -> Shape:
    """Return the lines of a document's item sublist, all on one page."""
    shown = [_line(address, line, kind=kind) for line in lines]
    return page_of(address, shown, limit=max(len(shown), 1), offset=0, total=len(shown))


def _line(address: str, line: Row, *, kind: Kind) -> Shape:
    """A sale's lines have the opposite sign of what people are shown."""
    shown = {
        "links": _self(f"{address}/{line['id']}"),
        "line": line["id"],
        "item": _reference(line["item"]),
        "itemType": {"id": line["itemtype"]},
        "quantity": _number(line["quantity"], is_turned=kind in SALES),
        "amount": _number(line["foreignamount"], is_turned=kind in SALES),
        "custcol_storefront_line_id": line["custcol_storefront_line_id"],
    }
    return _without_nulls(shown)


def _status(kind: Kind, letter: str | None) -> Shape | None:
    if letter is None:
        return None
    name = RETURN_STATES.get(letter) if kind is Kind.AUTHORIZATION else None
    return {"id": letter} | ({"refName": name} if name else {})


def _self(address: str) -> list[Shape]:
    return [{"rel": "self", "href": address}]


def _reference(record_id: object) -> Shape | None:
    return None if record_id is None else {"id": str(record_id)}


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _number(value: Decimal | None, *, is_turned: bool = False) -> float | None:
    """Return a number of the wire."""
    return None if value is None else float(-value if is_turned else value)


def _without_nulls(shown: Mapping[str, Any]) -> Shape:
    return {name: value for name, value in shown.items() if value is not None}
