"""What the engine asks of an action, and of the systems that carry it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from orchestration.ledger import Intent, IntentRecord, State
from orchestration.sync.remote import Erp, Post, Storefront

DOCUMENTS = "gid://return-lifecycle/Intent/"
NAMESPACE = uuid5(NAMESPACE_URL, DOCUMENTS)

# A hold reason: the storefront shows no such order, whatever landed of it before.
ORDER_GONE = "order_gone"
# In the ledger, before the remote's own words.
KEY_SPENT = "the key is spent"

# A call without an answer may still be on its way: the systems give up by themselves after ten
# seconds (storefront) and five minutes (ERP), so what cannot be read by then did not happen.
SETTLED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Remote:
    """
    The systems as one store's actions reach them; None for what is not configured.

    `rma_status_field` is the account's field for the stages of a return, `opt_out_tag` the tag of
    customers who want no notices; `disposes_late` the store's way of putting units back on sale.
    """

    storefront: Storefront
    erp: Erp | None = None
    post: Post | None = None
    rma_status_field: str = ""
    opt_out_tag: str = ""
    disposes_late: bool = False


RemoteForStore = Callable[[str], Remote]


@dataclass(frozen=True)
class Request:
    """One call, as it is sent; `context` is kept beside it, to read the effect back by."""

    document: str
    variables: dict[str, Any]
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """What the call asks for, whatever the order of its fields or the document's wording."""
        return sha256(_as_text(self.variables).encode()).hexdigest()

    @property
    def text(self) -> str:
        """The call as the ledger keeps it."""
        return _as_text({"variables": self.variables, "context": self.context})


@dataclass(frozen=True)
class Applied:
    """The effect happened; `reference` is the remote's own name for it."""

    reference: str
    summary: str


@dataclass(frozen=True)
class Refused:
    """There was no effect and will be none under this key."""

    message: str


@dataclass(frozen=True)
class Unclear:
    """The remote's answer does not tell whether the effect happened."""

    message: str


@dataclass(frozen=True)
class Absent:
    """This call certainly had no effect, for a reason that passes: it may be made anew."""

    message: str


@dataclass(frozen=True)
class KeySpent:
    """Every call under this key failed, so there was no effect; the next needs another key."""

    message: str


Answer = Applied | Refused | Unclear | Absent | KeySpent


@dataclass(frozen=True)
class Held:
    """What the remote holds now speaks against the call: it is not made."""

    reason: str


@dataclass(frozen=True)
class Repeat:
    """The remote itself makes it harmless to make this call again, under the same key."""

    request: Request


class Action(Protocol):
    """One kind of effect."""

    @property
    def name(self) -> str:
        """The action's name in the gates and in the ledger."""
        ...

    @property
    def waits_for(self) -> frozenset[str]:
        """The actions that must not be in doubt for the same subject."""
        ...

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent at all, as a hold reason; empty if nothing."""
        ...

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call as the remote stands now; reading is all it may do."""
        ...

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Make the call, once, and return what its answer says."""
        ...

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return the remote's state after the call, in words for the record."""
        ...

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:
        """Find out what became of a call whose answer is not known; it changes nothing."""
        ...


@dataclass(frozen=True)
class CaseAction:
    """What the actions about a whole case share: they wait for no other."""

    name: str
    waits_for: frozenset[str] = frozenset()


def details_of(intent: Intent) -> Mapping[str, Any]:
    """Return what else the call needs."""
    return json.loads(intent.details) if intent.details else {}


def idempotency_key(record: IntentRecord) -> UUID:
    """
    Return the key the remote knows the call by: the last call's, or one made from the intent.

    Another one follows only where the remote said that the last key's calls have all failed.
    """
    sent = json.loads(record.request)["variables"] if record.request else {}
    last = sent.get("idempotencyKey")
    if last is None:
        return uuid5(NAMESPACE, record.intent.intent_key)
    is_spent = record.state is State.APPROVED and (record.message or "").startswith(KEY_SPENT)
    return uuid5(NAMESPACE, last) if is_spent else UUID(last)


def document_uri(intent: Intent) -> str:
    """Return our own name for the intent, under which the remote's books show it."""
    return f"{DOCUMENTS}{intent.intent_key}"


def is_settled(record: IntentRecord, *, now: datetime) -> bool:
    """Whether a call that was made can no longer be on its way."""
    return record.sent_at is None or now - record.sent_at >= SETTLED_AFTER


def not_found(record: IntentRecord, what: str, *, now: datetime) -> Unclear | Absent:
    """Return what it means that there is no effect to be read; `what` says so in words."""
    if is_settled(record, now=now):
        return Absent(what)
    return Unclear(f"{what} yet; the call may be on its way")


def unsaid(intent: Intent) -> str:
    """Return what an intent lacks that tells of a case on or by its order, as a hold reason."""
    if not intent.told:
        return "nothing_to_tell"
    return "" if details_of(intent).get("order_id") else "no_order"


def _as_text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
