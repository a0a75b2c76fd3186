"""Scenario files: one return flow each, read and checked before anything is served."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from orchestration.sandbox.identity import gid, gids_in_order
from orchestration.sandbox.scenario_checks import check, check_lines
from orchestration.sandbox.scenario_format import check_format
from orchestration.sandbox.scenario_values import Block, ScenarioError, listed, stamp

__all__ = [
    "Block",
    "Scenario",
    "ScenarioError",
    "checked",
    "ledger_actions",
    "read_scenarios",
    "sources_of",
]

# The same loader in C, where PyYAML was built with it: ten times as fast.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Scenario:
    """One file: what each system recorded. Refs are local to it."""

    stem: str
    body: Block
    _groups: dict[tuple[str, str], dict[str, list[Block]]] = field(
        default_factory=dict, repr=False, compare=False
    )

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

    def grouped(self, name: str, field: str) -> dict[str, list[Block]]:
        """Return the storefront's records of one kind by what a field of theirs names."""
        key = (name, field)
        if key not in self._groups:
            found: dict[str, list[Block]] = {}
            for block in self.blocks(name):
                found.setdefault(str(block.get(field)), []).append(block)
            self._groups[key] = found
        return self._groups[key]

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
        """Return the storefront's id of an order line; lines of one sku sort as they stand."""
        skus = {f"{order}/{one['ref']}": one["sku"] for one in self.orders[order]["lines"]}
        own = f"{order}/{line}"
        # What is taken in exchange is no line of the order yet, and has none beside it.
        twins = [reference for reference, sku in skus.items() if sku == skus.get(own)] or [own]
        return gids_in_order("LineItem", self.stem, twins)[own]

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
    return checked([_read(file) for file in files])


def checked(scenarios: list[Scenario]) -> list[Scenario]:
    """Return the scenarios once each is served as it is and no two share an order's name."""
    owners: dict[tuple[str, str], str] = {}
    for scenario in scenarios:
        check(scenario.stem, scenario.body)
        check_format(scenario.stem, scenario.body)
        check_lines(scenario.stem, scenario.body)
        for order in scenario.orders.values():
            name = (str(order["store"]), str(order["name"]))
            if name in owners:
                raise ScenarioError(
                    f"{scenario.stem}: order {name[1]} of store {name[0]} is already in "
                    f"{owners[name]}; names are unique across a folder, rename one"
                )
            owners[name] = scenario.stem
    return scenarios


def ledger_actions(scenarios: Sequence[Scenario]) -> list[Block]:
    """Return what our ledger holds as confirmed, with the columns of its stream."""
    return [record for scenario in scenarios for record in _actions(scenario)]


def _read(file: Path) -> Scenario:
    try:
        body = yaml.load(file.read_text(encoding="utf-8"), Loader)  # noqa: S506 - the safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(f"{file.name} cannot be read as YAML: {error}") from error
    except ValueError as error:
        raise ScenarioError(f"{file.name} has a date that does not exist: {error}") from error
    if not isinstance(body, dict):
        raise ScenarioError(f"{file.name} holds no scenario; it starts with `title:` and `as_of:`")
    return Scenario(file.stem, body)


def sources_of(credit: Block) -> list[str]:
    """Return the refs a credit was made from: none, one, or several authorizations."""
    return listed(credit.get("created_from"))


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
