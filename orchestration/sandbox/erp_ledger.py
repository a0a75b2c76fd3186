"""The documents of one scenario as they are written, one made from another."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from orchestration.sandbox.erp_documents import Document, Kind
from orchestration.sandbox.identity import tail
from orchestration.sandbox.scenario import Scenario
from orchestration.sandbox.scenario_values import Block, ScenarioError, amount, instant
from orchestration.sandbox.storefront_wire import rounded


@dataclass(frozen=True)
class OriginalLine:
    """An order line as the ERP speaks of it: net of tax, before and after discount."""

    ref: str
    sku: str
    quantity: int
    gross: Decimal
    discount: Decimal
    taxes: dict[str, Decimal]
    storefront_line: str | None
    unit_price: Decimal
    # As it was sold: with the tax in it, where prices include tax.
    sold_discount: Decimal
    is_tax_included: bool
    currency: str
    # What a kit stands for; the storefront sold these, the ERP knows the kit.
    components: tuple["OriginalLine", ...] = ()

    def reversal(self, units: int) -> tuple[Decimal, Decimal, list[Block]]:
        """Return gross, discount and taxes of the first units (definitions, section 3)."""
        shares = {code: self._share(tax, units) for code, tax in self.taxes.items()}
        inside = sum(shares.values(), Decimal(0)) if self.is_tax_included else 0
        discount = self._share(self.discount, units)
        total = units * self.unit_price - self._share(self.sold_discount, units)
        taxes: list[Block] = [{"code": code, "amount": tax} for code, tax in shares.items()]
        return total - inside + discount, discount, taxes

    def _share(self, value: Decimal, units: int) -> Decimal:
        return rounded(value * units / self.quantity, self.currency)


@dataclass(frozen=True)
class Ledger:
    """The ERP's side of one file."""

    scenario: Scenario
    documents: dict[str, Document] = field(default_factory=dict)

    def open(
        self, block: Block, kind: Kind, *, order: str | None, at: object, status: str
    ) -> Document:
        """Start a document and remember it by its ref."""
        document = Document(
            stem=self.scenario.stem,
            ref=block["ref"],
            kind=kind,
            block=block,
            order=order,
            currency=self._currency(order),
            at=instant(at),
            status=status,
        )
        self.documents[block["ref"]] = document
        return document

    def find(self, ref: object) -> Document | None:
        """Return the document of a ref, None where nothing is named."""
        return self.documents.get(str(ref))

    def originals(self, order: str) -> list[OriginalLine]:
        """Return an order's lines net of tax (definitions, section 3)."""
        block = self.in_own_currency(self.scenario.orders[order])
        sold = {
            line["ref"]: _original(block, line, storefront_line=self._storefront_line(order, line))
            for line in block["lines"]
        }
        kits = [
            _kit(kit, [sold.pop(ref) for ref in kit["lines"]])
            for kit in self.scenario.erp_blocks("kits")
            if set(kit["lines"]) <= set(sold)
        ]
        return [*sold.values(), *kits]

    def is_billed(self, sales_order: str) -> bool:
        """Whether an invoice or a cash sale bills a sales order."""
        invoices = self.scenario.erp_blocks("invoices")
        return any(block["sales_order"] == sales_order for block in invoices)

    def in_own_currency(self, order: Block) -> Block:
        """Return an order in the ERP's currency, where that is the one the customer paid in."""
        presentment = order.get("presentment") or {}
        own = str(self.scenario.erp.get("currency"))
        if own == order["currency"] or own != presentment.get("currency"):
            return order
        converted, rate = deepcopy(order), amount(presentment["rate"])
        shipping = converted.get("shipping") or {}
        for part in (*converted["lines"], shipping):
            names = {"unit_price", "discount", "price"} & set(part)
            for block, name in (
                *((part, name) for name in names),
                *((tax, "amount") for tax in part.get("taxes") or []),
            ):
                block[name] = rounded(amount(block[name]) * rate, own)
        return converted | {"currency": own}

    def original(self, order: str | None, ref: str) -> OriginalLine:
        """
        Return the order line that a document's line is about.

        A document that names no sale still names the goods: the first order that has them is it.
        """
        found = self._by_order[order] if order else self._first_of_each
        if ref not in found:
            raise ScenarioError(
                f"{self.scenario.stem}: no order has a line {ref!r} that the ERP's documents "
                f"could be about; use one of {', '.join(sorted(found)) or 'none given'}"
            )
        return found[ref]

    def _storefront_line(self, order: str, line: Block) -> str:
        return tail(self.scenario.line_gid(order, line["ref"]))

    def _currency(self, order: str | None) -> str:
        orders = self.scenario.orders
        said = self.scenario.erp.get("currency")
        if said:
            return str(said)
        sold = orders[order] if order in orders else next(iter(orders.values()), {})
        return str(sold.get("currency", "USD"))

    @cached_property
    def _by_order(self) -> dict[str, dict[str, OriginalLine]]:
        return {
            order: {line.ref: line for line in self.originals(order)}
            for order in self.scenario.orders
        }

    @cached_property
    def _first_of_each(self) -> dict[str, OriginalLine]:
        return dict(reversed(list(self._every_line())))

    def _every_line(self) -> Iterator[tuple[str, OriginalLine]]:
        for lines in self._by_order.values():
            yield from lines.items()


def _kit(kit: Block, components: Sequence[OriginalLine]) -> OriginalLine:
    """Return the line that stands for components: their money, in as many units as the kit has."""
    quantity = int(kit.get("quantity", 1))
    taxes: dict[str, Decimal] = {}
    for component in components:
        for code, tax in component.taxes.items():
            taxes[code] = taxes.get(code, Decimal(0)) + tax
    return replace(
        components[0],
        ref=kit["ref"],
        sku=kit["sku"],
        quantity=quantity,
        gross=sum((one.gross for one in components), Decimal(0)),
        discount=sum((one.discount for one in components), Decimal(0)),
        taxes=taxes,
        storefront_line=None,
        unit_price=sum((one.unit_price * one.quantity for one in components), Decimal(0))
        / quantity,
        sold_discount=sum((one.sold_discount for one in components), Decimal(0)),
        components=tuple(components),
    )


def _original(order: Block, line: Block, *, storefront_line: str) -> OriginalLine:
    quantity, discount = int(line["quantity"]), amount(line.get("discount"))
    net = charged = amount(line["unit_price"]) * quantity - discount
    taxes = {str(tax["code"]): amount(tax["amount"]) for tax in line.get("taxes") or []}
    if order.get("taxes_included") and charged > 0:
        net = charged - sum(taxes.values(), Decimal(0))
        discount = rounded(discount * net / charged, order["currency"])
    return OriginalLine(
        ref=line["ref"],
        sku=line["sku"],
        quantity=quantity,
        gross=net + discount,
        discount=discount,
        taxes=taxes,
        storefront_line=storefront_line,
        unit_price=amount(line["unit_price"]),
        sold_discount=amount(line.get("discount")),
        is_tax_included=bool(order.get("taxes_included")),
        currency=order["currency"],
    )
