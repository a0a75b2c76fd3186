"""What the engine asks of an action, and of the client that carries it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from orchestration.ledger import Intent, IntentRecord

DOCUMENTS = "gid://return-lifecycle/Intent/"
NAMESPACE = uuid5(NAMESPACE_URL, DOCUMENTS)


class Client(Protocol):
    """A system that can be written to; its errors are those of `orchestration.sync.remote`."""

    def execute(self, document: str, variables: Mapping[str, Any], /) -> dict[str, Any]:
        """Return the data of the answer, or raise."""
        ...


ClientForStore = Callable[[str], Client]


@dataclass(frozen=True)
class Request:
    """One call, as it is sent."""

    document: str
    variables: dict[str, Any]

    @property
    def hash(self) -> str:
        """What the call asks for, whatever the order of its fields or the document's wording."""
        text = json.dumps(self.variables, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


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


Answer = Applied | Refused | Unclear


class Repeat(Enum):
    """The remote itself makes a repeated call under the same key harmless."""

    IS_SAFE = "is_safe"


class Action(Protocol):
    """One kind of effect, on one system."""

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

    def request(self, intent: Intent) -> Request:
        """Return the call; equal intents give equal calls, on any day."""
        ...

    def answer(self, intent: Intent, data: dict[str, Any]) -> Answer:
        """Return what the answer to the call says."""
        ...

    def refusal(self, message: str, *, codes: tuple[str, ...]) -> Answer:
        """Return what a refusal by these codes means for this action."""
        ...

    def read_back(self, intent: Intent, client: Client) -> str:
        """Return the remote's state after the call, in words for the record."""
        ...

    def resolve(self, record: IntentRecord, client: Client, *, now: datetime) -> Repeat | Answer:
        """Find out what became of a call whose answer is not known; it changes nothing."""
        ...


def idempotency_key(intent: Intent) -> UUID:
    """Return the key the remote knows the call by, for ever the same for one intent."""
    return uuid5(NAMESPACE, intent.intent_key)


def document_uri(intent: Intent) -> str:
    """Return our own name for the intent, under which the remote's books show it."""
    return f"{DOCUMENTS}{intent.intent_key}"
