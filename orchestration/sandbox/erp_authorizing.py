"""Makes a return authorization from a sales order, as the ERP's transform does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_documents import Kind, Row
from orchestration.sandbox.identity import number

PENDING_RECEIPT = "B"
CENT = Decimal("0.01")


class RecordRefusedError(ValueError):
    """The ERP does not do what was asked, in its own words and under its own code."""

    def __init__(self, detail: str, code: str, *, status: int = 400) -> None:
        super().__init__(detail)
        self.detail, self.code, self.status = detail, code, status


@dataclass(frozen=True)
class Authorizing:
    """One transform of one sales order."""

    books: ErpBooks
    now: datetime

    def make(self, sales_order: int, body: Mapping[str, Any], *, is_replacing: bool) -> int:
        """
        Write the authorization and return its id.

        Lines that the body does not name come along whole, unless the sublist is replaced.
        """
        found = self.books.found("select * from transaction where id = ?", [sales_order])
        if not found or found[0]["type"] != Kind.SALES_ORDER.value:
            raise RecordRefusedError("The record doesn't exist.", "NONEXISTENT_ID", status=404)
        external_id = body.get("externalId")
        if external_id and self._is_taken(str(external_id)):
            raise RecordRefusedError("This record already exists", "DUP_RCRD")
        units = self._units(sales_order, body, is_replacing=is_replacing)
        own = number("transaction", "transform", f"{sales_order}/{external_id or self.now}")
        lines = list(self._lines(sales_order, own, units))
        self.books.add(self._rows(found[0], own, body, lines=lines, source=sales_order))
        return own

    def _is_taken(self, external_id: str) -> bool:
        query = "select 1 from transaction where externalid = ? and type = 'RtnAuth'"
        return bool(self.books.found(query, [external_id]))

    def _units(
        self, sales_order: int, body: Mapping[str, Any], *, is_replacing: bool
    ) -> dict[int, int]:
        sold = {
            int(line["id"]): int(abs(line["quantity"]))
            for line in self._sold(sales_order)
            if line["quantity"] is not None
        }
        asked = {
            int(item["orderLine"]): int(item["quantity"])
            for item in (body.get("item") or {}).get("items") or []
        }
        for line, units in asked.items():
            if line not in sold or not 0 < units <= sold[line]:
                raise RecordRefusedError(f"Invalid value for orderLine {line}", "INVALID_VALUE")
        return asked if is_replacing else {**sold, **asked}

    def _sold(self, sales_order: int) -> list[Row]:
        return self.books.found(
            "select * from transactionline where transaction = ? and mainline = 'F'"
            " and taxline = 'F' order by id",
            [sales_order],
        )

    def _lines(self, sales_order: int, own: int, units: Mapping[int, int]) -> Iterator[Row]:
        """Yield a line for each sold one that comes back; the discount below it comes along."""
        part = Decimal(0)
        for line in self._sold(sales_order):
            quantity = line["quantity"]
            if quantity is not None:
                part = Decimal(units.get(int(line["id"]), 0)) / abs(quantity)
            if not part or line["itemtype"] == "ShipItem":
                continue
            yield {
                **line,
                "transaction": own,
                "source_line": line["id"],
                "part": part,
                "quantity": None if quantity is None else -quantity * part,
                "foreignamount": -_share(line["foreignamount"] or Decimal(0), part),
                "createdfrom": sales_order,
            }

    def _rows(
        self,
        order: Row,
        own: int,
        body: Mapping[str, Any],
        *,
        lines: Sequence[Row],
        source: int,
    ) -> Iterator[tuple[str, Row]]:
        taxes = list(self._taxes(own, lines, source=source))
        tax_total = sum((tax["taxamount"] for tax in taxes), Decimal(0))
        total = sum((line["foreignamount"] for line in lines), Decimal(0)) + tax_total
        fields = {name: value for name, value in body.items() if name.startswith("custbody")}
        yield (
            "transaction",
            {
                **order,
                **fields,
                "id": own,
                "tranid": f"RMA{str(own)[-8:]}",
                "type": Kind.AUTHORIZATION.value,
                "recordtype": "returnauthorization",
                "status": PENDING_RECEIPT,
                "trandate": self.now.date(),
                "createddate": self.now,
                "lastmodifieddate": self.now,
                "otherrefnum": None,
                "externalid": body.get("externalId"),
                "foreigntotal": -total,
            },
        )
        head = {"transaction": own, "id": 0, "mainline": "T", "taxline": "F"}
        yield (
            "transactionline",
            head | {"foreignamount": -total, "createdfrom": source, "linesequencenumber": 0},
        )
        for position, line in enumerate(lines, start=1):
            yield "transactionline", {**line, "id": position, "linesequencenumber": position}
            if line["quantity"] is not None:
                yield "transactionlinelink", self._link(own, position, line, source=source)
        yield from (("transactiontaxdetail", tax) for tax in taxes)

    def _link(self, own: int, position: int, line: Row, *, source: int) -> Row:
        return {
            "previousdoc": source,
            "previousline": line["source_line"],
            "previoustype": Kind.SALES_ORDER.value,
            "nextdoc": own,
            "nextline": position,
            "nexttype": Kind.AUTHORIZATION.value,
            "linktype": "SaleRet",
            "lastmodifieddate": self.now,
        }

    def _taxes(self, own: int, lines: Sequence[Row], *, source: int) -> Iterator[Row]:
        query = "select * from transactiontaxdetail where transaction = ?"
        known = self.books.found(query, [source])
        for position, line in enumerate(lines, start=1):
            for tax in known:
                if tax["line"] == line["source_line"]:
                    value = _share(tax["taxamount"], line["part"])
                    yield {**tax, "transaction": own, "line": position, "taxamount": value}


def _share(value: Decimal, part: Decimal) -> Decimal:
    return (value * part).quantize(CENT, ROUND_HALF_UP)
