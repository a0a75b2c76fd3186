"""One return as warehouse, finance and storefront know it, and what its gates say of it."""

from dataclasses import dataclass, replace
from decimal import Decimal

from orchestration.ledger import State
from orchestration.sandbox.identity import gid
from tests.sync.bench import STORE, Letters

ON_SHELF, ORDERED = 20, 3
CREDIT, AUTHORIZED = Decimal("211.86"), Decimal("200.00")
CASE = "#1017-R1"
PROGRESS = ("not_started", "in_progress", "done")
STOCK = ("quarantine", "hold_for_inspection", "restock", "write_off")


@dataclass(frozen=True)
class Snapshot:
    """The gates as one publication held them, and up to when it knew what was confirmed."""

    rows: tuple
    known_until: object


class Returned:
    """The facts, most of them asked of the sandbox's own books, and the gates made of them."""

    def __init__(self, bench):
        self.bench = bench
        bench.stock(available=ON_SHELF)
        bench.post = Letters()
        self._forget_authorizations("tranid <> 'RMA18'")
        self.received = self.passed = self.failed = self.sold = self.gone = 0
        self.put_back_unseen = 0
        self.authorized = AUTHORIZED
        self.credit = None
        # The documents that the gates name: an inspection and a move of the storefront's are none.
        self.evidence = 1
        # Every figure and every set of stages that a publication ever stated.
        self.stated, self.stages_stated = set(), set()

    def begin_unheard(self):
        """The ERP knows nothing of the return."""
        self._forget_authorizations("true")

    # By the books.

    @property
    def available(self):
        return self.bench.units().get("available", 0)

    @property
    def on_sale(self):
        """Units of the return that can be, or were, bought: R + S - Z."""
        return self.available + self.sold - ON_SHELF

    @property
    def moved_on_sale(self):
        """What our own moves came to: S - Z."""
        return self.on_sale - self.put_back_unseen

    @property
    def written_off(self):
        """Units that are damaged, or that a disposition keeps off sale."""
        kept_off = sum(units for kind, units in self.bench.dispositions() if kind != "RESTOCKED")
        return self.bench.units().get("damaged", 0) + kept_off

    @property
    def held(self):
        """Every unit that was ever in our hands: in quality control, or disposed of."""
        inside = self.bench.units().get("quality_control", 0) + self.gone
        return inside + self.written_off + self.moved_on_sale

    def is_authorized(self):
        return bool(self.bench.authorizations())

    def told(self):
        """What the order tells of this return; nothing where it is not ours to read."""
        value = self.bench.told()
        return value.get(CASE, {}) if isinstance(value, dict) else {}

    def told_by_the_erp(self):
        found = self.bench.authorizations()
        return found[0][2] if found else None

    @property
    def stages(self):
        inspection = self.passed + self.failed == ORDERED
        is_paid = any("CM18" in note for note, _ in self.bench.refunds())
        done = {True: "done", False: "not_started"}
        return (
            f"confirmation=done inspection={'done' if inspection else PROGRESS[self.received > 0]}"
            f" posting={done[bool(self.credit)]} payout={done[is_paid]}"
        )

    @property
    def figure(self):
        """The ERP's own: its credit, before that what it authorized."""
        return self.credit or (self.authorized if self.is_authorized() else None)

    # By the ledger, as the gates learn it.

    def confirmed(self, action):
        """The confirmed intents, the newest last."""
        found = self.bench.ledger.intents(action=action, states={State.CONFIRMED})
        return sorted(found, key=lambda each: (each.confirmed_at, each.intent.intent_key))

    def confirmed_units(self):
        units = {name: sum(r.intent.quantity for r in self.confirmed(name)) for name in STOCK}
        units["disposed"] = sum(
            record.intent.quantity
            for name in ("restock", "write_off")
            for record in self.confirmed(name)
            if record.intent.details
        )
        return units

    def snapshot(self):
        """What the gates say of all that is confirmed now."""
        rows = (*self._stock_rows(), *self._money_rows(), *self._told_rows())
        return Snapshot(rows, self.bench.clock())

    def _stock_rows(self):
        units = self.confirmed_units()
        on_sale = self.put_back_unseen + units["restock"] - units["quarantine"]
        inside = units["hold_for_inspection"] + units["quarantine"] + units["disposed"]
        inside -= units["restock"] + units["write_off"]
        is_disposed = self.bench.disposes_late and inside <= 0
        most = inside if self.bench.disposes_late and inside > 0 else ORDERED
        due = {
            "quarantine": (min(on_sale - self.passed, self.available), units["quarantine"]),
            "hold_for_inspection": (
                self.received - self.put_back_unseen - units["hold_for_inspection"],
                units["hold_for_inspection"],
            ),
            "restock": (min(self.passed - on_sale, most), units["restock"]),
            "write_off": (
                min(self.failed - units["write_off"], ORDERED if is_disposed else inside),
                units["write_off"],
            ),
        }
        if self.bench.disposes_late:
            del due["hold_for_inspection"]
        for action, (quantity, before) in due.items():
            if quantity > 0:
                by_disposition = is_disposed and action in {"restock", "write_off"}
                gate = self.bench.disposition_gate if by_disposition else self.bench.stock_gate
                row = gate(action, evidence=str(self.evidence))
                key = f"{action}-{quantity}-{before}-{self.evidence}-{by_disposition}"
                line = self.bench.scenarios[0].line_gid("o1", "rug")
                yield replace(row, quantity=quantity, gate_key=key, order_line_id=line)

    def _money_rows(self):
        if self.credit and not self.bench.refunds():
            key = f"refund-{self.evidence}"
            yield self.bench.refund_gate(str(self.credit), gate_key=key, evidence=key)
        if not self.is_authorized():
            line = {"order_line_id": self.bench.scenarios[0].line_gid("o1", "rug"), "quantity": 2}
            yield self.bench.case_gate("open_rma", details={"lines": [line]})

    def _told_rows(self):
        yield from self._quote_rows()
        told = self.confirmed("publish_status")
        self.stages_stated.add(self.stages)
        if not told or told[-1].reference != self.stages:
            key = f"status-{len(told)}-{self.stages}-{self.evidence}"
            yield self._case_row("publish_status", told=self.stages, gate_key=key)
        sent = {record.reference for record in self.confirmed("notify")}
        stages = {"inspection": self.passed + self.failed == ORDERED, "posting": self.credit}
        for stage, is_done in stages.items():
            if is_done and stage not in sent:
                yield self._case_row("notify", told=stage, gate_key=f"{stage}-{self.evidence}")

    def _quote_rows(self):
        figure, quoted = self.figure, self.confirmed("publish_quote")
        if figure is None or (quoted and quoted[-1].intent.amount == figure):
            return
        self.stated.add(figure)
        key = f"quote-{figure}-{len(quoted)}-{self.evidence}"
        yield self._case_row("publish_quote", amount=figure, currency="USD", gate_key=key)

    def _case_row(self, action, **said):
        """As the publication knew the authorization, which may have come since."""
        query = "select id from transaction where type = 'RtnAuth'"
        found = self.bench.account.found(query, [])
        rma_id = str(found[0]["id"]) if found else None
        return self.bench.case_gate(action, details={"rma_id": rma_id}, **said)

    # What people do.

    def set_available(self, count):
        self.set_units(available=count)

    def set_units(self, **quantities):
        (level,) = self.bench.books.of_kind(STORE, "InventoryLevel")
        quantities = {**level["quantities"], **quantities}
        self.bench.books.put(STORE, [{**level, "quantities": quantities}])

    def authorize_by_hand(self, *, is_referenced):
        """Somebody makes the authorization in the ERP, and may leave the return's field empty."""
        erp = self.bench.remote().erp
        query = "select id from transaction where type = 'SalesOrd'"
        (order,) = self.bench.account.found(query, [])
        line = "select id from transactionline where transaction = ? and quantity is not null"
        (sold,) = self.bench.account.found(f"{line} and taxline = 'F'", [order["id"]])
        own = gid("Return", self.bench.stem, "r1").rpartition("/")[2]
        reference = {erp.return_field: own} if is_referenced else {}
        items = [{"orderLine": int(sold["id"]), "quantity": 2}]
        body = {**reference, "item": {"items": items}}
        erp.transform("salesOrder", str(order["id"]), "returnAuthorization", body)

    def _forget_authorizations(self, which):
        query = f"delete from transaction where type = 'RtnAuth' and {which} returning id"
        self.bench.account.found(query, [])


def rank(stages):
    """How far a set of stages has come: it only ever rises."""
    return sum(PROGRESS.index(part.partition("=")[2]) for part in stages.split())
