"""An independent reading of the definitions: what the marts must say of scenario files."""

from collections import Counter, defaultdict
from decimal import Decimal

from tests.oracle import amounts, causes, exposure, gates, stages
from tests.oracle.facts import Facts
from tests.oracle.lifecycle import lifecycle
from tests.oracle.links import cases_of
from tests.oracle.money import instant, minor, stamp, text, whole_days
from tests.oracle.presentment import presented

GRACE_DAYS = 7
# The words of the buckets are the marts' own.
UNLISTED = ("sides", "age_bucket")


def expected_of(files):
    """
    Return the expected rows of files that are loaded together, by file name.

    `files` holds parsed scenario files by name; they share one as_of and one policy.
    """
    return {name: rows.listed() for name, rows in Model(files).files.items()}


class Model:
    """What the marts say of files loaded together; `files` has the parts of each."""

    def __init__(self, files):
        first = next(iter(files.values()))
        self.as_of, self.policy = instant(first["as_of"]), first.get("policy") or {}
        facts = {name: Facts(name, body, self.as_of) for name, body in files.items()}
        orders = [order for one in facts.values() for order in one.orders.values()]
        self.files = {
            name: _File(one, _seen(name, files[name], self.as_of), model=self, orders=orders)
            for name, one in facts.items()
        }
        self._share_stock(files)

    def limits(self, currencies):
        """Return the approval limit of each currency in minor units."""
        said = self.policy.get("refund_approval_limit") or {}
        return {
            c: minor(said.get(c, gates.LIMITS.get(c, gates.OTHER_LIMIT)), c) for c in currencies
        }

    def _share_stock(self, files):
        inventory = {
            (b["store"], b["sku"], str(b.get("location", "main"))): int(b["available"])
            for body in files.values()
            for b in body.get("inventory") or []
        }
        rows = [row for one in self.files.values() for row in one.exposures]
        by_case = defaultdict(list)
        for case, gate in gates.quarantines(rows, inventory):
            by_case[case].append(gate)
        for one in self.files.values():
            one.gates = [
                (case, gate) for case in one.cases for gate in [*by_case[case], *one.decided[case]]
            ]


class _File:
    """One file's cases and the rows that come of them."""

    def __init__(self, facts, seen, *, model, orders):
        self.facts, self.model = facts, model
        self.cases = _compared(facts, seen)
        grace = model.policy.get("grace_days", GRACE_DAYS)
        limits = model.limits({case.order.currency for case in self.cases if case.order})
        self.stage, self.variance, self.decided = {}, {}, {}
        self.exposures, self.gates = [], []
        for case in self.cases:
            both = amounts.sides(case)
            stage = self.stage[case] = stages.stage_of(case, both)
            self.variance[case] = self._variance(case, both, stage, grace)
            self.exposures += exposure.exposures(case, stage, orders=orders, as_of=model.as_of)
            self.decided[case] = gates.gates(case, stage, self.variance[case], limits=limits)

    def listed(self):
        """Return the four parts as an `expected` block lists them."""
        exposed = {row.case for row in self.exposures}
        return {
            "lifecycle": [self._lifecycle(case, case in exposed) for case in self.cases],
            "variance": [self._written(case) for case in self.cases],
            "exposure": [_exposure_row(row) for row in self.exposures],
            "gates": [
                _gate_row(case, gate) for case, gate in self.gates if gate.action in gates.LISTED
            ],
        }

    def _lifecycle(self, case, is_exposed):
        stage = self.stage[case]
        both = self.variance[case]["sides"]
        is_done, is_done_in_erp = (
            stages.is_storefront_complete(case),
            stages.is_erp_complete(stage),
        )
        return {
            "case": case.name,
            "kind": case.kind,
            **lifecycle(case, stage, currency=_currency(case), as_of=self.model.as_of),
            "link_method": case.link_method,
            "confirmation_status": stage.confirmation,
            "inspection_status": stage.inspection,
            "posting_status": stage.posting,
            "payout_status": stage.payout,
            "current_stage": stage.current,
            "is_storefront_complete": is_done,
            "is_erp_complete": is_done_in_erp,
            "is_falsely_complete": is_done and not is_done_in_erp,
            "is_refunded_before_inspection": stages.is_refunded_before_inspection(case, stage),
            "is_restocked_before_inspection": is_exposed,
            "is_credited_before_receipt": stages.is_credited_before_receipt(case, stage),
            "requested_quantity": sum(case.returned.units.values()) if case.returned else 0,
            "received_quantity": sum(stage.received.values()),
            "passed_quantity": sum(stage.passed.values()),
            "failed_quantity": sum(stage.failed.values()),
            "restocked_quantity": exposure.restocked_quantity(case),
            "refunded_quantity": both.units[0],
            "credited_quantity": both.units[1],
        }

    def _variance(self, case, both, stage, grace_days):
        parts, as_of = amounts.components(case, both), self.model.as_of
        due_at = causes.due_at(case, stage, as_of)
        is_over = stage.current in ("declined", "cancelled")
        row = {
            "sides": both,
            "storefront_amount": amounts.side_amount(both, 0),
            "paid_amount": sum(payment.amount for payment in amounts.paid(case)),
            "settled_amount": amounts.settled_amount(case),
            "erp_amount": amounts.side_amount(both, 1),
            "expected_amount": 0 if is_over else amounts.expected_amount(case, both),
            "exchange_amount": case.returned.exchanged if case.returned else 0,
            **{f"{name}_component": value for name, value in parts.items()},
            "root_cause": causes.root_cause(
                case, both, stage, parts=parts, as_of=as_of, grace_days=grace_days
            ),
            "due_at": due_at,
            "age_days": whole_days(due_at, as_of) if due_at else None,
            "is_cutoff": causes.is_cutoff(case, as_of),
            "is_applied_elsewhere": causes.is_applied_elsewhere(case, self.facts),
        }
        row["age_bucket"] = causes.age_bucket(row["age_days"])
        row |= _variances(case, row)
        if amounts.is_mismatched(case):
            row |= {n: None for n in row if n.endswith(("_component", "variance_amount"))}
            row["erp_amount"] = None
        return row

    def _written(self, case):
        row, currency = self.variance[case], _currency(case)
        written = {"case": case.name}
        for name, value in row.items():
            if name in UNLISTED:
                continue
            if name.endswith(("_amount", "_component")):
                written[name] = text(value, currency)
            else:
                written[name] = stamp(value) if name == "due_at" else value
        return written


