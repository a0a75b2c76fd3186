"""Connections: pages of at most 250 records, with cursors that survive a change of the list."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

Record = dict[str, Any]
Key = Callable[[Any], list[str]]

MAX_PAGE = 250


def page(records: Sequence[Any], arguments: Record, *, key: Key | None = None) -> Record:
    """
    Return one page of a connection.

    With a key the records are put in its order, and a cursor stands for a place in that order: a
    record that has moved since neither breaks the next page nor shifts it. Without one they keep
    their own order. Raises GraphQLError for a size or cursor that the real API refuses.
    """
    size = _size(arguments)
    keys = [key(record) for record in records] if key else [[_id(record)] for record in records]
    places = sorted(range(len(keys)), key=keys.__getitem__) if key else list(range(len(keys)))
    if arguments.get("reverse"):
        places.reverse()
    low, high = _bounds([keys[place] for place in places], arguments, is_sorted=key is not None)
    if arguments.get("first") is None:
        start, end = max(low, high - size), high
    else:
        start, end = low, max(low, min(high, low + size))
    return _answer(records, keys, places, start, end)


def _answer(
    records: Sequence[Any], keys: Sequence[list[str]], places: list[int], *bounds: int
) -> Record:
    start, end = bounds
    chosen = places[start:end]
    cursors = [_cursor(keys[place]) for place in chosen]
    nodes = [records[place] for place in chosen]
    return {
        "nodes": nodes,
        "edges": [
            {"cursor": cursor, "node": node} for cursor, node in zip(cursors, nodes, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": end < len(places),
            "hasPreviousPage": start > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _size(arguments: Record) -> int:
    asked = [arguments.get(name) for name in ("first", "last")]
    sizes = [int(size) for size in asked if size is not None]
    if not sizes:
        raise _refused("you must provide one of first or last")
    size = sizes[0]
    if not 0 <= size <= MAX_PAGE:
        raise _refused(f"the page size must be between 0 and {MAX_PAGE}, {size} was given")
    return size


def _bounds(keys: list[list[str]], arguments: Record, *, is_sorted: bool) -> tuple[int, int]:
    after, before = arguments.get("after"), arguments.get("before")
    is_reversed = bool(arguments.get("reverse"))

    def place(cursor: str, *, is_after: bool) -> int:
        wanted = _read(cursor)
        if not is_sorted:
            return _index(keys, wanted) + is_after
        return sum(
            (key > wanted if is_reversed else key < wanted) or (is_after and key == wanted)
            for key in keys
        )

    low = 0 if after is None else place(after, is_after=True)
    return low, len(keys) if before is None else place(before, is_after=False)


def _index(keys: list[list[str]], wanted: list[str]) -> int:
    if wanted not in keys:
        raise _refused("Invalid cursor for current pagination sort.")
    return keys.index(wanted)


def _id(record: Any) -> str:
    return str(record.get("$ref") or record.get("id") or "")


def _cursor(key: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _read(cursor: str) -> list[str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise _refused("Invalid cursor for current pagination sort.") from error
    if not isinstance(found, list) or not all(isinstance(part, str) for part in found):
        raise _refused("Invalid cursor for current pagination sort.")
    return found


def _refused(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
