"""One ERP document, its lines, taxes and links, as rows of the analytics tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from orchestration.sandbox.identity import number
from orchestration.sandbox.scenario_values import Block, amount, instant

Row = dict[str, Any]

FEE_ITEM, OTHER_ITEM = "RESTOCKING-FEE", "ADJUSTMENT"
SHIPPING_ITEM, DISCOUNT_ITEM = "SHIPPING", "PROMOTION"
# Ids of people, codes and currencies are short in a real account; nobody tells them by scenario.
SMALL = 10**9


class Kind(StrEnum):
    """A type of document, by the ERP's own code."""

    SALES_ORDER = "SalesOrd"
    INVOICE = "CustInvc"
    CASH_SALE = "CashSale"
    AUTHORIZATION = "RtnAuth"
    RECEIPT = "ItemRcpt"
    CREDIT_MEMO = "CustCred"
    CASH_REFUND = "CashRfnd"
    STATUS_CHANGE = "StatChng"
    BIN_TRANSFER = "BinTrnfr"
    LOCATION_TRANSFER = "InvTrnfr"


VOIDED = {Kind.INVOICE: "V", Kind.CREDIT_MEMO: "V"}
SALES = frozenset({Kind.SALES_ORDER, Kind.INVOICE, Kind.CASH_SALE})
MOVES = frozenset({Kind.STATUS_CHANGE, Kind.BIN_TRANSFER, Kind.LOCATION_TRANSFER})
# Goods without a price.
UNPRICED = MOVES | {Kind.RECEIPT}


