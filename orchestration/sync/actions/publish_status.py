"""Tells the stages of a return where people look: on the storefront's order, and on the RMA."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    Absent,
    Answer,
    Applied,
    CaseAction,
    Held,
    Refused,
    Remote,
    Repeat,
    Request,
    Unclear,
    details_of,
    not_found,
    unsaid,
)
from orchestration.sync.remote import (
    Erp,
    RefusedError,
    RepeatError,
    SourceError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.sync.told import read_told, set_told, setting

RMA = "returnAuthorization"


@dataclass(frozen=True)
class PublishStatus(CaseAction):
    """Both places are set to the same words, and setting them twice is setting them once."""

    name: str = "publish_status"

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        return unsaid(intent)

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call on the metafield as it is now."""
        intent = record.intent
        request = setting(intent, remote, merge=lambda told: {**told, "stages": _stages(intent)})
        if isinstance(request, Held):
            return request
        context = {"rma": _rma(intent, remote), "before": _on_rma(intent, remote)}
        return Request(request.document, request.variables, context)

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Set the RMA's field, then the metafield; where that is not set, neither stays set."""
        rma = request.context["rma"]
        if rma is None or remote.erp is None:
            return set_told(request, remote, reference=intent.told)
        remote.erp.update(RMA, rma, {remote.rma_status_field: intent.told})
        try:
            answer = set_told(request, remote, reference=intent.told)
        except UnreadableAnswerError:
            raise
        except (RefusedError, RepeatError, StopError) as error:
            if _is_undone(request, remote.erp, remote):
                raise
            return Unclear(f"the RMA tells it, the order does not: {error}")
        if isinstance(answer, Absent | Refused) and not _is_undone(request, remote.erp, remote):
            return Unclear(f"the RMA tells it, the order does not: {answer.message}")
        return answer

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return what both places tell now."""
        told = dict(read_told(intent, remote).of(intent).get("stages") or {})
        return f"{told}, RMA {_on_rma(intent, remote) or 'tells nothing'}"

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:
        """See whether both places tell it."""
        intent = record.intent
        is_told = read_told(intent, remote).of(intent).get("stages") == _stages(intent)
        is_on_rma = _rma(intent, remote) is None or _on_rma(intent, remote) == intent.told
        if is_told and is_on_rma:
            return Applied(intent.told or "", "both places tell it")
        return not_found(record, "it is not told everywhere", now=now)


def _stages(intent: Intent) -> Mapping[str, Any]:
    """`confirmation=done inspection=in_progress` as fields."""
    return dict(part.split("=", 1) for part in (intent.told or "").split() if "=" in part)


def _rma(intent: Intent, remote: Remote) -> str | None:
    rma_id = details_of(intent).get("rma_id")
    return str(rma_id) if rma_id and remote.erp and remote.rma_status_field else None


def _is_undone(request: Request, erp: Erp, remote: Remote) -> bool:
    """Let the RMA tell again what it told before the call; whether that was done for sure."""
    before = {remote.rma_status_field: request.context["before"]}
    try:
        erp.update(RMA, request.context["rma"], before)
    except SourceError:
        return False
    return True


def _on_rma(intent: Intent, remote: Remote) -> str | None:
    rma_id = _rma(intent, remote)
    if rma_id is None or remote.erp is None:
        return None
    record = remote.erp.record(RMA, rma_id) or {}
    return record.get(remote.rma_status_field)


PUBLISH_STATUS = PublishStatus()
