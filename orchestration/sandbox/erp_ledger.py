"""The documents of one scenario as they are written, one made from another."""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
    storefront_line: str


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
        block = self.scenario.orders[order]
        return [
            _original(block, line, storefront_line=self._storefront_line(order, line))
            for line in block["lines"]
        ]

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


def _original(order: Block, line: Block, *, storefront_line: str) -> OriginalLine:
    quantity, discount = int(line["quantity"]), amount(line.get("discount"))
    net = charged = amount(line["unit_price"]) * quantity - discount
    taxes = {str(tax["code"]): amount(tax["amount"]) for tax in line.get("taxes") or []}
    if order.get("taxes_included") and charged > 0:
        net = charged - sum(taxes.values(), Decimal(0))
        discount = rounded(discount * net / charged, order["currency"])
    return OriginalLine(
        line["ref"], line["sku"], quantity, net + discount, discount, taxes, storefront_line
    )