@dataclass
class Document:
    """One ERP document being written."""

    stem: str
    ref: str
    kind: Kind
    block: Block
    order: str | None
    currency: str
    at: datetime
    status: str
    lines: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    # Rows of other tables that say where the units of a line are.
    places: list[tuple[str, Row]] = field(default_factory=list)
    line_ids: dict[str, int] = field(default_factory=dict)
    modified: datetime | None = None
    created_from: int | None = None
    # Columns of the header beyond those that every document has.
    header: Row = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The internal id."""
        return number("transaction", self.stem, self.ref)

    @property
    def line_sign(self) -> int:
        """A sale's lines are negative where its header is positive; a credit's the other way."""
        return -1 if self.kind in SALES else 1

    @property
    def total(self) -> Decimal:
        """The header's total: minus the sum of its lines, taxes included."""
        lines = sum((line["foreignamount"] or 0 for line in self.lines), Decimal(0))
        return -(lines + self._tax_total())

    def add(
        self,
        ref: str,
        *,
        item_type: str,
        sku: str,
        quantity: int | None,
        value: Decimal | None,
        taxes: Iterable[Block] = (),
        storefront_line: str | None = None,
        source: "Document | None" = None,
        kit_line: int | None = None,
    ) -> int:
        """Add an item line, its value positive for what the document is about; return its id."""
        line_id = len(self.lines) + 1
        self.line_ids.setdefault(ref, line_id)
        self.lines.append(
            {
                "transaction": self.id,
                "id": line_id,
                "mainline": "F",
                "taxline": "F",
                "itemtype": item_type,
                "item": number("item", "all", sku),
                "itemid": sku,
                "quantity": None if quantity is None else quantity * self.line_sign,
                "foreignamount": None if value is None else value * self.line_sign,
                "custcol_storefront_line_id": storefront_line,
                "createdfrom": source.id if source else None,
                "kitcomponent": "F" if kit_line is None else "T",
                "kitmemberof": kit_line,
            }
        )
        self.taxes += [
            self._tax(line_id, code, due=due) for code, due in _summed_to_code(taxes).items()
        ]
        return line_id

    def add_discount(self, ref: str, discount: Decimal, *, source: "Document | None") -> None:
        """Add the discount of the line above, where it has one."""
        if discount:
            self.add(
                f"{ref}/discount",
                item_type="Discount",
                sku=DISCOUNT_ITEM,
                quantity=None,
                value=-discount,
                source=source,
            )

    def link(self, line_id: int, source: "Document", *, ref: str, link_type: str) -> None:
        """Link a line to the line of that ref which it was made from, where there is one."""
        if ref in source.line_ids:
            self.link_lines(line_id, source, source_line=source.line_ids[ref], link_type=link_type)

    def link_lines(
        self,
        line_id: int,
        source: "Document",
        *,
        source_line: int,
        link_type: str,
        value: Decimal | None = None,
    ) -> None:
        """Link a line to a line of another document; line 0 stands for the whole of it."""
        self.links.append(
            {
                "previousdoc": source.id,
                "previousline": source_line,
                "previoustype": source.kind.value,
                "nextdoc": self.id,
                "nextline": line_id,
                "nexttype": self.kind.value,
                "linktype": link_type,
                "foreignamount": value,
            }
        )

    def touch(self, at: datetime) -> None:
        """Record that a document made from this one changed it."""
        self.modified = max(self.modified or self.at, at)

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield the document's rows by table."""
        modified = self.modified or self.at
        yield "transaction", self._header(modified)
        currency = number("currency", "all", self.currency) % SMALL
        yield "currency", {"id": currency, "symbol": self.currency}
        for position, row in enumerate(self._every_line()):
            placed = {"linesequencenumber": position, "linelastmodifieddate": modified}
            yield "transactionline", {**row, **placed}
        for tax in self.taxes:
            yield "transactiontaxdetail", tax
        for link in self.links:
            yield "transactionlinelink", {**link, "lastmodifieddate": modified}
        yield from self.places

    def _header(self, modified: datetime) -> Row:
        void_at = self.block.get("void_at")
        return {
            "id": self.id,
            "tranid": self.block.get("number") or self.ref.upper(),
            "type": self.kind.value,
            "status": VOIDED.get(self.kind, self.status) if void_at else self.status,
            "entity": number("customer", self.stem, self.order or "none") % SMALL,
            "trandate": self.at.date(),
            "createddate": self.at,
            "lastmodifieddate": instant(void_at) if void_at else modified,
            "postingperiod": None,
            "currency": number("currency", "all", self.currency) % SMALL,
            "exchangerate": amount(self.block.get("exchange_rate", 1)),
            "foreigntotal": None if self.kind in UNPRICED else self.total,
            "voided": "T" if void_at else "F",
            "memorized": "F",
            "otherrefnum": None,
            "custbody_storefront_return_id": None,
            **self.header,
        }

    def _every_line(self) -> Iterator[Row]:
        main: Row = {"transaction": self.id, "id": 0, "mainline": "T", "taxline": "F"}
        of_lines = (line["createdfrom"] for line in self.lines if line["createdfrom"])
        source = self.created_from or next(of_lines, None)
        yield main | {"foreignamount": self.total, "createdfrom": source}
        yield from self.lines
        if self._tax_total():
            yield {
                "transaction": self.id,
                "id": len(self.lines) + 1,
                "mainline": "F",
                "taxline": "T",
                "itemtype": "TaxItem",
                "foreignamount": self._tax_total(),
            }

    def _tax(self, line_id: int, code: str, *, due: Decimal) -> Row:
        return {
            "transaction": self.id,
            "line": line_id,
            "taxcode": number("taxcode", "all", code) % SMALL,
            "code": code,
            "taxamount": due,
        }

    def _tax_total(self) -> Decimal:
        # The tax of a fee is taken off with the fee.
        fees = {line["id"] for line in self.lines if line["itemid"] == FEE_ITEM}
        signed = (tax["taxamount"] * (-1 if tax["line"] in fees else 1) for tax in self.taxes)
        return self.line_sign * sum(signed, Decimal(0))


def _summed_to_code(taxes: Iterable[Block]) -> dict[str, Decimal]:
    """A line has one detail per code, as the ERP's key of them says."""
    dues: dict[str, Decimal] = {}
    for tax in taxes:
        code = str(tax["code"])
        dues[code] = dues.get(code, Decimal(0)) + amount(tax["amount"])
    return dues
