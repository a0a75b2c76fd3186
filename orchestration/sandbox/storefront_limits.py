"""What a query costs and whether a store's bucket can pay it: a leaky bucket as the real one."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

MOST_A_QUERY = 1000
MUTATION_COST = 10
FREE = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})


@dataclass(frozen=True)
class Limits:
    """
    How a store limits its clients: its bucket's size and restore rate in points, the latency.

    The defaults let a rehearsal run at full speed; a small shop has 2,000 and 100.
    """

    size: float = 1_000_000.0
    restore_rate: float = 50_000.0
    latency_seconds: float = 0.0


@dataclass
class Buckets:
    """The bucket of each store; it refills as time passes, and is never fuller than its size."""

    limits: Limits
    ticks: Callable[[], float] = time.monotonic
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    throttled: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, store: str, points: float) -> bool:
        """Take so many points; False where there are not enough, and none are taken then."""
        with self._lock:
            level = self._level(store)
            if level < points:
                self.throttled[store] += 1
                return False
            self._levels[store] = (level - points, self.ticks())
            return True

    def give_back(self, store: str, points: float) -> None:
        """Return what a query was held to cost and did not."""
        with self._lock:
            level = min(self._level(store) + points, self.limits.size)
            self._levels[store] = (level, self.ticks())

    def status(self, store: str) -> dict[str, float]:
        """Return the bucket as an answer tells of it."""
        with self._lock:
            level = self._level(store)
        return {
            "maximumAvailable": self.limits.size,
            "currentlyAvailable": float(int(level)),
            "restoreRate": self.limits.restore_rate,
        }

    def _level(self, store: str) -> float:
        level, at = self._levels.get(store, (self.limits.size, 0.0))
        return min(self.limits.size, level + (self.ticks() - at) * self.limits.restore_rate)


class Price:
    """
    A plausible price of a document: an object one point, a connection by the root of its size.

    What the real one charges cannot be computed; the root fits the prices that were seen.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self._schema, self._variables = schema, variables
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        operations = (n for n in document.definitions if isinstance(n, OperationDefinitionNode))
        self.points = max(self._of_operation(operation) for operation in operations)

    def _of_operation(self, operation: OperationDefinitionNode) -> int:
        if operation.operation.value == "mutation":
            return MUTATION_COST
        root = self._schema.query_type
        return max(self._of_selections(operation.selection_set, root), 1) if root else 1

    def _of_selections(self, selections: SelectionSetNode, kind: GraphQLNamedType) -> int:
        own, branches = 0, [0]
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                own += self._of_field(selection, kind)
                continue
            target = self._fragment(selection)
            condition = target.type_condition
            inner = self._schema.type_map[condition.name.value] if condition else kind
            branches.append(self._of_selections(target.selection_set, inner))
        # Of an interface's branches the dearest counts.
        return own + (max(branches) if is_abstract_type(kind) else sum(branches))

    def _fragment(self, selection: SelectionNode) -> InlineFragmentNode | FragmentDefinitionNode:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragments[selection.name.value]
        if isinstance(selection, InlineFragmentNode):
            return selection
        raise TypeError(f"{selection.kind} is no fragment")

    def _of_field(self, node: FieldNode, kind: GraphQLNamedType) -> int:
        declared = getattr(kind, "fields", {}).get(node.name.value)
        if declared is None or node.selection_set is None:
            return 0
        named = get_named_type(declared.type)
        if not is_composite_type(named) or named.name in FREE:
            return 0
        inside = self._of_selections(node.selection_set, named)
        if named.name.endswith("Connection"):
            return ceil(sqrt(self._size(node))) * inside
        if named.name.endswith("Edge"):
            return inside
        ids = self._value(node, "ids")
        return 1 + inside if ids is None else len(ids) * max(inside, 1)

    def _size(self, node: FieldNode) -> int:
        # A size that cannot be is refused later, by the connection.
        size = self._value(node, "first") or self._value(node, "last") or 1
        # What is no number costs what one record does, and is refused when it is executed.
        return max(size, 0) if isinstance(size, int) else 1

    def _value(self, node: FieldNode, name: str) -> Any:
        for argument in node.arguments:
            if argument.name.value == name and isinstance(argument.value, VariableNode):
                return self._variables.get(argument.value.name.value)
            if argument.name.value == name and isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
        return None


def objects_in(data: Any) -> int:
    """Return how many objects an answer holds: what a query came to in the end."""
    if isinstance(data, dict):
        return 1 + sum(objects_in(value) for value in data.values())
    if isinstance(data, list):
        return sum(objects_in(item) for item in data)
    return 0
