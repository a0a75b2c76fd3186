"""Customers without what tells who they are: an id, a keyed hash, and a form to be shown."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from orchestration.extract.errors import UnreadableAnswerError

HIDDEN = "***"


@dataclass(frozen=True)
class CustomerKeys:
    """Makes the keys of customers with a secret (HMAC-SHA-256, in hexadecimal)."""

    secret: str = field(repr=False)

    def key_of(self, identity: str) -> str:
        """Return the key of an e-mail, however it is written, or of an id."""
        said = identity.strip().lower().encode()
        return hmac.new(self.secret.encode(), said, sha256).hexdigest()

    @property
    def made_with(self) -> str:
        """What tells this secret from another one, and gives nothing of it away."""
        return self.key_of("made with")

    def without_names(self, answer: bytes, *, is_forgotten: Callable[[str], bool]) -> bytes:
        """
        Return an answer of the customers query with what may land in place of its records.

        A forgotten customer keeps its id alone, which its orders name anyway. Raises
        UnreadableAnswerError, which says nothing of the answer, for one of another shape.
        """
        try:
            content = msgspec.json.decode(answer)
            nodes = [self._record(node, is_forgotten) for node in content["data"]["nodes"] if node]
        except (msgspec.MsgspecError, AttributeError, KeyError, TypeError):
            raise UnreadableAnswerError(
                "the storefront answered with customers of another shape than asked for: repeat"
            ) from None
        return msgspec.json.encode({"data": {"nodes": nodes}})

    def _record(
        self, node: Mapping[str, Any], is_forgotten: Callable[[str], bool]
    ) -> dict[str, str | None]:
        email = (node.get("defaultEmailAddress") or {}).get("emailAddress")
        key = self.key_of(email or node["id"])
        if is_forgotten(key) or is_forgotten(self.key_of(node["id"])):
            return {"id": node["id"], "customer_key": None, "display_name": None}
        return {"id": node["id"], "customer_key": key, "display_name": _display_name(node, email)}


def masked(email: str) -> str:
    """Return an e-mail of which the first letters stay: a***@e***.com."""
    local, _, domain = email.strip().lower().rpartition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{local[:1]}{HIDDEN}@{(host or ending)[:1]}{HIDDEN}{dot and dot + ending}"


def _display_name(node: Mapping[str, Any], email: str | None) -> str:
    """A company is known by its key in the ERP; a buyer without e-mail by nothing."""
    if email:
        return masked(email)
    kind, _, number = str(node["id"]).removeprefix("gid://shopify/").partition("/")
    return str(node.get("externalId") or f"{kind} {HIDDEN}{number[-4:]}")
