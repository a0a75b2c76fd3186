"""Metafields of orders: set all or none, compared with the digest that was read."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.sandbox.identity import gid
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_refund_records import stamp_of
from orchestration.sandbox.storefront_wire import Record

MOST = 25
DIGEST_LENGTH = 64


@dataclass(frozen=True)
class MetafieldDesk:
    """Where one store's metafields are set, at one moment."""

    books: StorefrontBooks
    store: str
    now: datetime

    def find(self, owner: str, namespace: str | None, key: str) -> Record | None:
        """Return one metafield of an owner."""
        return self.books.get(self.store, metafield_id(owner, namespace, key))

    def set(self, asked: Sequence[Record]) -> Record:
        """Answer `metafieldsSet`."""
        with self.books.lock:
            errors = [
                {"field": ["metafields", str(position)], "elementIndex": position, **error}
                for position, entry in enumerate(asked)
                for error in self._errors(entry)
            ]
            if len(asked) > MOST:
                said = {"code": "LESS_THAN_OR_EQUAL_TO", "message": f"At most {MOST} metafields"}
                errors.append({"field": ["metafields"], "elementIndex": None, **said})
            if errors:
                return {"metafields": None, "userErrors": errors}
            made = [self._record(entry) for entry in asked]
            self.books.put(self.store, made)
            return {"metafields": made, "userErrors": []}

    def _errors(self, entry: Record) -> Iterator[Record]:
        owner = self.books.get(self.store, entry["ownerId"])
        if owner is None or owner["__typename"] != "Order":
            yield {"code": "INVALID", "message": "Owner does not exist."}
        known = self.find(entry["ownerId"], entry.get("namespace"), entry["key"])
        if known is None and not entry.get("type"):
            yield {"code": "BLANK", "message": "Type can't be blank"}
        if "compareDigest" in entry:
            yield from _digest_errors(entry["compareDigest"], known)
        try:
            json.loads(entry["value"])
        except ValueError:
            yield {"code": "INVALID_VALUE", "message": "Value is invalid JSON."}

    def _record(self, entry: Record) -> Record:
        namespace = entry.get("namespace")
        own = metafield_id(entry["ownerId"], namespace, entry["key"])
        known, value = self.books.get(self.store, own), entry["value"]
        return {
            "__typename": "Metafield",
            "id": own,
            "namespace": namespace or "$app",
            "key": entry["key"],
            "type": entry.get("type") or (known or {})["type"],
            "value": value,
            "jsonValue": json.loads(value),
            "compareDigest": hashlib.sha256(value.encode()).hexdigest(),
            "createdAt": (known or {}).get("createdAt", stamp_of(self.now)),
            "updatedAt": stamp_of(self.now),
        }


def metafield_id(owner: str, namespace: str | None, key: str) -> str:
    """Return the id of an owner's metafield."""
    return gid("Metafield", owner, f"{namespace or '$app'}.{key}")


def _digest_errors(digest: str | None, known: Record | None) -> Iterator[Record]:
    stale = {
        "code": "STALE_OBJECT",
        "message": "The resource has been updated since it was loaded. Try again with an updated"
        " `compareDigest` value.",
    }
    if digest is None:
        if known is not None:
            yield stale
    elif len(digest) != DIGEST_LENGTH:
        yield {"code": "INVALID_COMPARE_DIGEST", "message": "compareDigest is invalid."}
    elif known is None or known["compareDigest"] != digest:
        yield stale
