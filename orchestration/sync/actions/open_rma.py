"""
Opens the return authorization of a return that the ERP never heard of, from its sales order.

Its external id is made from the return: the ERP takes one record of it, however often it is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    Answer,
    Applied,
    CaseAction,
    Held,
    Remote,
    Repeat,
    Request,
    details_of,
    not_found,
)
from orchestration.sync.remote import Erp, RefusedError

SALES_ORDER, RMA = "salesOrder", "returnAuthorization"
SALES_ORDERS = """
    SELECT t.id FROM transaction t
    WHERE t.type = 'SalesOrd' AND t.{order_field} IN (?, ?, ?)
"""
LINES = """
    SELECT l.id, l.item, l.{line_field} AS storefront_line
    FROM transactionline l
    WHERE l.transaction = ? AND l.mainline = 'F' AND l.taxline = 'F'
"""
AUTHORIZATIONS = """
    SELECT t.id FROM transaction t
    WHERE t.type = 'RtnAuth' AND t.{return_field} IN (?, ?, ?)
"""
# Made by hand, from the order or its invoice, and nobody said for which return.
UNNAMED = """
    SELECT DISTINCT t.id, l.id AS line, l.item, l.quantity
    FROM transaction t
    INNER JOIN transactionline l ON l.transaction = t.id
    LEFT JOIN transactionline s ON s.transaction = l.createdfrom
    WHERE t.type = 'RtnAuth' AND t.status <> 'C' AND t.{return_field} IS NULL
      AND l.mainline = 'F' AND l.taxline = 'F' AND l.quantity IS NOT NULL
      AND (l.createdfrom = ? OR s.createdfrom = ?)
"""


@dataclass(frozen=True)
class Line:
    """One line of the sales order, and its units that come back."""

    order_line: int
    item: str
    quantity: int


@dataclass(frozen=True)
class OpenRma(CaseAction):
    """One authorization a return, with the units and lines that were asked for."""

    name: str = "open_rma"

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        details = details_of(intent)
        if not (details.get("order_id") and details.get("return_id")):
            return "no_return"
        return "" if details.get("lines") else "no_lines"

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call; an authorization that appeared meanwhile makes it needless."""
        intent = record.intent
        if remote.erp is None:
            return Held("erp_not_configured")
        details = details_of(intent)
        if remote.erp.record(RMA, f"eid:{external_id(intent)}") is not None:
            return Held("authorized_meanwhile")
        if remote.erp.rows(AUTHORIZATIONS, _names(details, "return")):
            return Held("authorized_meanwhile")
        orders = remote.erp.rows(SALES_ORDERS, _names(details, "order"))
        if len(orders) != 1:
            return Held("no_sales_order" if not orders else "ambiguous_sales_order")
        lines = _order_lines(remote.erp, str(orders[0]["id"]), details)
        if lines is None:
            return Held("erp_line_unknown")
        if _units(lines) in _unnamed(remote.erp, str(orders[0]["id"])):
            return Held("authorization_without_return")
        asked = [{"orderLine": line.order_line, "quantity": line.quantity} for line in lines]
        body = {
            "externalId": external_id(intent),
            remote.erp.return_field: _tail(details["return_id"]),
            "item": {"items": asked},
        }
        return Request(f"{SALES_ORDER}/{orders[0]['id']}/!transform/{RMA}", body)

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Make the authorization; one that is there under our external id already is ours."""
        erp = _erp(remote)
        sales_order = request.document.split("/")[1]
        try:
            rma = erp.transform(SALES_ORDER, sales_order, RMA, request.variables)
        except RefusedError:
            found = erp.record(RMA, f"eid:{external_id(intent)}")
            if found is None:
                raise
            rma = str(found["id"])
        return Applied(rma, f"{RMA} {rma} from {SALES_ORDER} {sales_order}")

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return what the ERP holds under our external id."""
        found = _erp(remote).record(RMA, f"eid:{external_id(intent)}") or {}
        return f"{found.get('tranId') or 'nothing'} under {external_id(intent)}"

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:
        """Ask for our external id."""
        found = _erp(remote).record(RMA, f"eid:{external_id(record.intent)}")
        if found is not None:
            return Applied(str(found["id"]), f"{RMA} {found['id']}: found by its external id")
        return not_found(record, "no record has our external id", now=now)


def external_id(intent: Intent) -> str:
    """Return our name for the authorization: letters, digits and dashes only."""
    return f"return-{intent.store}-{_tail(details_of(intent)['return_id'])}"


def _order_lines(erp: Erp, sales_order: str, details: Mapping[str, Any]) -> list[Line] | None:
    """Return the sales order's lines to authorize; None where a returned line is none of them."""
    rows = erp.rows(LINES, [sales_order])
    # A row leaves out what is empty.
    known = {str(row.get("storefront_line")): row for row in rows}
    lines = []
    for line in details["lines"]:
        own = line["order_line_id"]
        found = known.get(_tail(own)) or known.get(own)
        if found is None:
            return None
        lines.append(Line(int(found["id"]), str(found.get("item")), int(line["quantity"])))
    return lines


def _units(lines: Iterable[Line]) -> list[tuple[str, int]]:
    return sorted((line.item, line.quantity) for line in lines)


def _unnamed(erp: Erp, sales_order: str) -> list[list[tuple[str, int]]]:
    """Return what each authorization of the order holds that bears no return."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in erp.rows(UNNAMED, [sales_order, sales_order]):
        units = abs(int(Decimal(str(row["quantity"]))))
        found.setdefault(str(row["id"]), []).append((str(row.get("item")), units))
    return [sorted(lines) for lines in found.values()]


def _names(details: Mapping[str, Any], kind: str) -> list[str]:
    """An account holds a storefront's record by its number, its name or its whole id."""
    own = str(details[f"{kind}_id"])
    return [_tail(own), str(details.get(f"{kind}_name") or own), own]


def _tail(global_id: str) -> str:
    return global_id.rpartition("/")[2]


def _erp(remote: Remote) -> Erp:
    if remote.erp is None:
        raise RefusedError("the ERP is not configured")
    return remote.erp


OPEN_RMA = OpenRma()
