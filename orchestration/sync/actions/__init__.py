"""The actions that can be applied, in the order in which they run."""

from collections.abc import Mapping
from types import MappingProxyType

from orchestration.sync.action import Action
from orchestration.sync.actions.hold_for_inspection import HOLD_FOR_INSPECTION
from orchestration.sync.actions.issue_refund import ISSUE_REFUND
from orchestration.sync.actions.notify import NOTIFY
from orchestration.sync.actions.open_rma import OPEN_RMA
from orchestration.sync.actions.publish_quote import PUBLISH_QUOTE
from orchestration.sync.actions.publish_status import PUBLISH_STATUS
from orchestration.sync.actions.quarantine import QUARANTINE
from orchestration.sync.actions.restock import RESTOCK
from orchestration.sync.actions.write_off import WRITE_OFF

IN_ORDER: tuple[Action, ...] = (
    PUBLISH_QUOTE,
    QUARANTINE,
    HOLD_FOR_INSPECTION,
    RESTOCK,
    WRITE_OFF,
    ISSUE_REFUND,
    OPEN_RMA,
    PUBLISH_STATUS,
    NOTIFY,
)
ACTIONS: Mapping[str, Action] = MappingProxyType({action.name: action for action in IN_ORDER})
