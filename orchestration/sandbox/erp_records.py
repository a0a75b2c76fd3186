"""What an ERP recorded of a scenario, as rows of its analytics tables, with its links and signs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orchestration.sandbox.identity import gid, number, tail
from orchestration.sandbox.scenario import Block, Scenario, amount, instant, sources_of
from orchestration.sandbox.storefront_records import minor_digits, rounded

Row = dict[str, Any]

RMA_STATUSES = {
    "pending_approval": "A",
    "pending_receipt": "B",
    "cancelled": "C",
    "partially_received": "D",
    "pending_refund_partially_received": "E",
    "pending_refund": "F",
    "refunded": "G",
    "closed": "H",
}
FEE_ITEM, OTHER_ITEM, SHIPPING_ITEM, DISCOUNT_ITEM = (
    "RESTOCKING-FEE",
    "ADJUSTMENT",
    "SHIPPING",
    "PROMOTION",
)
SHIPPING_TAX = "SHIPTAX"
SMALL = 10**9


@dataclass(frozen=True)
class OriginalLine:
    """An order line as the ERP speaks of it: net of tax, before and after discount."""

    ref: str
    sku: str
    quantity: int
    gross: Decimal
    discount: Decimal
    taxes: dict[str, Decimal]
    storefront_line: str


@dataclass
class Document:
    """One ERP document being written."""

    scenario: Scenario
    ref: str
    kind: str
    block: Block
    order: str | None
    currency: str
    at: datetime
    status: str
    # A sale's lines are negative where its header is positive; a credit's the other way about.
    line_sign: int
    source: str | None = None
    links: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    line_ids: dict[str, int] = field(default_factory=dict)
    extra: Row = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The internal id."""
        return number("transaction", self.scenario.stem, self.ref)

    def add(
        self,
        ref: str,
        *,
        item_type: str,
        sku: str,
        quantity: int | None,
        value: Decimal,
        taxes: Iterable[Block] = (),
        storefront_line: str | None = None,
        created_from: int | None = None,
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
                "foreignamount": value * self.line_sign,
                "custcol_storefront_line_id": storefront_line,
                "createdfrom": created_from,
            }
        )
        for tax in taxes:
            self.tax(line_id, str(tax["code"]), amount(tax["amount"]))
        return line_id

    def tax(self, line_id: int, code: str, value: Decimal) -> None:
        """Add a tax detail of a line."""
        self.taxes.append(
            {
                "transaction": self.id,
                "line": line_id,
                "taxcode": number("taxcode", "all", code) % SMALL,
                "code": code,
                "taxamount": value,
            }
        )

    def link(self, line_id: int, source: "Document", source_line: int, link_type: str) -> None:
        """Link a line to the line it was made from."""
        self.links.append(
            {
                "previousdoc": source.id,
                "previousline": source_line,
                "previoustype": source.kind,
                "nextdoc": self.id,
                "nextline": line_id,
                "nexttype": self.kind,
                "linktype": link_type,
                "foreignamount": None,
            }
        )

    @property
    def total(self) -> Decimal:
        """The header's total: minus the sum of its lines, taxes included."""
        return -(self._lines_total() + self._tax_total())

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield the document's rows by table."""
        modified = self.extra.get("modified", self.at)
        void_at = self.block.get("void_at")
        yield (
            "transaction",
            {
                "id": self.id,
                "tranid": self.block.get("number") or self.ref.upper(),
                "type": self.kind,
                "status": self.status,
                "entity": number("customer", self.scenario.stem, self.order or "none") % SMALL,
                "trandate": self.at.date(),
                "createddate": self.at,
                "lastmodifieddate": instant(void_at) if void_at else modified,
                "postingperiod": self.extra.get("period"),
                "currency": number("currency", "all", self.currency) % SMALL,
                "exchangerate": amount(self.block.get("exchange_rate", 1)),
                "foreigntotal": None if self.kind == "ItemRcpt" else self.total,
                "voided": "T" if void_at else "F",
                "memorized": "F",
                "otherrefnum": self.extra.get("otherrefnum"),
                "custbody_storefront_return_id": self.extra.get("storefront_return"),
            },
        )
        yield (
            "currency",
            {
                "id": number("currency", "all", self.currency) % SMALL,
                "symbol": self.currency,
            },
        )
        for position, row in enumerate(self._every_line()):
            yield "transactionline", {**row, "linesequencenumber": position}
        for tax in self.taxes:
            yield "transactiontaxdetail", tax
        for link in self.links:
            yield "transactionlinelink", {**link, "lastmodifieddate": modified}

    def _every_line(self) -> Iterator[Row]:
        main: Row = {"transaction": self.id, "id": 0, "mainline": "T", "taxline": "F"}
        created_from = next(
            (line["createdfrom"] for line in self.lines if line["createdfrom"]), None
        )
        yield main | {"foreignamount": self.total, "createdfrom": created_from}
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

    def _lines_total(self) -> Decimal:
        return sum((line["foreignamount"] for line in self.lines), Decimal(0))

    def _tax_total(self) -> Decimal:
        negative = {line["id"] for line in self.lines if line["itemid"] == FEE_ITEM}
        return self.line_sign * sum(
            ((-1 if tax["line"] in negative else 1) * tax["taxamount"] for tax in self.taxes),
            Decimal(0),
        )


