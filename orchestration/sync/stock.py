"""An effect on stock by the method that its row was planned with, and by no other."""

from dataclasses import dataclass
from datetime import datetime

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import Answer, Held, Remote, Repeat, Request, details_of
from orchestration.sync.dispositions import Disposition
from orchestration.sync.inventory import InventoryAction

DISPOSITIONS = "dispositions"


@dataclass(frozen=True)
class StockAction:
    """
    Units that leave quality control, or units of a return that nobody has decided on yet.

    The intent says which, for ever: moving a unit's state and disposing of it books it twice.
    """

    by_states: InventoryAction
    by_disposition: Disposition

    @property
    def name(self) -> str:
        """The action's name, whatever the method."""
        return self.by_states.name

    @property
    def waits_for(self) -> frozenset[str]:
        """The actions that bring units to where this one takes them from."""
        return self.by_states.waits_for

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        return self._of(intent).missing(intent)

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call as the remote stands now."""
        return self._of(record.intent).prepare(record, remote)

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Make the call."""
        return self._of(intent).send(request, intent, remote)

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return the remote's state after the call."""
        return self._of(intent).read_back(intent, remote)

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:
        """Find out what became of a call by the method it was made with."""
        return self._of(record.intent).resolve(record, remote, now=now)

    def _of(self, intent: Intent) -> InventoryAction | Disposition:
        is_disposed = details_of(intent).get("method") == DISPOSITIONS
        return self.by_disposition if is_disposed else self.by_states
