"""Makes a document from another, as the ERP's transforms of records do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_documents import SALES, UNPRICED, Kind, Row
from orchestration.sandbox.erp_periods import period_id
from orchestration.sandbox.erp_transform_rules import Transform
from orchestration.sandbox.identity import number

CENT = Decimal("0.01")


class RecordRefusedError(ValueError):
    """The ERP does not do what was asked, in its own words and under its own code."""

    def __init__(self, detail: str, code: str, *, status: int = 400) -> None:
        super().__init__(detail)
        self.detail, self.code, self.status = detail, code, status


@dataclass(frozen=True)
class Transforming:
    """One transform of one record."""

    books: ErpBooks
    now: datetime
    rule: Transform

    def make(self, source: int, body: Mapping[str, Any], *, is_replacing: bool) -> int:
        """
        Write the new document and return its id.

        Lines that the body does not name come along whole, unless the sublist is replaced.
        """
        found = self.books.found("select * from transaction where id = ?", [source])
        if not found or found[0]["type"] != self.rule.source.value:
            raise RecordRefusedError("The record doesn't exist.", "NONEXISTENT_ID", status=404)
        external_id = body.get("externalId")
        if external_id and self._is_taken(str(external_id)):
            raise RecordRefusedError("This record already exists", "DUP_RCRD")
        units = self._units(source, body, is_replacing=is_replacing)
        if not any(units.values()):
            raise RecordRefusedError("Please choose at least one line.", "USER_ERROR")
        made_from = f"{source}/{self.rule.record}/{external_id or self.now}"
        own = number("transaction", "transform", made_from)
        lines = list(self._lines(source, own, units))
        self.books.add(self._rows(found[0], own, body, lines=lines, source=source))
        self._move_on(source)
        return own

    def _is_taken(self, external_id: str) -> bool:
        query = "select 1 from transaction where externalid = ? and type = ?"
        return bool(self.books.found(query, [external_id, self.rule.target.value]))

    def _units(
        self, source: int, body: Mapping[str, Any], *, is_replacing: bool
    ) -> dict[int, int]:
        there = self._left(source, self.rule.link_type if self.rule.takes_the_rest else "")
        asked = {
            int(item["orderLine"]): int(item.get("quantity", there.get(int(item["orderLine"]), 0)))
            for item in (body.get("item") or {}).get("items") or []
            if item.get("itemReceive", True)
        }
        for line, units in asked.items():
            if line not in there or not 0 < units <= there[line]:
                raise RecordRefusedError(f"Invalid value for orderLine {line}", "INVALID_VALUE")
        return asked if is_replacing else {**there, **asked}

    def _left(self, source: int, link_type: str) -> dict[int, int]:
        """Return the units of each line that went into no document by a link of this type yet."""
        query = """
            select l.previousline, sum(abs(tl.quantity)) as units
            from transactionlinelink l
            inner join transactionline tl on tl.transaction = l.nextdoc and tl.id = l.nextline
            where l.previousdoc = ? and l.linktype = ?
            group by l.previousline
        """
        gone = {
            row["previousline"]: int(row["units"])
            for row in self.books.found(query, [source, link_type])
        }
        return {
            int(line["id"]): int(abs(line["quantity"])) - gone.get(line["id"], 0)
            for line in self._sold(source)
            if line["quantity"] is not None
        }

    def _move_on(self, source: int) -> None:
        """An authorization's status says what is left to be received and to be credited."""
        if self.rule.source is not Kind.AUTHORIZATION:
            return
        whole = sum(self._left(source, "").values())
        received = whole - sum(self._left(source, "ShipRcpt").values())
        credited = whole - sum(self._left(source, "OrdBill").values())
        status = "G" if credited == whole else "F" if received == whole else "B"
        if 0 < received < whole:
            status = "D" if credited >= received else "E"
        self.books.modify("transaction", source, {"status": status}, at=self.now)

    def _sold(self, source: int) -> list[Row]:
        return self.books.found(
            "select * from transactionline where transaction = ? and mainline = 'F'"
            " and taxline = 'F' order by id",
            [source],
        )

    def _lines(self, source: int, own: int, units: Mapping[int, int]) -> Iterator[Row]:
        """Yield a line for each one that goes on; the discount below it comes along."""
        part = Decimal(0)
        is_priced = self.rule.target not in UNPRICED
        sign = -1 if self.rule.source in SALES else 1
        for line in self._sold(source):
            quantity = line["quantity"]
            if quantity is not None:
                part = Decimal(units.get(int(line["id"]), 0)) / abs(quantity)
            if not part or line["itemtype"] == "ShipItem" or not (is_priced or quantity):
                continue
            value = sign * _share(line["foreignamount"] or Decimal(0), part)
            yield {
                **line,
                "transaction": own,
                "source_line": line["id"],
                "part": part,
                "quantity": None if quantity is None else sign * quantity * part,
                "foreignamount": value if is_priced else Decimal(0),
                "createdfrom": source,
            }

    def _rows(
        self,
        origin: Row,
        own: int,
        body: Mapping[str, Any],
        *,
        lines: Sequence[Row],
        source: int,
    ) -> Iterator[tuple[str, Row]]:
        is_priced = self.rule.target not in UNPRICED
        taxes = list(self._taxes(own, lines, source=source)) if is_priced else []
        tax_total = sum((tax["taxamount"] for tax in taxes), Decimal(0))
        total = sum((line["foreignamount"] for line in lines), Decimal(0)) + tax_total
        fields = {name: value for name, value in body.items() if name.startswith("custbody")}
        yield (
            "transaction",
            {
                **origin,
                **fields,
                "id": own,
                "tranid": f"{self.rule.prefix}{str(own)[-8:]}",
                "type": self.rule.target.value,
                "recordtype": self.rule.record,
                "status": self.rule.status,
                "postingperiod": period_id(f"{self.now:%Y-%m}") if self.rule.is_posting else None,
                "trandate": self.now.date(),
                "createddate": self.now,
                "lastmodifieddate": self.now,
                "otherrefnum": None,
                "externalid": body.get("externalId"),
                "foreigntotal": -total if is_priced else None,
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
        if tax_total:
            last = {"id": len(lines) + 1, "mainline": "F", "taxline": "T", "itemtype": "TaxItem"}
            yield "transactionline", head | last | {"foreignamount": tax_total}
        yield from (("transactiontaxdetail", tax) for tax in taxes)

    def _link(self, own: int, position: int, line: Row, *, source: int) -> Row:
        return {
            "previousdoc": source,
            "previousline": line["source_line"],
            "previoustype": self.rule.source.value,
            "nextdoc": own,
            "nextline": position,
            "nexttype": self.rule.target.value,
            "linktype": self.rule.link_type,
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
