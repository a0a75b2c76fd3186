"""Every action with a row that asks for it, and what the remote's books say of its effect."""

import json
from dataclasses import dataclass
from decimal import Decimal

from orchestration.ledger import State
from tests.sync.bench import Bench, Letters

STAGES = "confirmation=done inspection=done posting=done payout=not_started"
ON_SHELF = {"available": 10, "quality_control": 10, "damaged": 5}


@dataclass(frozen=True)
class Effect:
    """One action on a bench: its row, which wire carries it, and how its effect is counted."""

    name: str
    channels: tuple[str, ...]
    needs_erp: bool = False
    is_repeatable: bool = False

    @property
    def action(self):
        return self.name.partition("_by_")[0]

    @property
    def is_disposition(self):
        return self.name.endswith("_by_disposition")

    def bench(self, url, folder):
        made = Bench(url, folder=folder if self.needs_erp else None)
        made.stock(**ON_SHELF)
        made.disposes_late = self.is_disposition
        if self.action == "notify":
            made.post = Letters(is_repeatable=self.is_repeatable)
        if self.action == "open_rma":
            made.account.found("delete from transaction where type = 'RtnAuth' returning id", [])
        return made

    def row(self, bench):
        line = {"order_line_id": bench.scenarios[0].line_gid("o1", "rug"), "quantity": 2}
        match self.action:
            case "issue_refund":
                return bench.refund_gate()
            case "publish_quote":
                return bench.case_gate(self.action, amount=Decimal("211.86"), currency="USD")
            case "publish_status":
                return bench.case_gate(self.action, told=STAGES)
            case "open_rma":
                return bench.case_gate(self.action, details={"lines": [line]})
            case "notify":
                return bench.case_gate(self.action, told="posting")
        if self.is_disposition:
            return bench.disposition_gate(self.action)
        return bench.stock_gate(self.action)

    def wire(self, bench, channel):
        return getattr(bench, channel)

    def count(self, bench):
        """How often the effect is in the remote's own books; anything else found is an error."""
        match self.action:
            case "issue_refund":
                assert {amount for _, amount in bench.refunds()} <= {"211.86"}
                return len(bench.refunds())
            case "publish_quote":
                told = (bench.told() or {}).get("#1017-R1") or {}
                return int(told.get("quote", {}).get("amount") == "211.86")
            case "publish_status":
                told = (bench.told() or {}).get("#1017-R1") or {}
                is_on_rma = bench.authorizations()[0][2] == STAGES
                return int(told.get("stages", {}).get("posting") == "done" and is_on_rma)
            case "open_rma":
                return len(bench.authorizations())
            case "notify":
                return len(bench.post.taken)
        return self._disposed(bench) if self.is_disposition else self._moved(bench)

    def _disposed(self, bench):
        """Units put on sale are in the stock too; those that are not are in no state at all."""
        made = bench.dispositions()
        kind = "RESTOCKED" if self.action == "restock" else "NOT_RESTOCKED"
        assert set(made) <= {(kind, 1)}
        on_sale = len(made) if self.action == "restock" else 0
        assert bench.units() == {**ON_SHELF, "available": ON_SHELF["available"] + on_sale}
        return len(made)

    def _moved(self, bench):
        source, target = MOVES[self.action]
        found = bench.units()
        moved = found.get(target, 0) - ON_SHELF[target]
        expected = dict(ON_SHELF) | {target: ON_SHELF[target] + moved}
        if source:
            expected[source] -= moved
        assert found == expected, json.dumps(found)
        return moved

    def assert_told_truly(self, bench):
        """The ledger says confirmed where the books have the effect, or that it does not know."""
        states = {record.state for record in bench.ledger.intents()}
        assert bench.ledger.verify_chain() == ()
        if states == {State.UNKNOWN}:
            assert self.action == "notify"
            assert not self.is_repeatable
            assert self.count(bench) <= 1
        else:
            assert states == {State.CONFIRMED}
            assert self.count(bench) == 1


MOVES = {
    "quarantine": ("available", "quality_control"),
    "hold_for_inspection": (None, "quality_control"),
    "restock": ("quality_control", "available"),
    "write_off": ("quality_control", "damaged"),
}
EFFECTS = (
    *(Effect(name, ("storefront",)) for name in MOVES),
    Effect("restock_by_disposition", ("storefront",)),
    Effect("write_off_by_disposition", ("storefront",)),
    Effect("issue_refund", ("storefront",)),
    Effect("publish_quote", ("storefront",)),
    Effect("publish_status", ("storefront", "erp"), needs_erp=True),
    Effect("open_rma", ("erp",), needs_erp=True),
    Effect("notify_by_mail", ("post",)),
    Effect("notify_by_webhook", ("post",), is_repeatable=True),
)
