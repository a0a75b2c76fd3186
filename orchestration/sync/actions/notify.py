"""
Tells the customer that a stage is done, once.

An e-mail is sent at most once: whether a lost one arrived cannot be read back, so it waits for a
person. A webhook is sent at least once under one id, by which its receiver drops a second copy.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    NAMESPACE,
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
    unsaid,
)
from orchestration.sync.notices import NoTemplateError, letter_of
from orchestration.sync.remote import storefront_document

SENT_BY = "post"


@dataclass(frozen=True)
class Notify(CaseAction):
    """The address is read at the moment of sending, and kept nowhere."""

    name: str = "notify"

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        return unsaid(intent)

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the notice without its address; whoever has unsubscribed gets none."""
        intent = record.intent
        if remote.post is None:
            return Held("no_post_configured")
        is_asked = bool(remote.post.needs_address or remote.opt_out_tag)
        contact = _contact(intent, remote) if is_asked else {"address": None, "tags": []}
        if _has_opted_out(contact, remote):
            return Held("unsubscribed")
        if remote.post.needs_address and not contact["address"]:
            return Held("no_contact")
        try:
            return _request(intent)
        except NoTemplateError:
            return Held("no_template")

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Hand the letter over."""
        if remote.post is None:
            return Refused("no post is configured")
        address = _contact(intent, remote)["address"] if remote.post.needs_address else None
        letter = letter_of(intent, letter_id=request.variables["id"], address=address)
        receipt = remote.post.deliver(letter)
        return Applied(intent.told or "", f"{letter.kind} {letter.letter_id}: {receipt}")

    def read_back(self, _: Intent, __: Remote) -> str:
        """Nothing can be read back of a letter that is on its way."""
        return ""

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:  # noqa: ARG002
        """Only a receiver that drops copies may be handed the letter again."""
        if remote.post is not None and remote.post.is_repeatable:
            if remote.opt_out_tag and _has_opted_out(_contact(record.intent, remote), remote):
                return Unclear("the customer has unsubscribed since: it is not sent once more")
            return Repeat(_request(record.intent))
        return Unclear(
            "whether the e-mail was taken is not known: ask the mail server, and settle"
        )


def _has_opted_out(contact: dict[str, Any], remote: Remote) -> bool:
    return bool(remote.opt_out_tag) and remote.opt_out_tag in (contact["tags"] or [])


def letter_id(intent: Intent) -> str:
    """Return the id of a notice: of its case and stage, whatever evidence it was planned on."""
    return str(uuid5(NAMESPACE, f"{intent.action}|{intent.store}|{intent.subject}"))


def _request(intent: Intent) -> Request:
    letter = letter_of(intent, letter_id=letter_id(intent), address=None)
    return Request(SENT_BY, {"id": letter.letter_id, "subject": letter.subject})


def _contact(intent: Intent, remote: Remote) -> dict[str, Any]:
    asked = {"orderId": details_of(intent)["order_id"]}
    order = remote.storefront.ask(storefront_document("order_contact"), asked)["order"] or {}
    customer = order.get("customer") or {}
    email = customer.get("defaultEmailAddress") or {}
    own = email.get("emailAddress") if email.get("validFormat") else None
    return {"address": own or order.get("email"), "tags": customer.get("tags")}


NOTIFY = Notify()
