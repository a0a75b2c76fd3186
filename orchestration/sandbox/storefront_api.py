"""The storefront's endpoint: token, version, cost and errors around the executed document."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLFormattedError,
    GraphQLSyntaxError,
    execute_sync,
    parse,
    validate,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orchestration.sandbox.storefront_access import (
    NOT_ADMITTED,
    TOKEN_HEADER,
    AccessDesk,
    store_of,
)
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_bulk import BulkDesk
from orchestration.sandbox.storefront_limits import (
    MOST_A_QUERY,
    Buckets,
    Limits,
    Price,
    objects_in,
)
from orchestration.sandbox.storefront_refusals import named
from orchestration.sandbox.storefront_schema import executable_schema
from orchestration.sandbox.storefront_visit import Visit

THROTTLED = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
API_VERSIONS = ("2026-04", "2026-07", "2026-10")
SHOP = "{ shop { id name currencyCode ianaTimezone taxesIncluded } }"
VERSION = re.compile(r"20\d\d-(01|04|07|10)")


class InvalidDocumentError(ValueError):
    """A document asks for what the schema does not have."""

    def __init__(self, problems: list[GraphQLFormattedError]) -> None:
        super().__init__(problems[0]["message"])
        self.problems = problems


class StorefrontApi:
    """Answers documents about each store's records."""

    def __init__(
        self,
        books: StorefrontBooks,
        desk: AccessDesk,
        clock: Callable[[], datetime],
        *,
        limits: Limits,
    ) -> None:
        self.books, self.desk, self._clock = books, desk, clock
        self.buckets = Buckets(limits)
        self.bulk = BulkDesk()
        self._schema = executable_schema()
        # A client sends few documents, many times each.
        self._valid = lru_cache(maxsize=256)(self._validated)

    async def answer(self, request: Request) -> Response:
        """Answer one request; every answer has an id, by which the vendor finds it again."""
        answered = await self._answered(request)
        answered.headers["X-Request-ID"] = str(uuid4())
        return answered

    async def _answered(self, request: Request) -> Response:
        store, version = store_of(request), _served(request.path_params["version"])
        if store not in self.desk.permanent or version is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        headers = {"X-Shopify-API-Version": version}
        if not self.desk.admits(store, request.headers.get(TOKEN_HEADER, "")):
            return JSONResponse({"errors": NOT_ADMITTED}, 401)
        body = _asked(await request.body(), request.headers.get("Content-Type", ""))
        if body is None:
            return JSONResponse(
                {"errors": {"query": "Required parameter missing or invalid"}}, 400
            )
        await asyncio.sleep(self.buckets.limits.latency_seconds)
        return JSONResponse(self.execute(store, body), headers=headers)

    async def shop(self, request: Request) -> Response:
        """Answer the one request of the older interface that connectors begin with."""
        store, version = store_of(request), _served(request.path_params["version"])
        if store not in self.desk.permanent or version is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        if not self.desk.admits(store, request.headers.get(TOKEN_HEADER, "")):
            return JSONResponse({"errors": NOT_ADMITTED}, 401)
        asked = {"query": SHOP, "variables": {}}
        found = self.execute(store, asked)["data"]["shop"]
        shown = {
            "id": int(found["id"].rpartition("/")[2]),
            "name": found["name"],
            "myshopify_domain": f"{store}.myshopify.com",
            "currency": found["currencyCode"],
            "iana_timezone": found["ianaTimezone"],
            "taxes_included": found["taxesIncluded"],
        }
        return JSONResponse({"shop": shown}, headers={"X-Shopify-API-Version": version})

    async def file(self, request: Request) -> Response:
        """Answer the signed address of a bulk operation's file; it needs no token."""
        body = self.bulk.file(request.path_params["token"])
        if body is None:
            return Response(b"<Error><Code>ExpiredToken</Code></Error>", 400)
        return Response(body, media_type="application/jsonl")

    def _validated(self, text: str) -> DocumentNode:
        document = parse(text)
        problems = validate(self._schema, document)
        if problems:
            raise InvalidDocumentError([named(problem.formatted) for problem in problems])
        return document

    def execute(self, store: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer one document, `query` with its `variables`, about a store."""
        try:
            document = self._valid(body["query"])
        except GraphQLSyntaxError as error:
            return {"errors": [error.formatted]}
        except InvalidDocumentError as error:
            return {"errors": error.problems}
        points = Price(self._schema, document, body["variables"]).points
        if points > MOST_A_QUERY:
            return {"errors": [_too_costly(points)]}
        if not self.buckets.take(store, points):
            return {"errors": [THROTTLED], **self._cost(store, points, None)}
        visit = Visit(self.books, store, self._clock(), self.bulk)
        result = execute_sync(
            self._schema,
            document,
            variable_values=body["variables"],
            operation_name=body.get("operationName"),
            context_value=visit,
        )
        if result.errors and all(_is_of_request(error) for error in result.errors):
            # Nothing was executed: the answer has no data, and it costs nothing.
            self.buckets.give_back(store, points)
            return {"errors": [_refused(error) for error in result.errors]}
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        actual = min(points, objects_in(result.data))
        self.buckets.give_back(store, points - actual)
        answer |= self._cost(store, points, actual)
        if visit.searches:
            answer["extensions"]["search"] = visit.searches
        return answer

    def _cost(self, store: str, points: int, actual: int | None) -> dict[str, Any]:
        cost = {
            "requestedQueryCost": points,
            "actualQueryCost": actual,
            "throttleStatus": self.buckets.status(store),
        }
        return {"extensions": {"cost": cost}}


def _asked(body: bytes, content_type: str) -> dict[str, Any] | None:
    """Return a document with its variables; None for a body that holds none."""
    try:
        if content_type.partition(";")[0].strip().lower() == "application/graphql":
            return {"query": body.decode(), "variables": {}}
        asked = dict(json.loads(body))
        asked["variables"] = dict(asked.get("variables") or {})
    except (ValueError, TypeError):
        return None
    return asked if isinstance(asked.get("query"), str) else None


def _served(version: str) -> str | None:
    """Return the version that answers: for a retired one the oldest, for one to come none."""
    if not VERSION.fullmatch(version) or version > API_VERSIONS[-1]:
        return None
    return max(version, API_VERSIONS[0])


def _too_costly(points: int) -> dict[str, Any]:
    return {
        "message": f"Query cost is {points}, which exceeds the single query max cost limit"
        f" ({MOST_A_QUERY}).",
        "extensions": {"code": "MAX_COST_EXCEEDED", "cost": points, "maxCost": MOST_A_QUERY},
    }


def _is_of_request(error: GraphQLError) -> bool:
    """Whether an error is of the whole request: no field was reached."""
    return error.path is None and not error.extensions


def _refused(error: GraphQLError) -> GraphQLFormattedError:
    # Before any field is reached only the variables can be wrong.
    return {**error.formatted, "extensions": {"code": "INVALID_VARIABLE"}}
