"""Scenario files: one return flow each, read and checked before anything is served."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from orchestration.sandbox.identity import gid

Block = dict[str, Any]

BLOCKS = frozenset(
    {
        "as_of",
        "policy",
        "title",
        "orders",
        "returns",
        "refunds",
        "dispositions",
        "inventory",
        "actions",
        "erp",
        "expected",
    }
)
ERP_BLOCKS = frozenset(
    {
        "currency",
        "sales_orders",
        "invoices",
        "return_authorizations",
        "receipts",
        "inspections",
        "credits",
    }
)


class ScenarioError(ValueError):
    """A scenario file cannot be served as it is; the message names the place and the remedy."""


@dataclass(frozen=True)
class Scenario:
    """One file: what each system recorded. Refs are local to it."""

    stem: str
    body: Block

    @property
    def erp(self) -> Block:
        """The ERP's block; empty where the ERP never heard of the order."""
        return self.body.get("erp") or {}

    def blocks(self, name: str) -> list[Block]:
        """Return the storefront's records of one kind."""
        return self.body.get(name) or []

    def erp_blocks(self, name: str) -> list[Block]:
        """Return the ERP's records of one kind."""
        return self.erp.get(name) or []

    @cached_property
    def orders(self) -> dict[str, Block]:
        """Orders by ref."""
        return self._by_ref("orders")

    @cached_property
    def returns(self) -> dict[str, Block]:
        """Returns by ref."""
        return self._by_ref("returns")

    def line(self, order: str, reference: str) -> Block:
        """Return an order's line by its ref."""
        for line in self.orders[order]["lines"]:
            if line["ref"] == reference:
                return dict(line)
        raise ScenarioError(
            f"{self.stem}: order {order!r} has no line {reference!r}; use a ref of its lines"
        )

    def order_of_return(self, reference: str) -> str:
        """Return the ref of a return's order."""
        return str(self.returns[reference]["order"])

    def line_gid(self, order: str, line: str) -> str:
        """Return the storefront's id of an order line."""
        return gid("LineItem", self.stem, f"{order}/{line}")

    def _by_ref(self, name: str) -> dict[str, Block]:
        found: dict[str, Block] = {}
        for block in self.blocks(name):
            if "ref" not in block:
                raise ScenarioError(f"{self.stem}: a record of {name} has no ref; give it one")
            if block["ref"] in found:
                raise ScenarioError(
                    f"{self.stem}: {name} has two records {block['ref']!r}; rename one"
                )
            found[block["ref"]] = block
        return found


def read_scenarios(files: Sequence[Path]) -> list[Scenario]:
    """
    Read scenario files in the order given and check them, alone and together.

    Raises ScenarioError: not YAML, an unknown block, a ref of nothing, an order name used twice.
    """
    scenarios = [_read(file) for file in files]
    owners: dict[tuple[str, str], str] = {}
    for scenario in scenarios:
        _check(scenario)
        for order in scenario.orders.values():
            name = (str(order["store"]), str(order["name"]))
            if name in owners:
                raise ScenarioError(
                    f"{scenario.stem}: order {name[1]} of store {name[0]} is already in "
                    f"{owners[name]}; names are unique across a folder, rename one"
                )
            owners[name] = scenario.stem
    return scenarios


def ledger_actions(files: Sequence[Path]) -> list[Block]:
    """Return what the files say our ledger holds as confirmed, with the columns of its stream."""
    return [record for scenario in read_scenarios(files) for record in _actions(scenario)]