def _seen(name, body, as_of):
    """Return the facts of a file in its customers' currencies; None where those are the shop's."""
    body = presented(body)
    return Facts(name, body, as_of) if body else None


def _compared(facts, seen):
    """Return cases in the currency that both sides hold: the customer's, else the shop's."""
    cases = cases_of(facts)
    _take_in_turn(cases)
    if seen is None:
        return cases
    as_seen = cases_of(seen)
    _take_in_turn(as_seen)
    return [
        theirs if amounts.is_mismatched(ours) and not amounts.is_mismatched(theirs) else ours
        for ours, theirs in zip(cases, as_seen, strict=True)
    ]


def _currency(case):
    if case.order:
        return case.order.currency
    return [*case.authorizations, *(part.credit for part in case.credits)][0].currency


def _variances(case, row):
    paid, settled = row["paid_amount"], row["settled_amount"]
    has_transaction = any(refund.payments for refund in case.refunds)
    erp, expected = row["erp_amount"], row["expected_amount"]
    due = row["storefront_amount"] - row["exchange_amount"]
    return {
        "variance_amount": row["storefront_amount"] - erp,
        "reversal_variance_amount": erp - expected if case.credits else None,
        "payout_variance_amount": paid - due if has_transaction else None,
        "settlement_variance_amount": None if settled is None else settled - paid,
    }


def _take_in_turn(cases):
    """Tell each case how many units of each line, and what shipping, earlier cases took."""
    taken, shipped = defaultdict(Counter), Counter()
    for case in cases:
        case.shipping_left = case.order.shipping if case.order else 0
    in_turn = [case for case in cases if case.kind != "erp_only" and not case.is_refused]
    for case in sorted(in_turn, key=_turn):
        order = case.order
        case.taken = Counter(taken[order.ref])
        case.shipping_left = order.shipping - shipped[order.ref]
        taken[order.ref] += Counter(case.returned.units if case.returned else case.refunded_units)
        shipped[order.ref] += amounts.expected_shipping(case, amounts.sides(case))


def _turn(case):
    return (case.returned.requested_at if case.returned else case.refunds[0].at, case.name)


def _exposure_row(row):
    currency = row.case.order.currency
    return {
        "case": row.case.name,
        "sku": row.line.sku,
        "peak_quantity": row.peak,
        "open_quantity": row.opened,
        "unit_hours": str(Decimal(row.hundredths).scaleb(-2)),
        "peak_amount": text(row.peak_amount, currency),
        "open_amount": text(row.open_amount, currency),
        "sold_quantity": row.sold,
        "at_risk_quantity": min(row.peak, row.sold),
        "failed_quantity": row.failed,
        "first_exposed_at": stamp(row.first_at),
        "last_cleared_at": stamp(row.last_at),
    }


def _gate_row(case, gate):
    return {
        "case": case.name,
        "action": gate.action,
        "sku": gate.sku,
        "quantity": gate.quantity,
        "amount": text(gate.amount, case.order.currency),
        "decision": gate.decision,
        "hold_reasons": list(gate.reasons),
    }
