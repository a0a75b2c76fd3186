"""What the storefront says to each document of the project's client, made of recorded texts."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from graphql import parse

from orchestration.sandbox.storefront_api import THROTTLED
from orchestration.sandbox.storefront_limits import Buckets, Limits, Price, objects_in
from orchestration.sandbox.storefront_schema import executable_schema
from tests.benchmarks.replay.books import Books, stamp
from tests.benchmarks.replay.recording import CLOCK, STORE

NAME = re.compile(r"(?:query|mutation)\s+(\w+)")
BOUND = re.compile(r"updated_at:(>=|<)'([^']+)'")
FIRST_OPERATION = 5_000_001
Body = Sequence[bytes | memoryview]


class UnknownDocumentError(ValueError):
    """A document that was not recorded; teach `Answers` to answer it."""


class Answers:
    """One store: its orders by page, by id and in bulk, at the price and pace of the sandbox."""

    def __init__(self, books: Books, limits: Limits) -> None:
        self._books = books
        self._schema = executable_schema()
        self._prices: dict[tuple[object, ...], int] = {}
        self._operations: list[str] = []
        self.buckets = Buckets(limits)
        self.spent = 0
        self.url = ""

    def answer(self, asked: bytes) -> Body:
        """Return the body for a request's body, in parts."""
        body = json.loads(asked)
        document, variables = body["query"], body.get("variables") or {}
        name = NAME.search(document)
        answers: Mapping[str, Callable[[Mapping[str, Any]], tuple[Body, int]]] = {
            "Orders": self._orders,
            "OrdersCount": self._count,
            "BesideBulkOrders": self._beside,
            "BulkRun": self._run,
            "BulkStatus": self._status,
            "BulkNewest": self._newest,
        }
        if name is None or name[1] not in answers:
            raise UnknownDocumentError(document)
        points = self._price(document, variables)
        if not self.buckets.take(STORE, points):
            said = _text({"errors": [THROTTLED]})[:-1]
            return [said, self._cost(points, None)]
        parts, objects = answers[name[1]](variables)
        actual = min(points, objects)
        self.spent += actual
        self.buckets.give_back(STORE, points - actual)
        return [b'{"data":', *parts, self._cost(points, actual)]

    def _orders(self, asked: Mapping[str, Any]) -> tuple[Body, int]:
        bounds = {sign: _seconds(at) for sign, at in BOUND.findall(asked["query"])}
        low, high = self._books.between(bounds.get(">="), bounds.get("<"))
        first, is_reversed = asked["first"], asked.get("reverse", False)
        key = _key(asked["after"]) if asked.get("after") else None
        if is_reversed:
            high = high if key is None else max(low, min(high, self._books.before(key)))
            places = range(high - 1, max(low, high - first) - 1, -1)
            has_next = high - first > low
        else:
            low = low if key is None else min(max(low, self._books.after(key)), high)
            places = range(low, min(low + first, high))
            has_next = low + first < high
        end = _cursor(*self._books.key_at(places[-1])) if places else None
        info = _text({"hasNextPage": has_next, "endCursor": end})
        weight = self._books.weight(min(places, default=0), max(places, default=-1) + 1)
        head = b'{"orders":{"pageInfo":' + info + b',"nodes":['
        return [head, *self._nodes(places), b"]}}"], 3 + weight

    def _nodes(self, places: range) -> Body:
        if places.step == 1:
            return [self._books.nodes(places.start, places.stop)]
        return _with_commas([self._books.nodes(place, place + 1) for place in places])

    def _count(self, asked: Mapping[str, Any]) -> tuple[Body, int]:
        bounds = {sign: _seconds(at) for sign, at in BOUND.findall(asked["query"])}
        low, high = self._books.between(bounds.get(">="), bounds.get("<"))
        return _small({"ordersCount": {"count": high - low}})

    def _beside(self, asked: Mapping[str, Any]) -> tuple[Body, int]:
        places = [self._books.place_of(id_) for id_ in asked["ids"]]
        texts = [b"null" if place is None else self._books.beside(place) for place in places]
        weight = sum(objects_in(json.loads(bytes(text))) for text in texts)
        return [b'{"nodes":[', *_with_commas(texts), b"]}"], 1 + weight

    def _run(self, asked: Mapping[str, Any]) -> tuple[Body, int]:
        self._operations.append(asked["query"])
        names = ("id", "query", "status", "createdAt")
        # As the sandbox has it: what is answered has not begun.
        told = self._told(len(self._operations) - 1) | {"status": "CREATED"}
        chosen = {name: told[name] for name in names}
        return _small({"bulkOperationRunQuery": {"bulkOperation": chosen, "userErrors": []}})

    def _status(self, asked: Mapping[str, Any]) -> tuple[Body, int]:
        number = int(asked["id"].rpartition("/")[2]) - FIRST_OPERATION
        return _small({"bulkOperation": self._told(number)})

    def _newest(self, _: Mapping[str, Any]) -> tuple[Body, int]:
        names = ("id", "query", "status", "createdAt")
        told = [self._told(number) for number in reversed(range(len(self._operations)))]
        nodes = [{name: operation[name] for name in names} for operation in told[:25]]
        return _small({"bulkOperations": {"nodes": nodes}})

    def _told(self, number: int) -> dict[str, Any]:
        return {
            "id": f"gid://shopify/BulkOperation/{FIRST_OPERATION + number}",
            "query": self._operations[number],
            "status": "COMPLETED",
            "errorCode": None,
            "createdAt": stamp(CLOCK),
            "objectCount": str(self._books.index.objects),
            "rootObjectCount": str(self._books.index.orders),
            "fileSize": str(self._books.bulk.stat().st_size),
            "url": f"{self.url}/bulk/objects.jsonl",
        }

    def _price(self, document: str, variables: Mapping[str, Any]) -> int:
        sizes = (document, variables.get("first"), len(variables.get("ids", ())))
        if sizes not in self._prices:
            self._prices[sizes] = Price(self._schema, parse(document), variables).points
        return self._prices[sizes]

    def _cost(self, points: int, actual: int | None) -> bytes:
        cost = {
            "requestedQueryCost": points,
            "actualQueryCost": actual,
            "throttleStatus": self.buckets.status(STORE),
        }
        return b',"extensions":' + _text({"cost": cost}) + b"}"


def _small(data: dict[str, Any]) -> tuple[Body, int]:
    return [_text(data)], objects_in(data)


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _with_commas(texts: Sequence[bytes | memoryview]) -> Body:
    parts = [part for text in texts for part in (b",", text)]
    return parts[1:]


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())


def _cursor(changed: int, id_: str) -> str:
    key = [stamp(datetime.fromtimestamp(changed, UTC)), id_]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _key(cursor: str) -> tuple[int, str]:
    changed, id_ = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    return _seconds(changed), id_
