"""What the systems had recorded by as_of, read from one scenario file."""

from tests.oracle.kits import expanded
from tests.oracle.money import instant, minor
from tests.oracle.readers import (
    credit_line_of,
    event_of,
    order_of,
    payment_of,
    refund_line_of,
    return_of,
    units_of,
)
from tests.oracle.records import Authorization, Credit, Event, Refund


class Facts:
    """One file as the systems had recorded it by as_of."""

    def __init__(self, stem, body, as_of):
        body = expanded(body)
        self.stem, self.body, self.as_of = stem, body, as_of
        self.erp = body.get("erp") or {}
        self.orders = {}
        for block in self._dated(body.get("orders"), "placed_at"):
            self.orders[block["ref"]] = order_of(block)
        self.returns = {
            block["ref"]: return_of(block, self.currency(block["order"]), as_of)
            for block in self._dated(body.get("returns"), "requested_at")
        }
        self.refunds = [self._refund(block) for block in self._dated(body.get("refunds"))]
        self.sources = {b["ref"]: b["order"] for b in self.erp.get("sales_orders") or []}
        self.invoices = {
            b["ref"]: self.sources[b["sales_order"]] for b in self.erp.get("invoices") or []
        }
        self.sources |= self.invoices
        self.authorizations = {
            block["ref"]: self._authorization(block)
            for block in self._documents("return_authorizations")
        }
        self._read_warehouse()
        self.credits = [self._credit(block) for block in self._documents("credits")]

    def currency(self, order):
        """Return the currency of an order of the file."""
        return self.orders[order].currency

    def erp_currency(self, order):
        """Return the currency of the ERP's documents about an order, or about none."""
        first = next(iter(self.orders.values()), None)
        own = self.orders.get(order, first)
        return self.erp.get("currency") or (own.currency if own else "USD")

    def _dated(self, blocks, name="at"):
        return [block for block in blocks or [] if instant(block[name]) <= self.as_of]

    def _documents(self, name):
        """Return the documents that count at as_of: neither later, nor voided, nor deleted."""
        ends = ("void_at", "deleted_at")
        return [
            block
            for block in self._dated(self.erp.get(name))
            if not any(block.get(end) and instant(block[end]) <= self.as_of for end in ends)
        ]

    def _refund(self, block):
        currency = self.currency(block["order"])
        shipping = block.get("shipping") or {}
        tax = 0 if self.orders[block["order"]].is_tax_included else shipping.get("tax")
        return Refund(
            block["ref"],
            block["order"],
            block.get("return"),
            instant(block["at"]),
            tuple(refund_line_of(line, currency) for line in block.get("lines") or []),
            minor(shipping.get("amount"), currency) + minor(tax, currency),
            minor(block.get("adjustment"), currency),
            tuple(
                payment_of({"at": block["at"], **payment}, currency, self.as_of)
                for payment in block.get("payments") or []
                if instant(payment.get("at", block["at"])) <= self.as_of
            ),
        )

    def _authorization(self, block):
        source, linked = block.get("created_from"), block.get("storefront_return")
        order = self.sources.get(source)
        if order is None and linked in self.returns:
            order = self.returns[linked].order
        return Authorization(
            block["ref"],
            block["number"],
            order,
            linked if linked in self.returns else None,
            block["status"],
            instant(block["at"]),
            units_of(block["lines"]),
            source,
            self.erp_currency(order),
        )

    def _read_warehouse(self):
        receipts = {
            block["ref"]: block
            for block in self._documents("receipts")
            if block["return_authorization"] in self.authorizations
        }
        self.receipts = [
            Event(
                "received",
                block["return_authorization"],
                line["line"],
                int(line["quantity"]),
                instant(block["at"]),
            )
            for block in receipts.values()
            for line in block["lines"]
        ]
        self.inspections = [
            Event(
                "inspected",
                receipts[block["receipt"]]["return_authorization"],
                block["line"],
                int(block.get("passed") or 0),
                instant(block["at"]),
                int(block.get("failed") or 0),
            )
            for block in self._dated(self.erp.get("inspections"))
            if block["receipt"] in receipts
        ]
        self.dispositions = [
            event_of(block["type"], block) for block in self._dated(self.body.get("dispositions"))
        ]
        self.actions = [
            event_of(block["action"], block) for block in self._dated(self.body.get("actions"))
        ]

    def _credit(self, block):
        said = block.get("created_from")
        sources = tuple(said) if isinstance(said, list) else (said,) if said else ()
        order = next((self._order_of(ref) for ref in sources if self._order_of(ref)), None)
        currency = self.erp_currency(order)
        shipping = block.get("shipping") or {}
        at = instant(block["at"])
        lines = [credit_line_of(line, currency) for line in block.get("lines") or []]
        amounts_alone = [line for line in lines if not line.quantity]
        return Credit(
            block["ref"],
            block["number"],
            block["kind"],
            sources,
            order,
            block.get("applied_to"),
            at,
            str(block.get("period") or at.strftime("%Y-%m")),
            tuple(line for line in lines if line.quantity),
            minor(shipping.get("amount"), currency) + minor(shipping.get("tax"), currency),
            minor(block.get("fee"), currency),
            minor(block.get("other"), currency) + sum(line.total for line in amounts_alone),
            currency,
        )

    def originals(self, credit):
        """Return the invoices that a credit or its RMAs were made from; else its order's."""
        rmas = self.authorizations
        made_from = {rmas[ref].source if ref in rmas else ref for ref in credit.sources}
        own = {ref for ref, order in self.invoices.items() if order == credit.order}
        return made_from & self.invoices.keys() or own

    def _order_of(self, ref):
        rma = self.authorizations.get(ref)
        return rma.order if rma else self.sources.get(ref)
