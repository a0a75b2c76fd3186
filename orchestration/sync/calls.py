"""One call at a time: durable before it is made, and its outcome never guessed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from orchestration.ledger import (
    Claim,
    DayLimit,
    HeldBackError,
    Intent,
    IntentRecord,
    Ledger,
    LedgerError,
    LostClaimError,
    State,
)
from orchestration.sync.action import (
    KEY_SPENT,
    Absent,
    Action,
    Answer,
    Applied,
    Held,
    KeySpent,
    Refused,
    Remote,
    RemoteForStore,
    Repeat,
    Request,
    Unclear,
)
from orchestration.sync.codes import meaning_of_refusal
from orchestration.sync.remote import (
    DeferredError,
    NotThereError,
    RefusedError,
    RepeatError,
    SourceError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.sync.values import Outcome, RowOutcome

# What becomes of reading an answer that is of another shape than it was asked for: that is the
# trouble of one row, and what it says of a call is not known.
ANOTHER_SHAPE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class StoreClosedError(Exception):
    """Skip this store for the rest of the run: no call to it can succeed now."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Terms:
    """On which data a call was decided, and how much the day may still see; nothing to repeat."""

    known_until: datetime | None = None
    day_limit: DayLimit | None = None


@dataclass(frozen=True)
class Calls:
    """Makes the calls of one action for one worker, `owner`."""

    action: Action
    ledger: Ledger
    remote_for_store: RemoteForStore
    clock: Callable[[], datetime]
    owner: str
    closed_stores: dict[str, str] = field(default_factory=dict)

    def send(self, intent: Intent, *, terms: Terms) -> RowOutcome:
        """Send an approved intent for the first time."""
        remote = self._remote(intent.store)
        claim = self._claim(intent)
        if claim.record.state is not State.APPROVED:
            self.ledger.release(claim)
            raise LostClaimError(f"intent {intent.intent_key} was sent by another worker")
        request = self._prepared(claim, remote)
        return self._call(claim, request, remote=remote, terms=terms)

    def resolve(self, record: IntentRecord, *, is_allowed: bool) -> RowOutcome:
        """
        Find out what became of a call without an answer; repeat it only where that is safe.

        A repeat may be what makes the effect happen, so the gate must still allow it.
        """
        remote = self._remote(record.intent.store)
        claim = self._claim(record.intent)
        try:
            found = self.action.resolve(claim.record, remote, now=self.clock())
        except SourceError as error:
            found = Unclear(f"its state could not be read: {error}")
        except ANOTHER_SHAPE as error:
            found = Unclear(f"its state could not be understood: {_named(error)}")
        if isinstance(found, Repeat):
            if is_allowed:
                return self._call(claim, found.request, remote=remote, terms=Terms())
            found = Unclear("its gate has closed since, so it is not repeated: settle it by hand")
        if isinstance(found, Unclear) and claim.record.state is State.UNKNOWN:
            self.ledger.release(claim)
            return RowOutcome(record.intent, Outcome.UNKNOWN, found.message)
        return self._record(claim, found)

    def _call(self, claim: Claim, request: Request, *, remote: Remote, terms: Terms) -> RowOutcome:
        intent = claim.record.intent
        try:
            self.ledger.mark_sent(
                claim,
                request_hash=request.hash,
                request=request.text,
                at=self.clock(),
                known_until=terms.known_until,
                day_limit=terms.day_limit,
            )
        except LedgerError:
            self.ledger.release(claim)
            raise
        try:
            answer = self._sent(request, intent, remote)
        except (StopError, RepeatError) as error:
            # Never run: the store is told nothing more in this run, and asked again by the next.
            self.ledger.mark_not_applied(claim, message=str(error), at=self.clock())
            raise self._closed(intent.store, error) from error
        reading = self._reading(intent, remote) if isinstance(answer, Applied) else ""
        return self._record(claim, _of_every_call(answer, claim), reading=reading)

    def _sent(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Make the call; raises StopError or RepeatError where the store takes none now."""
        try:
            return self.action.send(request, intent, remote)
        except UnreadableAnswerError as error:
            return Unclear(str(error))
        except (DeferredError, NotThereError) as error:
            # The second of reading, which comes before the call.
            return Absent(str(error))
        except (StopError, RepeatError):
            raise
        except RefusedError as error:
            return meaning_of_refusal(error)
        except SourceError as error:
            # Whatever else went wrong, the call may have arrived.
            return Unclear(str(error))
        except ANOTHER_SHAPE as error:
            return Unclear(f"its answer could not be understood: {_named(error)}")

    def _prepared(self, claim: Claim, remote: Remote) -> Request:
        """Read what the call depends on; a call that cannot be made gives its claim back."""
        intent = claim.record.intent
        try:
            request = self.action.prepare(claim.record, remote)
        except NotThereError as error:
            self.ledger.release(claim)
            raise HeldBackError("record_gone") from error
        except (StopError, RepeatError) as error:
            self.ledger.release(claim)
            raise self._closed(intent.store, error) from error
        except SourceError as error:
            self.ledger.release(claim)
            raise HeldBackError("remote_unreadable") from error
        except ANOTHER_SHAPE as error:
            self.ledger.release(claim)
            raise HeldBackError("answer_not_understood") from error
        if isinstance(request, Held):
            self.ledger.release(claim)
            raise HeldBackError(request.reason)
        return request

    def _record(self, claim: Claim, answer: Answer, *, reading: str = "") -> RowOutcome:
        intent, at = claim.record.intent, self.clock()
        match answer:
            case Applied(reference, summary):
                said = f"{summary}; read back: {reading}" if reading else summary
                self.ledger.mark_confirmed(claim, reference=reference, answer=said, at=at)
                return RowOutcome(intent, Outcome.CONFIRMED)
            case Absent(message):
                self.ledger.mark_absent(claim, message=message, at=at)
                return RowOutcome(intent, Outcome.HELD, "not_applied")
            case KeySpent(message):
                self.ledger.mark_absent(claim, message=f"{KEY_SPENT}: {message}", at=at)
                return RowOutcome(intent, Outcome.HELD, "not_applied")
            case Refused(message):
                self.ledger.mark_refused(claim, message=message, at=at)
                return RowOutcome(intent, Outcome.REFUSED, message)
            case Unclear(message):
                self.ledger.mark_unknown(claim, message=message, at=at)
                return RowOutcome(intent, Outcome.UNKNOWN, message)

    def _reading(self, intent: Intent, remote: Remote) -> str:
        """The answer already says that it happened; a failed reading takes nothing from that."""
        try:
            return self.action.read_back(intent, remote)
        except SourceError as error:
            return f"failed, {error}"
        except ANOTHER_SHAPE as error:
            return f"failed, {_named(error)}"

    def _closed(self, store: str, error: StopError | RepeatError) -> StoreClosedError:
        is_busy = isinstance(error, RepeatError)
        self.closed_stores[store] = "store_busy" if is_busy else "store_refuses_calls"
        return StoreClosedError(self.closed_stores[store])

    def _remote(self, store: str) -> Remote:
        if store in self.closed_stores:
            raise StoreClosedError(self.closed_stores[store])
        try:
            return self.remote_for_store(store)
        except LookupError as error:
            raise StoreClosedError("store_not_configured") from error

    def _claim(self, intent: Intent) -> Claim:
        claim = self.ledger.claim(intent.intent_key, self.owner, self.clock())
        if claim is None:
            raise LostClaimError(f"intent {intent.intent_key} is in another worker's hands")
        return claim


def _named(error: Exception) -> str:
    """Only the kind of error: its words may hold what the remote keeps of a customer."""
    return type(error).__name__


def _of_every_call(answer: Answer, claim: Claim) -> Answer:
    """
    Return what an answer says of all calls that were made for the intent.

    That a repeat was refused proves nothing of the call before it, whose answer never came.
    """
    if claim.record.first_sent_at is None or not isinstance(answer, Refused | Absent):
        return answer
    said = "a repeat was refused, which says nothing of the call before it"
    return Unclear(f"{said} ({answer.message}): compare with the remote, and settle by hand")