def rows_of(scenario: Scenario) -> Iterator[tuple[str, Row]]:
    """Yield every row of the file by table; a deleted document leaves only its record of that."""
    ledger = _Ledger(scenario)
    for document in ledger.documents.values():
        deleted_at = document.block.get("deleted_at")
        if deleted_at is None:
            yield from document.rows()
        else:
            yield (
                "deletedrecord",
                {
                    "recordid": document.id,
                    "type": document.kind,
                    "deleteddate": instant(deleted_at),
                },
            )
    yield from ledger.inspections()


def period_id(name: object) -> int:
    """Return the id of an accounting period written as 2026-03."""
    year, _, month = str(name).partition("-")
    return int(year) * 100 + int(month)


class _Ledger:
    """The ERP's side of one file."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.documents: dict[str, Document] = {}
        for block in scenario.erp_blocks("sales_orders"):
            self._sale(block, kind="SalesOrd", order=block["order"], source=None)
        for block in scenario.erp_blocks("invoices"):
            is_cash = block.get("kind") == "cash_sale"
            order = self.documents[block["sales_order"]].order
            self._sale(
                block,
                kind="CashSale" if is_cash else "CustInvc",
                order=order or "",
                source=self.documents[block["sales_order"]],
            )
        for block in scenario.erp_blocks("return_authorizations"):
            self._authorization(block)
        for block in scenario.erp_blocks("receipts"):
            self._receipt(block)
        for block in scenario.erp_blocks("credits"):
            self._credit(block)

    def originals(self, order: str) -> list[OriginalLine]:
        """Return an order's lines net of tax (definitions, section 3)."""
        block = self.scenario.orders[order]
        return [
            _original(block, line, tail(self.scenario.line_gid(order, line["ref"])))
            for line in block["lines"]
        ]

    def _open(
        self, block: Block, *, kind: str, order: str | None, at: object, **said: Any
    ) -> Document:
        orders = self.scenario.orders
        own = orders[order]["currency"] if order in orders else None
        first = next(iter(orders.values()), {}).get("currency", "USD")
        document = Document(
            self.scenario,
            block["ref"],
            kind,
            block,
            order,
            self.scenario.erp.get("currency") or own or first,
            instant(at),
            said["status"],
            said["line_sign"],
        )
        self.documents[block["ref"]] = document
        return document

    def _sale(self, block: Block, *, kind: str, order: str, source: Document | None) -> None:
        placed = self.scenario.orders[order]["placed_at"]
        document = self._open(
            block,
            kind=kind,
            order=order,
            at=block.get("at", placed),
            status="G" if kind == "SalesOrd" else "B",
            line_sign=-1,
        )
        if kind == "SalesOrd":
            document.extra["otherrefnum"] = tail(gid("Order", self.scenario.stem, order))
        for line in self.originals(order):
            line_id = document.add(
                line.ref,
                item_type="InvtPart",
                sku=line.sku,
                quantity=line.quantity,
                value=line.gross,
                taxes=[{"code": code, "amount": tax} for code, tax in line.taxes.items()],
                storefront_line=line.storefront_line if kind == "SalesOrd" else None,
                created_from=source.id if source else None,
            )
            if source:
                document.link(line_id, source, source.line_ids[line.ref], "OrdBill")
            _add_discount(document, line.ref, line.discount, source)
        self._add_sold_shipping(document, order)

    def _add_sold_shipping(self, document: Document, order: str) -> None:
        block = self.scenario.orders[order]
        shipping = block.get("shipping")
        if not shipping:
            return
        taxes = shipping.get("taxes") or []
        inside = sum((amount(tax["amount"]) for tax in taxes), Decimal(0))
        price = amount(shipping.get("price")) - (inside if block.get("taxes_included") else 0)
        document.add(
            "shipping",
            item_type="ShipItem",
            sku=SHIPPING_ITEM,
            quantity=None,
            value=price,
            taxes=taxes,
        )

    def _authorization(self, block: Block) -> None:
        source = self.documents.get(str(block.get("created_from")))
        linked = block.get("storefront_return")
        order = source.order if source else None
        if order is None and linked is not None:
            order = self.scenario.order_of_return(linked)
        document = self._open(
            block,
            kind="RtnAuth",
            order=order,
            at=block["at"],
            status=RMA_STATUSES[block["status"]],
            line_sign=1,
        )
        if linked is not None:
            document.extra["storefront_return"] = tail(gid("Return", self.scenario.stem, linked))
        for line in block["lines"]:
            self._authorized_line(document, line, source)

    def _authorized_line(self, document: Document, line: Block, source: Document | None) -> None:
        original = self._original(document.order, line["line"])
        units = int(line["quantity"])
        gross, discount, taxes = _reversed(original, units, document.currency)
        if "gross" in line:
            gross, discount = amount(line["gross"]), amount(line.get("discount"))
            taxes = {str(tax["code"]): amount(tax["amount"]) for tax in line.get("taxes") or []}
        line_id = document.add(
            line["line"],
            item_type="InvtPart",
            sku=original.sku,
            quantity=units,
            value=gross,
            taxes=[{"code": code, "amount": tax} for code, tax in taxes.items()],
            created_from=source.id if source else None,
        )
        if source and line["line"] in source.line_ids:
            document.link(line_id, source, source.line_ids[line["line"]], "SaleRet")
        _add_discount(document, line["line"], discount, source)

    def _receipt(self, block: Block) -> None:
        source = self.documents[block["return_authorization"]]
        document = self._open(
            block, kind="ItemRcpt", order=source.order, at=block["at"], status="Y", line_sign=1
        )
        source.extra["modified"] = max(source.extra.get("modified", source.at), document.at)
        for line in block["lines"]:
            line_id = document.add(
                line["line"],
                item_type="InvtPart",
                sku=self._original(source.order, line["line"]).sku,
                quantity=int(line["quantity"]),
                value=Decimal(0),
                created_from=source.id,
            )
            if line["line"] in source.line_ids:
                document.link(line_id, source, source.line_ids[line["line"]], "ShipRcpt")

    def _credit(self, block: Block) -> None:
        sources = [self.documents[ref] for ref in sources_of(block)]
        order = next((source.order for source in sources if source.order), None)
        document = self._open(
            block,
            kind="CashRfnd" if block["kind"] == "cash_refund" else "CustCred",
            order=order,
            at=block["at"],
            status="B",
            line_sign=1,
        )
        if block.get("period"):
            document.extra["period"] = period_id(block["period"])
        for source in sources:
            source.extra["modified"] = max(source.extra.get("modified", source.at), document.at)
        for line in block.get("lines") or []:
            self._credited_line(document, line, sources)
        self._credit_extras(document, sources[0] if sources else None)
        applied_to = self.documents.get(str(block.get("applied_to")))
        if applied_to:
            document.link(0, applied_to, 0, "Payment")
            document.links[-1]["foreignamount"] = abs(document.total)

    def _credited_line(self, document: Document, line: Block, sources: list[Document]) -> None:
        source = next((s for s in sources if line["line"] in s.line_ids), None)
        source = source or (sources[0] if sources else None)
        line_id = document.add(
            line["line"],
            item_type="InvtPart",
            sku=self._original(document.order, line["line"]).sku,
            quantity=int(line["quantity"]),
            value=amount(line["gross"]),
            taxes=line.get("taxes") or [],
            created_from=source.id if source else None,
        )
        if source and line["line"] in source.line_ids:
            document.link(line_id, source, source.line_ids[line["line"]], "OrdBill")
        _add_discount(document, line["line"], amount(line.get("discount")), source)

    def _credit_extras(self, document: Document, source: Document | None) -> None:
        block = document.block
        created_from = source.id if source else None
        shipping = block.get("shipping")
        if shipping:
            tax = amount(shipping.get("tax"))
            document.add(
                "shipping",
                item_type="ShipItem",
                sku=SHIPPING_ITEM,
                quantity=None,
                value=amount(shipping.get("amount")),
                taxes=[{"code": SHIPPING_TAX, "amount": tax}] if tax else [],
                created_from=created_from,
            )
        for name, sku, sign, quantity in (
            ("fee", FEE_ITEM, -1, 1),
            ("other", OTHER_ITEM, 1, None),
        ):
            if amount(block.get(name)):
                document.add(
                    name,
                    item_type="OthCharge",
                    sku=sku,
                    quantity=quantity,
                    value=sign * amount(block[name]),
                    created_from=created_from,
                )

    def _original(self, order: str | None, ref: str) -> OriginalLine:
        # An authorization or credit that names no sale still names the goods.
        orders = [order] if order else list(self.scenario.orders)
        for one in orders:
            for line in self.originals(one):
                if line.ref == ref:
                    return line
        self.scenario.line(orders[0], ref)
        raise KeyError(ref)

    def inspections(self) -> Iterator[tuple[str, Row]]:
        """Yield what the warehouse found, a row for each receipt line and result."""
        for position, block in enumerate(self.scenario.erp_blocks("inspections")):
            receipt = self.documents[block["receipt"]]
            for result, name in (("Pass", "passed"), ("Fail", "failed")):
                units = int(block.get(name) or 0)
                if units and block["line"] in receipt.line_ids:
                    yield (
                        "customrecord_return_inspection",
                        {
                            "id": number("inspection", self.scenario.stem, f"{position}/{result}"),
                            "custrecord_inspection_receipt": receipt.id,
                            "custrecord_inspection_line": receipt.line_ids[block["line"]],
                            "custrecord_inspection_result": result,
                            "custrecord_inspection_quantity": units,
                            "custrecord_inspection_date": instant(block["at"]),
                            "lastmodified": instant(block["at"]),
                            "isinactive": "F",
                        },
                    )


