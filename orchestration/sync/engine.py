"""One run of one action: resolve what is open, then plan, claim, call, read back, confirm."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial

from orchestration.gates import Limits, Measure
from orchestration.ledger import (
    FINAL,
    NOT_SENT,
    UNRESOLVED,
    DayLimit,
    HeldBackError,
    Intent,
    IntentChangedError,
    IntentRecord,
    Ledger,
    LostClaimError,
    State,
)
from orchestration.sync.action import Action, RemoteForStore
from orchestration.sync.calls import Calls, StoreClosedError, Terms
from orchestration.sync.policy import Policy
from orchestration.sync.values import (
    DONE,
    READY,
    GateRow,
    Mode,
    Outcome,
    Publication,
    RowOutcome,
    Summary,
)

BY_POLICY = "within limits"
NO_LIMITS = Limits(per_row=0, per_run=0, per_day=0)
# What a recorded approval lifts: the row is planned, and waits for a person.
BEFORE_GO_LIVE = "before_go_live"
LIFTED_BY_APPROVAL = frozenset({"above_approval_limit", BEFORE_GO_LIVE})


def run_action(
    action: Action,
    *,
    publication: Publication,
    ledger: Ledger,
    remote_for_store: RemoteForStore,
    policy: Policy,
    clock: Callable[[], datetime],
    run_id: str,
) -> Summary:
    """
    Apply what the publication's gates allow, each intent once, and say what became of every row.

    In dry mode nothing is written or sent. `remote_for_store` raises LookupError for a store that
    is not configured. Raises NotReadyForLiveError before anything is sent.
    """
    policy.refuse_stale(publication, now=clock())
    calls = Calls(
        action=action, ledger=ledger, remote_for_store=remote_for_store, clock=clock, owner=run_id
    )
    run = _Run(calls, publication=publication, policy=policy)
    policy.refuse_unprepared(action.name, run.stores())
    outcomes = run.preview() if policy.mode is Mode.DRY else run.apply()
    return Summary(action.name, policy.mode, publication.id).add_all(outcomes)


def hold_reasons(row: GateRow, *, publication: Publication, policy: Policy) -> list[str]:
    """Return why a row may not be sent, sorted, as far as the gate and the policy say."""
    reasons = _gate_reasons(row)
    if row.store in publication.incomplete_stores:
        reasons.add("store_incomplete")
    if policy.is_before_go_live(row):
        reasons.add(BEFORE_GO_LIVE)
    return sorted(reasons)


class _Run:
    """One action over one publication."""

    def __init__(self, calls: Calls, *, publication: Publication, policy: Policy) -> None:
        self._calls = calls
        self._ledger = calls.ledger
        self._action = calls.action
        self._publication = publication
        self._policy = policy
        self._limits = policy.limits.get(self._action.name, NO_LIMITS)
        self._moved: dict[str | None, Decimal] = {}
        unsent = self._ledger.intents(action=self._action.name, states=NOT_SENT)
        self._asked_about = {
            record.intent.intent_key for record in unsent if _is_a_persons(record)
        }

    def stores(self) -> Iterator[str]:
        """Yield the store of each row that may be sent, or that an approval lets be."""
        for row in self._rows():
            if LIFTED_BY_APPROVAL.issuperset(_gate_reasons(row)):
                yield row.store

    def preview(self) -> Iterator[RowOutcome]:
        """Say what would be done, from the rows and what the ledger already holds."""
        for record in self._open():
            yield RowOutcome(record.intent, Outcome.UNKNOWN, record.message or "")
        for row in self._rows():
            yield self._counted(self._preview(row))

    def apply(self) -> Iterator[RowOutcome]:
        """Settle what earlier runs left open, then send what is ready; no row stops another."""
        unresolved = self._open()
        allowed = self._allowed({record.intent.call for record in unresolved})
        for record in unresolved:
            is_allowed = record.intent.call in allowed
            step = partial(self._calls.resolve, record, is_allowed=is_allowed)
            settled = self._guarded(record, step)
            # What is still in doubt was moved by an earlier run, if it was.
            yield settled if settled.outcome is Outcome.UNKNOWN else self._counted(settled)
        for row in self._rows():
            yield self._counted(self._guarded(row, partial(self._apply, row)))

    def _rows(self) -> Iterator[GateRow]:
        """They may be millions: each is looked at as it is read, and none is kept."""
        for row in self._publication.rows:
            if row.action == self._action.name and row.decision != DONE:
                yield row

    def _allowed(self, calls: set[tuple[object, ...]]) -> set[tuple[object, ...]]:
        """Return which of these calls the gates still ask for."""
        if not calls:
            return set()
        asked = (row.intent.call for row in self._rows() if not self._held(row))
        return {call for call in asked if call in calls}

    def _open(self) -> list[IntentRecord]:
        return self._ledger.intents(action=self._action.name, states=UNRESOLVED)

    def _preview(self, row: GateRow) -> RowOutcome:
        reason = self._why_held(row)
        if reason:
            return RowOutcome(row.intent, Outcome.HELD, reason)
        known = self._ledger.intent(row.gate_key)
        if known is not None and known.state in FINAL:
            return _as_before(known)
        if self._waits_for_approval(row) and (known is None or known.state is State.PLANNED):
            return RowOutcome(row.intent, Outcome.HELD, self._why_it_waits(row))
        return RowOutcome(row.intent, Outcome.PLANNED)

    def _counted(self, outcome: RowOutcome) -> RowOutcome:
        if outcome.outcome in {Outcome.CONFIRMED, Outcome.UNKNOWN, Outcome.PLANNED}:
            counted_in = self._counted_in(outcome.intent.currency)
            before = self._moved.get(counted_in, Decimal(0))
            self._moved[counted_in] = before + self._size(outcome.intent)
        return outcome

    def _counted_in(self, currency: str | None) -> str | None:
        """Money is counted by its currency; rows and units know none."""
        return currency if self._limits.measure is Measure.AMOUNT else None

    def _guarded(self, item: GateRow | IntentRecord, step: Callable[[], RowOutcome]) -> RowOutcome:
        try:
            return step()
        except HeldBackError as error:
            return RowOutcome(item.intent, Outcome.HELD, error.reason)
        except StoreClosedError as error:
            return RowOutcome(item.intent, Outcome.HELD, error.reason)
        except IntentChangedError:
            return RowOutcome(item.intent, Outcome.HELD, "changed_under_its_key")
        except LostClaimError:
            return RowOutcome(item.intent, Outcome.HELD, "claimed_elsewhere")

    def _apply(self, row: GateRow) -> RowOutcome:
        reason = self._why_held(row)
        if reason:
            return RowOutcome(row.intent, Outcome.HELD, reason)
        record = self._ledger.intent(row.gate_key) or self._ledger.plan(
            row.intent,
            at=self._calls.clock(),
            run_id=self._calls.owner,
            known_until=self._publication.known_until,
        )
        if record.intent.effect != row.intent.effect:
            raise IntentChangedError(f"{row.gate_key} asks for something else than before")
        if record.state in FINAL:
            return _as_before(record)
        if record.state is State.PLANNED:
            if self._waits_for_approval(row):
                return RowOutcome(row.intent, Outcome.HELD, self._why_it_waits(row))
            self._ledger.approve(row.gate_key, who=BY_POLICY, at=self._calls.clock())
        return self._calls.send(row.intent, terms=self._terms(row))

    def _terms(self, row: GateRow) -> Terms:
        most = Decimal(self._limits.of(row.currency).per_day)
        limit = DayLimit(str(self._limits.measure), most)
        return Terms(known_until=self._publication.known_until, day_limit=limit)

    def _size(self, intent: Intent) -> Decimal:
        match self._limits.measure:
            case Measure.ROWS:
                return Decimal(1)
            case Measure.AMOUNT:
                return intent.amount or Decimal(0)
            case Measure.UNITS:
                return Decimal(intent.quantity or 0)

    def _waits_for_approval(self, row: GateRow) -> bool:
        limit = self._limits.of(row.currency).per_row
        return bool(self._held(row)) or self._size(row.intent) > limit

    def _why_it_waits(self, row: GateRow) -> str:
        return self._held(row) or "above_row_limit"

    def _why_held(self, row: GateRow) -> str:
        """The ledger is asked last: most rows are held by what is known without it."""
        return self._unlifted(row) or self._above_run_limit(row) or self._unresolved(row)

    def _unlifted(self, row: GateRow) -> str:
        """
        Return why the row is held, or nothing where a person may lift that, or has.

        A case from before the going live is not even asked about, and what was let through before
        that day moved goes no further: a person must name it first.
        """
        reason = self._held(row)
        if not reason:
            return self._action.missing(row.intent)
        reasons = set(reason.split(", "))
        if not reasons <= LIFTED_BY_APPROVAL:
            return reason
        if BEFORE_GO_LIVE in reasons and row.gate_key not in self._asked_about:
            return reason
        return self._action.missing(row.intent)

    def _held(self, row: GateRow) -> str:
        return ", ".join(hold_reasons(row, publication=self._publication, policy=self._policy))

    def _above_run_limit(self, row: GateRow) -> str:
        # The first row of a run always fits: its own limit, or the person who lifted it, decides.
        moved = self._moved.get(self._counted_in(row.currency))
        most = self._limits.of(row.currency).per_run
        is_over = moved is not None and moved + self._size(row.intent) > most
        return "above_run_limit" if is_over else ""

    def _unresolved(self, row: GateRow) -> str:
        open_actions = {
            record.intent.action for record in self._ledger.unresolved(subject=row.intent.subject)
        }
        is_open = bool(open_actions & (self._action.waits_for | {self._action.name}))
        return "unresolved_intent" if is_open else ""


def _gate_reasons(row: GateRow) -> set[str]:
    """Return why the gate holds a row: at least its decision, unless it is ready."""
    reasons = set(row.hold_reasons)
    return reasons if reasons or row.decision == READY else {row.decision}


def _is_a_persons(record: IntentRecord) -> bool:
    """Whether a person has approved an intent that was not sent, or has yet to."""
    return record.state is State.PLANNED or record.approved_by not in {None, BY_POLICY}


def _as_before(record: IntentRecord) -> RowOutcome:
    if record.state is State.CONFIRMED:
        return RowOutcome(record.intent, Outcome.DONE)
    return RowOutcome(record.intent, Outcome.HELD, "refused_before")
