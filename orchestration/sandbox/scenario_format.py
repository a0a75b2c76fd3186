"""The scenario format as data: every block, its keys and what each may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from orchestration.sandbox.scenario_readers import (
    Reader,
    amount,
    anything,
    by_currency,
    count,
    currency,
    flag,
    integer,
    moment,
    one_of,
    period,
    store,
    text,
    texts,
    units,
)
from orchestration.sandbox.scenario_values import Block, ScenarioError


@dataclass(frozen=True)
class Shape:
    """The keys of a record: those it must have, and those it may leave out."""

    needed: Mapping[str, Reader]
    optional: Mapping[str, Reader] = field(default_factory=dict)

    def __call__(self, value: Any, place: str) -> Block:
        """Return the record with every value read; raises ScenarioError at the first fault."""
        where = place or "the file"
        if not isinstance(value, dict):
            raise ScenarioError(f"{where}: {value!r} is no record; write `key: value` pairs")
        readers = {**self.needed, **self.optional}
        for key in value:
            # A key of the author's own is left alone; one that is nearly ours is misspelt.
            close = [] if key in readers else get_close_matches(str(key), list(readers), n=1)
            if close:
                raise ScenarioError(f"{where}: unknown key {key!r}; did you mean {close[0]}?")
        for key in self.needed:
            if value.get(key) is None:
                raise ScenarioError(f"{where}: {key} is missing; add it")
        return {
            key: readers[key](said, f"{place}.{key}".removeprefix("."))
            for key, said in value.items()
            if said is not None and key in readers
        }


def several(reader: Reader) -> Reader:
    """Return a reader of a list."""

    def read(value: Any, place: str) -> list[Any]:
        if not isinstance(value, list):
            raise ScenarioError(f"{place}: {value!r} is no list; start each entry with `-`")
        return [reader(one, f"{place}[{position}]") for position, one in enumerate(value)]

    return read


TAXES = several(Shape({"code": text, "amount": amount}, {"rate": amount}))
SHIPPING_BACK = Shape({}, {"amount": amount, "tax": amount})

ORDER = Shape(
    {
        "ref": text,
        "store": store,
        "name": text,
        "currency": currency,
        "placed_at": moment,
        "lines": several(
            Shape(
                {"ref": text, "sku": text, "quantity": units, "unit_price": amount},
                {"discount": amount, "taxes": TAXES, "bundle": text},
            )
        ),
    },
    {
        "channel": one_of("d2c", "b2b"),
        "taxes_included": flag,
        "shipping": Shape({"price": amount}, {"taxes": TAXES}),
        "presentment": Shape({"currency": currency, "rate": amount}),
        "customer": anything,
        "email": anything,
    },
)
RETURN = Shape(
    {
        "ref": text,
        "order": text,
        "name": text,
        "status": one_of("requested", "open", "closed", "declined", "canceled", "cancelled"),
        "requested_at": moment,
        "lines": several(
            Shape({"line": text, "quantity": units}, {"reason": text, "restocking_fee": amount})
        ),
    },
    {
        "approved_at": moment,
        "closed_at": moment,
        "shipping_fee": amount,
        "exchanges": several(Shape({"amount": amount})),
    },
)
PAYMENT = Shape(
    {"gateway": text, "amount": amount, "status": one_of("success", "pending", "failure")},
    {"at": moment, "settled": Shape({"amount": amount, "at": moment})},
)
REFUND = Shape(
    {"ref": text, "order": text, "at": moment},
    {
        "return": text,
        "lines": several(
            Shape(
                {"line": text, "quantity": count, "subtotal": amount},
                {"tax": amount, "restock": flag, "removed": flag, "location": text},
            )
        ),
        "shipping": SHIPPING_BACK,
        "adjustment": amount,
        "payments": several(PAYMENT),
    },
)
DISPOSITION = Shape(
    {
        "return": text,
        "line": text,
        "quantity": units,
        "type": one_of("restocked", "processing_required", "not_restocked", "missing"),
        "at": moment,
    },
    {"location": text},
)
ACTION = Shape(
    {
        "action": one_of("quarantine", "restock", "hold_for_inspection", "write_off"),
        "return": text,
        "line": text,
        "quantity": units,
        "at": moment,
    },
    {"location": text},
)
STOCK = Shape({"store": store, "sku": text, "available": integer}, {"location": text})

DOCUMENT: Mapping[str, Reader] = {
    "number": text,
    "exchange_rate": amount,
    "void_at": moment,
    "deleted_at": moment,
}
CREDITED_LINES = several(
    Shape({"line": text, "quantity": count, "gross": amount}, {"discount": amount, "taxes": TAXES})
)
PLACE: Mapping[str, Reader] = {"status": text, "bin": text, "location": text}
RECEIVED_LINES = several(Shape({"line": text, "quantity": count}, {**PLACE, "grade": text}))
AUTHORIZED_LINES = several(
    Shape({"line": text, "quantity": count}, {"gross": amount, "discount": amount, "taxes": TAXES})
)
ERP = Shape(
    {},
    {
        "currency": currency,
        "kits": several(Shape({"ref": text, "sku": text, "lines": texts}, {"quantity": units})),
        "sales_orders": several(Shape({"ref": text, "order": text}, {**DOCUMENT, "at": moment})),
        "invoices": several(
            Shape(
                {"ref": text, "sales_order": text},
                {**DOCUMENT, "at": moment, "kind": one_of("invoice", "cash_sale")},
            )
        ),
        "return_authorizations": several(
            Shape(
                {
                    "ref": text,
                    "at": moment,
                    "lines": AUTHORIZED_LINES,
                    "status": one_of(
                        "pending_approval",
                        "pending_receipt",
                        "cancelled",
                        "partially_received",
                        "pending_refund_partially_received",
                        "pending_refund",
                        "refunded",
                        "closed",
                    ),
                },
                {**DOCUMENT, "created_from": text, "storefront_return": text},
            )
        ),
        "receipts": several(
            Shape(
                {"ref": text, "return_authorization": text, "at": moment, "lines": RECEIVED_LINES},
                DOCUMENT,
            )
        ),
        "inspections": several(
            Shape(
                {"receipt": text, "line": text, "at": moment}, {"passed": count, "failed": count}
            )
        ),
        "stock_moves": several(
            Shape(
                {
                    "kind": one_of("status_change", "bin_transfer", "inventory_transfer"),
                    "line": text,
                    "quantity": units,
                    "from": Shape({}, PLACE),
                    "to": Shape({}, PLACE),
                    "at": moment,
                },
                {**DOCUMENT, "order": text},
            )
        ),
        "credits": several(
            Shape(
                {"ref": text, "kind": one_of("credit_memo", "cash_refund"), "at": moment},
                {
                    **DOCUMENT,
                    "created_from": texts,
                    "applied_to": text,
                    "period": period,
                    "lines": CREDITED_LINES,
                    "shipping": SHIPPING_BACK,
                    "fee": amount,
                    "other": amount,
                },
            )
        ),
    },
)
FILE = Shape(
    {"as_of": moment},
    {
        "title": text,
        "policy": Shape({}, {"grace_days": count, "refund_approval_limit": by_currency}),
        "orders": several(ORDER),
        "returns": several(RETURN),
        "refunds": several(REFUND),
        "dispositions": several(DISPOSITION),
        "inventory": several(STOCK),
        "actions": several(ACTION),
        "erp": ERP,
        "expected": anything,
    },
)


def check_format(stem: str, body: Block) -> None:
    """Raise ScenarioError for the first key or value of a file that the format does not have."""
    try:
        FILE(body, "")
    except ScenarioError as error:
        raise ScenarioError(f"{stem}: {error}") from error
