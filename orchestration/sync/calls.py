"""One call at a time: durable before it is made, and its outcome never guessed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from orchestration.ledger import Claim, Intent, IntentRecord, Ledger, LedgerError, State
from orchestration.ledger.errors import LostClaimError
from orchestration.sync.action import (
    Action,
    Answer,
    Applied,
    Client,
    ClientForStore,
    Refused,
    Repeat,
    Unclear,
)
from orchestration.sync.remote import (
    RefusedError,
    RepeatError,
    SourceError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.sync.values import Outcome, RowOutcome


class StoreClosedError(Exception):
    """Skip this store for the rest of the run: no call to it can succeed now."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Calls:
    """Makes the calls of one action for one worker, `owner`."""

    action: Action
    ledger: Ledger
    client_for_store: ClientForStore
    clock: Callable[[], datetime]
    owner: str
    closed_stores: dict[str, str] = field(default_factory=dict)

    def send(self, intent: Intent, *, known_until: datetime) -> RowOutcome:
        """Send an approved intent for the first time."""
        client = self._client(intent.store)
        claim = self._claim(intent)
        if claim.record.state is not State.APPROVED:
            self.ledger.release(claim)
            raise LostClaimError(f"intent {intent.intent_key} was sent by another worker")
        return self._call(claim, client=client, known_until=known_until)

    def resolve(self, record: IntentRecord) -> RowOutcome:
        """Find out what became of a call without an answer; repeat it only where that is safe."""
        client = self._client(record.intent.store)
        claim = self._claim(record.intent)
        try:
            found = self.action.resolve(claim.record, client, now=self.clock())
        except SourceError as error:
            found = Unclear(f"its state could not be read: {error}")
        if found is Repeat.IS_SAFE:
            return self._call(claim, client=client, known_until=None)
        if isinstance(found, Unclear) and claim.record.state is State.UNKNOWN:
            self.ledger.release(claim)
            return RowOutcome(record.intent, Outcome.UNKNOWN, found.message)
        return self._record(claim, found, reading="")

    def _call(self, claim: Claim, *, client: Client, known_until: datetime | None) -> RowOutcome:
        intent = claim.record.intent
        request = self.action.request(intent)
        try:
            self.ledger.mark_sent(
                claim, request_hash=request.hash, at=self.clock(), known_until=known_until
            )
        except LedgerError:
            self.ledger.release(claim)
            raise
        try:
            data = client.execute(request.document, request.variables)
        except UnreadableAnswerError as error:
            return self._record(claim, Unclear(str(error)))
        except (StopError, RepeatError) as error:
            # Never run: the store is told nothing more in this run, and asked again by the next.
            return self._close_store(claim, error)
        except RefusedError as error:
            return self._record(claim, self.action.refusal(str(error), codes=error.codes))
        except SourceError as error:
            # Whatever else went wrong, the call may have arrived.
            return self._record(claim, Unclear(str(error)))
        answer = self.action.answer(intent, data)
        reading = self._reading(intent, client) if isinstance(answer, Applied) else ""
        return self._record(claim, answer, reading=reading)

    def _record(self, claim: Claim, answer: Answer, *, reading: str = "") -> RowOutcome:
        intent, at = claim.record.intent, self.clock()
        match answer:
            case Applied(reference, summary):
                said = f"{summary}; read back: {reading}" if reading else summary
                self.ledger.mark_confirmed(claim, reference=reference, answer=said, at=at)
                return RowOutcome(intent, Outcome.CONFIRMED)
            case Refused(message):
                self.ledger.mark_refused(claim, message=message, at=at)
                return RowOutcome(intent, Outcome.REFUSED, message)
            case Unclear(message):
                self.ledger.mark_unknown(claim, message=message, at=at)
                return RowOutcome(intent, Outcome.UNKNOWN, message)

    def _reading(self, intent: Intent, client: Client) -> str:
        """The answer already says that it happened; a failed reading takes nothing from that."""
        try:
            return self.action.read_back(intent, client)
        except SourceError as error:
            return f"failed, {error}"

    def _close_store(self, claim: Claim, error: StopError | RepeatError) -> RowOutcome:
        store = claim.record.intent.store
        is_busy = isinstance(error, RepeatError)
        self.closed_stores[store] = "store_busy" if is_busy else "store_refuses_calls"
        self.ledger.mark_not_applied(claim, message=str(error), at=self.clock())
        raise StoreClosedError(self.closed_stores[store]) from error

    def _client(self, store: str) -> Client:
        if store in self.closed_stores:
            raise StoreClosedError(self.closed_stores[store])
        try:
            return self.client_for_store(store)
        except LookupError as error:
            raise StoreClosedError("store_not_configured") from error

    def _claim(self, intent: Intent) -> Claim:
        claim = self.ledger.claim(intent.intent_key, self.owner, self.clock())
        if claim is None:
            raise LostClaimError(f"intent {intent.intent_key} is in another worker's hands")
        return claim
