"""
Tells the customer that a stage is done, once.

An e-mail is sent at most once: whether a lost one arrived cannot be read back, so it waits for a
person. A webhook is sent at least once under one id, by which its receiver drops a second copy.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid5

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    NAMESPACE,
    ORDER_GONE,
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
    unsaid,
)
from orchestration.sync.notices import NoTemplateError, letter_of
from orchestration.sync.remote import storefront_document

SENT_BY = "post"


@dataclass(frozen=True)
class Contact:
    """Whom a letter is for, and what the store has marked them with."""

    address: str | None = field(default=None, repr=False)
    tags: tuple[str, ...] = ()


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
        contact = _contact(intent, remote) if is_asked else Contact()
        if contact is None:
            return Held(ORDER_GONE)
        if remote.opt_out_tag in contact.tags:
            return Held("unsubscribed")
        if remote.post.needs_address and not contact.address:
            return Held("no_contact")
        try:
            return _request(intent)
        except NoTemplateError:
            return Held("no_template")

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Hand the letter over."""
        if remote.post is None:
            return Refused("no post is configured")
        contact = _contact(intent, remote) if remote.post.needs_address else None
        address = contact.address if contact else None
        if remote.post.needs_address and not address:
            return Absent("the order has lost its address since it was looked at")
        letter = letter_of(intent, letter_id=request.variables["id"], address=address)
        receipt = remote.post.deliver(letter)
        return Applied(intent.told or "", f"{letter.kind} {letter.letter_id}: {receipt}")

    def read_back(self, _: Intent, __: Remote) -> str:
        """Nothing can be read back of a letter that is on its way."""
        return ""

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:  # noqa: ARG002
        """Only a receiver that drops copies may be handed the letter again."""
        if remote.post is not None and remote.post.is_repeatable:
            contact = _contact(record.intent, remote) if remote.opt_out_tag else Contact()
            if contact is None or remote.opt_out_tag in contact.tags:
                return Unclear("the customer has unsubscribed or gone: it is not sent once more")
            return Repeat(_request(record.intent))
        return Unclear(
            "whether the e-mail was taken is not known: ask the mail server, and settle"
        )


def letter_id(intent: Intent) -> str:
    """Return the id of a notice: of its case and stage, whatever evidence it was planned on."""
    return str(uuid5(NAMESPACE, f"{intent.action}|{intent.store}|{intent.subject}"))


def _request(intent: Intent) -> Request:
    letter = letter_of(intent, letter_id=letter_id(intent), address=None)
    return Request(SENT_BY, {"id": letter.letter_id, "subject": letter.subject})


def _contact(intent: Intent, remote: Remote) -> Contact | None:
    """Return what the order says of its customer now; None where it is gone."""
    asked = {"orderId": details_of(intent)["order_id"]}
    order = remote.storefront.ask(storefront_document("order_contact"), asked)["order"]
    if order is None:
        return None
    customer = order.get("customer") or {}
    email = customer.get("defaultEmailAddress") or {}
    own = email.get("emailAddress") if email.get("validFormat") else None
    return Contact(own or order.get("email"), tuple(customer.get("tags") or ()))


NOTIFY = Notify()
