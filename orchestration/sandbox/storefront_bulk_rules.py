"""What a bulk operation refuses to run: the rules that the real validator was seen to hold."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

MOST_BYTES = 65_535
MOST_CONNECTIONS = 5
DEEPEST = 2


def bulk_refusals(schema: GraphQLSchema, document: DocumentNode, text: str) -> list[str]:
    """Return why a query cannot run in bulk; nothing where it can."""
    rules = _Rules(schema)
    refusals = list(rules.of(document))
    if len(text.encode()) > MOST_BYTES:
        refusals.append(f"The query is larger than {MOST_BYTES} bytes.")
    if not rules.connections:
        refusals.append("A bulk query must contain at least one connection.")
    if rules.connections > MOST_CONNECTIONS:
        refusals.append(f"A bulk query may not have more than {MOST_CONNECTIONS} connections.")
    return refusals


class _Rules:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.connections = 0

    def of(self, document: DocumentNode) -> Iterator[str]:
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        if len(operations) != 1 or any(
            isinstance(d, FragmentDefinitionNode) for d in document.definitions
        ):
            yield "A bulk query must be one operation without fragment definitions."
            return
        fields = [s for s in operations[0].selection_set.selections if isinstance(s, FieldNode)]
        if len(fields) != 1 or fields[0].name.value in ("node", "nodes"):
            yield "A bulk query has one root field, and it is neither node nor nodes."
        root = self._schema.query_type
        if root is not None:
            yield from self._inside(operations[0].selection_set, root, depth=0, in_list=False)

    def _inside(
        self, selections: SelectionSetNode, kind: GraphQLNamedType, *, depth: int, in_list: bool
    ) -> Iterator[str]:
        for selection in selections.selections:
            if isinstance(selection, InlineFragmentNode):
                yield from self._inside(
                    selection.selection_set, kind, depth=depth, in_list=in_list
                )
            if isinstance(selection, FieldNode) and isinstance(kind, GraphQLObjectType):
                yield from self._field(selection, kind, depth=depth, in_list=in_list)

    def _field(
        self, node: FieldNode, kind: GraphQLObjectType, *, depth: int, in_list: bool
    ) -> Iterator[str]:
        declared = kind.fields.get(node.name.value)
        if declared is None or node.selection_set is None:
            return
        named = get_named_type(declared.type)
        is_list = is_list_type(get_nullable_type(declared.type))
        if not named.name.endswith("Connection"):
            yield from self._inside(
                node.selection_set, named, depth=depth, in_list=in_list or is_list
            )
            return
        self.connections += 1
        if in_list:
            yield f"The connection {node.name.value} is inside a list, which bulk cannot carry."
        if depth > DEEPEST:
            yield f"The connection {node.name.value} is nested deeper than {DEEPEST} levels."
        yield from self._nodes(node, named, depth=depth)

    def _nodes(
        self, node: FieldNode, connection: GraphQLNamedType, *, depth: int
    ) -> Iterator[str]:
        inner = _child(node, "edges")
        record = _child(inner, "node") if inner else None
        if record is None or record.selection_set is None or _names(node) != {"edges"}:
            yield f"The connection {node.name.value} must be read as edges {{ node {{ ... }} }}."
            return
        kind = self._schema.type_map[connection.name.removesuffix("Connection")]
        interfaces = {interface.name for interface in getattr(kind, "interfaces", ())}
        if "Node" not in interfaces:
            yield f"{kind.name} has no id of its own, which bulk needs."
        if "id" not in _names(record):
            yield f"Each node of {node.name.value} must select its id without an alias."
        yield from self._inside(record.selection_set, kind, depth=depth + 1, in_list=False)


def _child(node: FieldNode, name: str) -> FieldNode | None:
    fields = node.selection_set.selections if node.selection_set else ()
    found = [f for f in fields if isinstance(f, FieldNode) and f.name.value == name]
    return found[0] if found else None


def _names(node: FieldNode) -> set[str]:
    fields = node.selection_set.selections if node.selection_set else ()
    return {f.alias.value if f.alias else f.name.value for f in fields if isinstance(f, FieldNode)}