def instant(value: object) -> datetime:
    """Return a moment of a scenario file in UTC; a bare date is its midnight."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ScenarioError(f"{value!r} is no date or time; write 2026-03-01T10:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def stamp(value: object) -> str:
    """Return a moment as the wire writes it."""
    return instant(value).strftime("%Y-%m-%dT%H:%M:%SZ")


def amount(value: object) -> Decimal:
    """Return an exact amount; what is missing is zero."""
    return Decimal(str(value)) if value is not None else Decimal(0)


def _read(file: Path) -> Scenario:
    try:
        body = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(f"{file.name} cannot be read as YAML: {error}") from error
    if not isinstance(body, dict):
        raise ScenarioError(f"{file.name} holds no scenario; it starts with `title:` and `as_of:`")
    return Scenario(file.stem, body)


def _check(scenario: Scenario) -> None:
    unknown = set(scenario.body) - BLOCKS
    unknown |= {f"erp.{name}" for name in set(scenario.erp) - ERP_BLOCKS}
    if unknown:
        raise ScenarioError(
            f"{scenario.stem}: unknown block {', '.join(sorted(unknown))}; "
            f"known are {', '.join(sorted(BLOCKS))}"
        )
    if "as_of" not in scenario.body:
        raise ScenarioError(f"{scenario.stem}: as_of is missing; it is the clock of the run")
    instant(scenario.body["as_of"])
    for order in scenario.orders.values():
        for needed in ("store", "name", "currency", "placed_at", "lines"):
            if needed not in order:
                raise ScenarioError(f"{scenario.stem}: order {order['ref']} lacks {needed}")
    for block, reference, known in _references(scenario):
        if reference not in known:
            raise ScenarioError(
                f"{scenario.stem}: {block} names {reference!r}, which is none of "
                f"{', '.join(sorted(known)) or 'none given'}; use one of these refs"
            )


def _references(scenario: Scenario) -> Iterator[tuple[str, str, set[str]]]:
    """Yield each reference of the file with the refs it may name."""
    orders, returns = set(scenario.orders), set(scenario.returns)
    for block in scenario.blocks("returns"):
        yield "returns.order", block["order"], orders
    for block in scenario.blocks("refunds"):
        yield "refunds.order", block["order"], orders
        if block.get("return") is not None:
            yield "refunds.return", block["return"], returns
    for name in ("dispositions", "actions"):
        for block in scenario.blocks(name):
            yield f"{name}.return", block["return"], returns
    sales = {block["ref"] for block in scenario.erp_blocks("sales_orders")}
    invoices = {block["ref"] for block in scenario.erp_blocks("invoices")}
    rmas = {block["ref"] for block in scenario.erp_blocks("return_authorizations")}
    receipts = {block["ref"] for block in scenario.erp_blocks("receipts")}
    for block in scenario.erp_blocks("sales_orders"):
        yield "erp.sales_orders.order", block["order"], orders
    for block in scenario.erp_blocks("invoices"):
        yield "erp.invoices.sales_order", block["sales_order"], sales
    for block in scenario.erp_blocks("return_authorizations"):
        if block.get("created_from") is not None:
            yield "erp.return_authorizations.created_from", block["created_from"], sales | invoices
        if block.get("storefront_return") is not None:
            yield (
                "erp.return_authorizations.storefront_return",
                block["storefront_return"],
                returns,
            )
    for block in scenario.erp_blocks("receipts"):
        yield "erp.receipts.return_authorization", block["return_authorization"], rmas
    for block in scenario.erp_blocks("inspections"):
        yield "erp.inspections.receipt", block["receipt"], receipts
    for block in scenario.erp_blocks("credits"):
        for source in sources_of(block):
            yield "erp.credits.created_from", source, sales | invoices | rmas


def sources_of(credit: Block) -> list[str]:
    """Return the refs a credit was made from: none, one, or several authorizations."""
    source = credit.get("created_from")
    if source is None:
        return []
    return [str(ref) for ref in source] if isinstance(source, list) else [str(source)]


def _actions(scenario: Scenario) -> Iterator[Block]:
    for position, block in enumerate(scenario.blocks("actions")):
        order = scenario.order_of_return(block["return"])
        store = scenario.orders[order]["store"]
        line = scenario.line(order, block["line"])
        return_id = gid("Return", scenario.stem, block["return"])
        yield {
            "intent_key": f"{scenario.stem}/{position}",
            "action": block["action"],
            "store": store,
            "case_key": f"{store}/return/{return_id}",
            "order_line_id": scenario.line_gid(order, block["line"]),
            "sku": line["sku"],
            "quantity": int(block["quantity"]),
            "amount": None,
            "currency": scenario.orders[order]["currency"],
            "location_id": gid("Location", store, str(block.get("location", "main"))),
            "reference": None,
            "run_id": "scenario",
            "sent_at": stamp(block["at"]),
            "confirmed_at": stamp(block["at"]),
        }
