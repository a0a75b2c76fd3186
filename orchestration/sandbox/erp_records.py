"""What an ERP recorded of a scenario: rows of its analytics tables, with its links and signs."""

from collections.abc import Callable, Iterator

from orchestration.sandbox.erp_credits import post_credit
from orchestration.sandbox.erp_documents import Row
from orchestration.sandbox.erp_ledger import Ledger
from orchestration.sandbox.erp_returns import inspections, post_authorization, post_receipt
from orchestration.sandbox.erp_sales import post_invoice, post_sales_order
from orchestration.sandbox.erp_stock import post_moves
from orchestration.sandbox.scenario import Scenario
from orchestration.sandbox.scenario_values import Block, instant

# In the order in which one is made from another.
POSTINGS: dict[str, Callable[[Ledger, Block], None]] = {
    "sales_orders": post_sales_order,
    "invoices": post_invoice,
    "return_authorizations": post_authorization,
    "receipts": post_receipt,
    "credits": post_credit,
}


def rows_of(scenario: Scenario) -> Iterator[tuple[str, Row]]:
    """Yield every row of the file by table; a deleted document leaves only its record of that."""
    ledger, as_of = Ledger(scenario), instant(scenario.body["as_of"])
    for name, post in POSTINGS.items():
        for block in scenario.erp_blocks(name):
            post(ledger, block)
    post_moves(ledger)
    for document in ledger.documents.values():
        deleted_at = document.block.get("deleted_at")
        if deleted_at is None or instant(deleted_at) > as_of:
            yield from document.rows()
            continue
        deleted = {"recordid": document.id, "type": document.kind.value}
        yield "deletedrecord", {**deleted, "deleteddate": instant(deleted_at)}
    yield from (("customrecord_return_inspection", row) for row in inspections(ledger))
