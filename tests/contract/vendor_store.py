"""A store that is nothing but the vendor's schema: it answers any document with made-up values."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from graphql import (
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    execute_sync,
    parse,
)

VALUES: dict[str, object] = {
    "Boolean": True,
    "DateTime": "2026-03-01T12:00:00Z",
    "Date": "2026-03-01",
    "Decimal": "12.30",
    "Float": 0.5,
    "Int": 3,
    "UnsignedInt64": "4611686018427387904",
    "BigInt": "4611686018427387904",
    "URL": "https://shop.example/file",
}


@dataclass(frozen=True)
class Asked:
    """One request of the client, and what the schema held wrong with it."""

    document: str
    variables: dict[str, Any]
    errors: tuple[str, ...]


class VendorStore:
    """
    Executes each request on the schema and remembers it.

    Every connection has two pages, and every list two members, so that a client has to send the
    documents of further pages too. What is written is done: it has no errors.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._made: dict[str, int] = defaultdict(int)
        self.asked: list[Asked] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request as a transport of httpx does."""
        body = json.loads(request.content)
        result = execute_sync(
            self._schema,
            parse(body["query"]),
            variable_values=body["variables"],
            field_resolver=self._resolved,
            type_resolver=_kind,
        )
        errors = tuple(f"{error.path}: {error.message}" for error in result.errors or ())
        self.asked.append(Asked(body["query"], body["variables"], errors))
        return httpx.Response(200, json=result.formatted)

    def _resolved(self, source: dict[str, Any] | None, info: Any, **arguments: Any) -> object:
        source = source or {}
        if info.parent_type.name == "PageInfo":
            return {"hasNextPage": source["after"] is None, "endCursor": "the-second-page"}.get(
                info.field_name, True
            )
        if info.field_name == "pageInfo":
            return source
        if info.field_name == "userErrors":
            return []
        if "ids" in arguments:
            return [_record(each) for each in arguments["ids"]]
        if info.field_name == "id" and "id" in source:
            return source["id"]
        return self._value(info.return_type, info, arguments)

    def _value(self, kind: Any, info: Any, arguments: dict[str, Any]) -> object:
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, info, arguments)
        if isinstance(kind, GraphQLList):
            return [self._value(kind.of_type, info, arguments) for _ in range(2)]
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values.values())).value
        if kind.name == "ID":
            owner = info.parent_type.name
            self._made[owner] += 1
            return f"gid://shopify/{owner}/{self._made[owner]}"
        if hasattr(kind, "fields") or hasattr(kind, "types"):
            named = arguments.get("id")
            return _record(named) if named else {"after": arguments.get("after")}
        return VALUES.get(kind.name, f"some {info.field_name}")


def _record(global_id: str) -> dict[str, Any]:
    return {"id": global_id, "after": None, "kind": global_id.split("/")[3]}


def _kind(value: dict[str, Any], info: Any, abstract: Any) -> str:
    """Return the type an id names, or the first that the document's fragments ask about."""
    possible = [kind.name for kind in info.schema.get_possible_types(abstract)]
    if value.get("kind") in possible:
        return value["kind"]
    asked = [
        part.type_condition.name.value
        for node in info.field_nodes
        for part in _parts(node.selection_set, info)
        if getattr(part, "type_condition", None)
    ]
    return next((name for name in asked if name in possible), possible[0])


def _parts(selections: Any, info: Any) -> Iterator[Any]:
    """Yield what is selected, a named fragment as what it selects itself."""
    for part in selections.selections:
        if isinstance(part, FragmentSpreadNode):
            yield from _parts(info.fragments[part.name.value].selection_set, info)
        else:
            yield part
