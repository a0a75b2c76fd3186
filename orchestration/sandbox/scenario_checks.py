"""What a scenario file must say before it is served: known blocks, fields, and refs that exist."""

from collections.abc import Iterator

from orchestration.sandbox.scenario_values import Block, ScenarioError, instant, listed

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
)
NAMED = frozenset(target for _, _, targets in REFERENCES for target in targets)


def check(stem: str, body: Block) -> None:
    """Raise ScenarioError for the first thing of a file that cannot be served."""
    _check_blocks(stem, body)
    for name, fields in NEEDED.items():
        for block in _blocks(body, name):
            missing = [one for one in fields if one not in block]
            if missing:
                raise ScenarioError(
                    f"{stem}: a record of {name} ({block.get('ref', 'without a ref')}) "
                    f"lacks {', '.join(missing)}; add it"
                )
    for place, reference, known in _references(body):
        if reference not in known:
            raise ScenarioError(
                f"{stem}: {place} names {reference!r}, which is none of "
                f"{', '.join(sorted(known)) or 'none given'}; use one of these refs"
            )


def _check_blocks(stem: str, body: Block) -> None:
    unknown = set(body) - BLOCKS
    unknown |= {f"erp.{name}" for name in set(body.get("erp") or {}) - ERP_BLOCKS}
    if unknown:
        raise ScenarioError(
            f"{stem}: unknown block {', '.join(sorted(unknown))}; "
            f"known are {', '.join(sorted(BLOCKS))}"
        )
    if "as_of" not in body:
        raise ScenarioError(f"{stem}: as_of is missing; it is the clock of the run")
    instant(body["as_of"])


def _references(body: Block) -> Iterator[tuple[str, str, set[str]]]:
    """Yield each reference of the file with the refs it may name."""
    refs = {name: {str(block["ref"]) for block in _blocks(body, name)} for name in NAMED}
    for name, field, targets in REFERENCES:
        known = {ref for target in targets for ref in refs[target]}
        for block in _blocks(body, name):
            for reference in listed(block.get(field)):
                yield f"{name}.{field}", reference, known


def _blocks(body: Block, name: str) -> list[Block]:
    system, _, own = name.rpartition(".")
    found: list[Block] = ((body.get(system) or {}) if system else body).get(own) or []
    return found
