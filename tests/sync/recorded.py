"""Every request that the syncs send to a store, as the sandbox was sent it."""

import json
from decimal import Decimal

from orchestration.extract.post import Receiver
from orchestration.sandbox.identity import gid
from tests.ledger.fresh import fresh_ledger_file
from tests.sync.bench import Bench
from tests.sync.letters import SECRET, Hooks

STOCK = ("quarantine", "hold_for_inspection", "restock", "write_off")


def recorded_requests(folder):
    """Yield the document and the variables of every request, one action after the other."""
    asked = []
    for name, details in (("with", {}), ("without", {"return_id": None})):
        bench = Bench(fresh_ledger_file(folder / f"{name}.sqlite"))
        bench.post = Receiver("https://example.com/hooks", SECRET, transport=Hooks())
        answer = bench.storefront.answer

        def record(request, answer=answer):
            asked.append(json.loads(request.content))
            return answer(request)

        bench.storefront.answer = record
        bench.run(bench.refund_gate(details=details), action="issue_refund")
        _run_the_others(bench)
        bench.close()
    yield from ((each["query"], each["variables"]) for each in asked)


def _run_the_others(bench):
    told = "confirmation=done inspection=done posting=done payout=done"
    quote = {"amount": Decimal("211.86"), "currency": "USD"}
    bench.run(bench.case_gate("publish_status", told=told), action="publish_status")
    bench.run(bench.case_gate("publish_quote", **quote), action="publish_quote")
    bench.run(bench.case_gate("notify", told="posting"), action="notify")
    units = {
        "quantity": 1,
        "inventory_item_id": gid("InventoryItem", "us", "RUG-120"),
        "location_id": gid("Location", "us", "main"),
        "order_line_id": bench.scenarios[0].line_gid("o1", "rug"),
    }
    for action in STOCK:
        bench.run(bench.gate(action, **units), action=action)
    bench.disposes_late = True
    for action in ("restock", "write_off"):
        row = bench.disposition_gate(action, gate_key=f"{action} late", case_key="us/return/late")
        bench.run(row, action=action)
