"""What a scenario file must say before it is served: known blocks, fields, and refs that exist."""

from collections.abc import Iterator
from typing import Any

from orchestration.sandbox.scenario_values import Block, ScenarioError, listed

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
        "kits",
        "stock_moves",
    }
)
NEEDED = {
    "orders": ("ref", "store", "name", "currency", "placed_at", "lines"),
    "returns": ("ref", "order", "name", "status", "requested_at", "lines"),
    "refunds": ("ref", "order", "at"),
    "dispositions": ("return", "line", "quantity", "type", "at"),
    "inventory": ("store", "sku", "available"),
    "actions": ("action", "return", "line", "quantity", "at"),
    "erp.sales_orders": ("ref", "order"),
    "erp.invoices": ("ref", "sales_order"),
    "erp.return_authorizations": ("ref", "status", "at", "lines"),
    "erp.receipts": ("ref", "return_authorization", "at", "lines"),
    "erp.inspections": ("receipt", "line", "at"),
    "erp.credits": ("ref", "kind", "at"),
    "erp.kits": ("ref", "sku", "lines"),
    "erp.stock_moves": ("kind", "line", "quantity", "from", "to", "at"),
}
# A field of a block, and the blocks whose refs it may name.
REFERENCES = (
    ("returns", "order", ("orders",)),
    ("refunds", "order", ("orders",)),
    ("refunds", "return", ("returns",)),
    ("dispositions", "return", ("returns",)),
    ("actions", "return", ("returns",)),
    ("erp.sales_orders", "order", ("orders",)),
    ("erp.invoices", "sales_order", ("erp.sales_orders",)),
    ("erp.return_authorizations", "created_from", ("erp.sales_orders", "erp.invoices")),
    ("erp.return_authorizations", "storefront_return", ("returns",)),
    ("erp.receipts", "return_authorization", ("erp.return_authorizations",)),
    ("erp.inspections", "receipt", ("erp.receipts",)),
    (
        "erp.credits",
        "created_from",
        ("erp.sales_orders", "erp.invoices", "erp.return_authorizations"),
    ),
    ("erp.credits", "applied_to", ("erp.invoices",)),
    ("erp.stock_moves", "order", ("orders",)),
)
NAMED = frozenset(target for _, _, targets in REFERENCES for target in targets)


def check(stem: str, body: Block) -> None:
    """Raise ScenarioError for the first thing of a file that cannot be served."""
    _check_blocks(stem, body)
    for name in NEEDED:
        if not _is_list_of_records(_said(body, name)):
            raise ScenarioError(f"{stem}: {name} is no list of records; start each with `-`")
    for name, fields in NEEDED.items():
        for block in _blocks(body, name):
            missing = [one for one in fields if one not in block]
            if missing:
                raise ScenarioError(
                    f"{stem}: a record of {name} ({block.get('ref', 'without a ref')}) "
                    f"lacks {', '.join(missing)}; add it"
                )
    _check_refs(stem, body)
    for place, reference, known in _references(body):
        if reference not in known:
            raise ScenarioError(
                f"{stem}: {place} names {reference!r}, which is none of "
                f"{', '.join(sorted(known)) or 'none given'}; use one of these refs"
            )


def check_lines(stem: str, body: Block) -> None:
    """Raise ScenarioError for the first line that no order has; to be asked after `check`."""
    lines = {
        str(order["ref"]): {str(line.get("ref")) for line in order["lines"]}
        for order in _blocks(body, "orders")
    }
    orders = {str(block["ref"]): str(block["order"]) for block in _blocks(body, "returns")}
    for name in ("returns", "refunds", "dispositions", "actions"):
        for block in _blocks(body, name):
            known = lines[
                str(block["order"]) if "order" in block else orders[str(block["return"])]
            ]
            for part in [block] if "line" in block else block.get("lines") or []:
                if str(part.get("line")) not in known:
                    raise ScenarioError(
                        f"{stem}: a line of {name} names {part.get('line')!r}, which is none of "
                        f"{', '.join(sorted(known))}; use one of the order's lines"
                    )


def _check_blocks(stem: str, body: Block) -> None:
    if not isinstance(body.get("erp") or {}, dict):
        raise ScenarioError(f"{stem}: erp is no record; write its documents below it")
    unknown = set(body) - BLOCKS
    unknown |= {f"erp.{name}" for name in set(body.get("erp") or {}) - ERP_BLOCKS}
    if unknown:
        raise ScenarioError(
            f"{stem}: unknown block {', '.join(sorted(unknown))}; "
            f"known are {', '.join(sorted(BLOCKS))}"
        )
    if "as_of" not in body:
        raise ScenarioError(f"{stem}: as_of is missing; it is the clock of the run")


def _references(body: Block) -> Iterator[tuple[str, str, set[str]]]:
    """Yield each reference of the file with the refs it may name."""
    refs = {name: {str(block["ref"]) for block in _blocks(body, name)} for name in NAMED}
    for name, field, targets in REFERENCES:
        known = {ref for target in targets for ref in refs[target]}
        for block in _blocks(body, name):
            for reference in listed(block.get(field)):
                yield f"{name}.{field}", reference, known


def _check_refs(stem: str, body: Block) -> None:
    """The ERP's documents share one set of refs, the storefront's records one of each kind."""
    own = ("orders", "returns", "refunds")
    documents = tuple(name for name in NEEDED if name.startswith("erp."))
    for names in (*((name,) for name in own), documents):
        seen: set[str] = set()
        blocks = [block for name in names for block in _blocks(body, name) if "ref" in block]
        for ref in (str(block["ref"]) for block in blocks):
            if ref in seen:
                place = names[0] if len(names) == 1 else "erp"
                raise ScenarioError(f"{stem}: {place} has two records {ref!r}; rename one")
            seen.add(ref)


def _blocks(body: Block, name: str) -> list[Block]:
    found: list[Block] = _said(body, name)
    return found


def _said(body: Block, name: str) -> Any:
    system, _, own = name.rpartition(".")
    return ((body.get(system) or {}) if system else body).get(own) or []


def _is_list_of_records(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(block, dict) for block in said)