def _add_discount(
    document: Document, ref: str, discount: Decimal, source: Document | None
) -> None:
    if discount:
        document.add(
            f"{ref}/discount",
            item_type="Discount",
            sku=DISCOUNT_ITEM,
            quantity=None,
            value=-discount,
            created_from=source.id if source else None,
        )


def _original(order: Block, line: Block, storefront_line: str) -> OriginalLine:
    quantity = int(line["quantity"])
    charged = amount(line["unit_price"]) * quantity - amount(line.get("discount"))
    taxes = {str(tax["code"]): amount(tax["amount"]) for tax in line.get("taxes") or []}
    tax = sum(taxes.values(), Decimal(0))
    discount, net = amount(line.get("discount")), charged
    if order.get("taxes_included") and charged > 0:
        discount = rounded(discount * (charged - tax) / charged, order["currency"])
        net = charged - tax
    return OriginalLine(
        line["ref"], line["sku"], quantity, net + discount, discount, taxes, storefront_line
    )


def _reversed(
    original: OriginalLine, units: int, currency: str
) -> tuple[Decimal, Decimal, dict[str, Decimal]]:
    """Return gross, discount and taxes of the first units of a line, to the minor unit."""

    def share(value: Decimal) -> Decimal:
        unit = Decimal(1).scaleb(-minor_digits(currency))
        return (value * units / original.quantity).quantize(unit, ROUND_HALF_UP)

    taxes = {code: share(tax) for code, tax in original.taxes.items()}
    return share(original.gross), share(original.discount), taxes


def periods() -> Iterator[Row]:
    """Yield the months of three years, and the quarters and years that group them."""
    for year in (2025, 2026, 2027):
        yield _period(year * 10000, f"FY {year}", year, 1, 12, isyear="T")
        for quarter in range(1, 5):
            first = 3 * quarter - 2
            yield _period(
                year * 1000 + quarter, f"Q{quarter} {year}", year, first, 3, isquarter="T"
            )
        for month in range(1, 13):
            yield _period(year * 100 + month, f"{year}-{month:02}", year, month, 1)


def _period(key: int, name: str, year: int, month: int, months: int, **flags: str) -> Row:
    start = datetime(year, month, 1)  # noqa: DTZ001 - a period is a calendar range without a zone
    last = month + months - 1
    following = datetime(year + (last == 12), last % 12 + 1, 1)  # noqa: DTZ001
    row: Row = {
        "id": key,
        "periodname": name,
        "startdate": start.date(),
        "enddate": (following - timedelta(days=1)).date(),
        "isquarter": "F",
        "isyear": "F",
        "isinactive": "F",
        "closed": "F",
        "arlocked": "F",
        "alllocked": "F",
    }
    return row | flags
