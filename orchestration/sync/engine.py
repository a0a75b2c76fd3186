"""One run of one action: resolve what is open, then plan, claim, call, read back, confirm."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from orchestration.gates import Limits
from orchestration.ledger import FINAL, UNRESOLVED, IntentRecord, Ledger, State
from orchestration.ledger.errors import HeldBackError, IntentChangedError, LostClaimError
from orchestration.sync.action import Action, ClientForStore
from orchestration.sync.calls import Calls, StoreClosedError
from orchestration.sync.policy import Policy
from orchestration.sync.values import (
    READY,
    GateRow,
    Mode,
    Outcome,
    Publication,
    RowOutcome,
    Summary,
)

BY_POLICY = "within limits"
NO_LIMITS = Limits(per_row=0, per_run=0)


def run_action(
    action: Action,
    *,
    publication: Publication,
    ledger: Ledger,
    client_for_store: ClientForStore,
    policy: Policy,
    clock: Callable[[], datetime],
    run_id: str,
) -> Summary:
    """
    Apply what the publication's gates allow, each intent once, and say what became of every row.

    In dry mode nothing is written or sent. `client_for_store` raises LookupError for a store that
    is not configured. Raises NotReadyForLiveError before anything is sent.
    """
    rows = sorted(
        (row for row in publication.rows if row.action == action.name),
        key=lambda row: (row.case_name, row.order_line_id or "", row.gate_key),
    )
    policy.refuse_unprepared(action.name, [row.store for row in rows if row.decision == READY])
    calls = Calls(
        action=action, ledger=ledger, client_for_store=client_for_store, clock=clock, owner=run_id
    )
    run = _Run(calls, publication=publication, policy=policy)
    outcomes = run.preview(rows) if policy.mode is Mode.DRY else run.apply(rows)
    return Summary(action.name, policy.mode, publication.id, tuple(outcomes))


class _Run:
    """One action over one publication."""

    def __init__(self, calls: Calls, *, publication: Publication, policy: Policy) -> None:
        self._calls = calls
        self._ledger = calls.ledger
        self._action = calls.action
        self._publication = publication
        self._policy = policy
        self._limits = policy.limits.get(self._action.name, NO_LIMITS)
        self._moved = 0

    def preview(self, rows: list[GateRow]) -> Iterator[RowOutcome]:
        """Say what would be done, from the rows and what the ledger already holds."""
        for record in self._open():
            yield RowOutcome(record.intent, Outcome.UNKNOWN, record.message or "")
        for row in rows:
            yield self._counted(self._preview(row))

    def apply(self, rows: list[GateRow]) -> Iterator[RowOutcome]:
        """Settle what earlier runs left open, then send what is ready; no row stops another."""
        for record in self._open():
            yield self._guarded(record, partial(self._calls.resolve, record))
        for row in rows:
            yield self._guarded(row, partial(self._apply, row))

    def _open(self) -> list[IntentRecord]:
        return self._ledger.intents(action=self._action.name, states=UNRESOLVED)

    def _preview(self, row: GateRow) -> RowOutcome:
        reason = self._held(row) or self._held_by_ledger(row)
        if reason:
            return RowOutcome(row.intent, Outcome.HELD, reason)
        known = self._ledger.intent(row.gate_key)
        if known is not None and known.state in FINAL:
            return _as_before(known)
        if self._is_above_limit(row) and (known is None or known.state is State.PLANNED):
            return RowOutcome(row.intent, Outcome.HELD, "above_row_limit")
        return RowOutcome(row.intent, Outcome.PLANNED)

    def _counted(self, outcome: RowOutcome) -> RowOutcome:
        if outcome.outcome in {Outcome.CONFIRMED, Outcome.UNKNOWN, Outcome.PLANNED}:
            self._moved += outcome.intent.quantity or 0
        return outcome

    def _guarded(self, item: GateRow | IntentRecord, step: Callable[[], RowOutcome]) -> RowOutcome:
        try:
            return self._counted(step())
        except HeldBackError as error:
            return RowOutcome(item.intent, Outcome.HELD, error.reason)
        except StoreClosedError as error:
            return RowOutcome(item.intent, Outcome.HELD, error.reason)
        except IntentChangedError:
            return RowOutcome(item.intent, Outcome.HELD, "changed_under_its_key")
        except LostClaimError:
            return RowOutcome(item.intent, Outcome.HELD, "claimed_elsewhere")

    def _apply(self, row: GateRow) -> RowOutcome:
        reason = self._held(row) or self._held_by_ledger(row)
        if reason:
            return RowOutcome(row.intent, Outcome.HELD, reason)
        record = self._ledger.plan(row.intent, at=self._calls.clock(), run_id=self._calls.owner)
        if record.state in FINAL:
            return _as_before(record)
        if record.state is State.PLANNED:
            if self._is_above_limit(row):
                return RowOutcome(row.intent, Outcome.HELD, "above_row_limit")
            self._ledger.approve(row.gate_key, who=BY_POLICY, at=self._calls.clock())
        return self._calls.send(row.intent, known_until=self._publication.known_until)

    def _is_above_limit(self, row: GateRow) -> bool:
        return (row.quantity or 0) > self._limits.per_row

    def _held(self, row: GateRow) -> str:
        """Return why the row may not be sent, as far as the row and the policy say."""
        if row.decision != READY:
            return ", ".join(row.hold_reasons) or row.decision
        if row.store in self._publication.incomplete_stores:
            return "store_incomplete"
        if self._policy.is_before_go_live(row):
            return "before_go_live"
        return self._action.missing(row.intent)

    def _held_by_ledger(self, row: GateRow) -> str:
        open_actions = {
            record.intent.action for record in self._ledger.unresolved(subject=row.intent.subject)
        }
        if open_actions & (self._action.waits_for | {self._action.name}):
            return "unresolved_intent"
        # The first row of a run always fits: its own limit, or the person who lifted it, decides.
        is_over = self._moved and self._moved + (row.quantity or 0) > self._limits.per_run
        return "above_run_limit" if is_over else ""


def _as_before(record: IntentRecord) -> RowOutcome:
    if record.state is State.CONFIRMED:
        return RowOutcome(record.intent, Outcome.DONE)
    return RowOutcome(record.intent, Outcome.HELD, "refused_before")
