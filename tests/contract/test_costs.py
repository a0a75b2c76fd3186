"""No document costs more than the vendor lets a query cost, counted by the vendor's own rule."""

from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    parse,
)

from orchestration.extract.shopify.overflow import PAGE_SIZE, SMALLER_PAGES
from orchestration.sync.captured import MOST_LISTED
from tests.contract.vendor_schema import VERSIONS, vendor_schema

QUERIES = Path(__file__).parents[2] / "orchestration" / "extract" / "shopify" / "queries"
MOST = 1_000
MUTATION = 10
# Amounts were seen to add nothing.
FREE = {"MoneyBag", "MoneyV2", "PageInfo"}
# What a bulk operation runs costs nothing.
DOCUMENTS = sorted(file for file in QUERIES.glob("*.graphql") if file.stem != "bulk_orders")


class Cost:
    """An object is a point, a connection or a list as many as are asked for of it."""

    def __init__(self, schema, text, variables):
        document = parse(text)
        self.schema, self.variables = schema, variables
        self.fragments = {
            part.name.value: part
            for part in document.definitions
            if isinstance(part, FragmentDefinitionNode)
        }
        (self.operation,) = (
            part for part in document.definitions if isinstance(part, OperationDefinitionNode)
        )

    @property
    def points(self):
        is_write = self.operation.operation.value == "mutation"
        root = self.schema.mutation_type if is_write else self.schema.query_type
        return MUTATION * is_write + self.inside(self.operation.selection_set, root)

    def inside(self, selections, kind):
        own, branches = 0, [0]
        for node in selections.selections:
            if isinstance(node, FieldNode):
                own += self.of_field(node, kind)
                continue
            spread = isinstance(node, FragmentSpreadNode)
            part = self.fragments[node.name.value] if spread else node
            condition = self.schema.type_map[part.type_condition.name.value]
            branches.append(self.inside(part.selection_set, condition))
        return own + (max(branches) if is_abstract_type(kind) else sum(branches))

    def of_field(self, node, kind):
        if node.selection_set is None:
            return 0
        declared = kind.fields[node.name.value].type
        named = get_named_type(declared)
        if named.name in FREE:
            return 0
        within = self.inside(node.selection_set, named)
        if named.name.endswith("Connection"):
            return self.size(node) * within
        is_list = is_list_type(get_nullable_type(declared)) and not kind.name.endswith(
            "Connection"
        )
        return (self.size(node) if is_list else 1) * (1 + within)

    def size(self, node):
        for argument in node.arguments:
            if argument.name.value in {"first", "ids"}:
                value = argument.value
                named = getattr(value, "name", None)
                return self.variables[named.value] if named else int(value.value)
        return 1


def points(version, file, size):
    text = file.read_text(encoding="utf-8")
    return Cost(vendor_schema(version), text, {"first": size, "ids": size}).points


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_about_one_record_is_within_what_a_query_may_cost(file, version):
    """What is asked for by the page shrinks to one record; what is asked about one cannot."""
    assert points(version, file, 1) <= MOST


@pytest.mark.parametrize("file", [*QUERIES.glob("page_*.graphql")], ids=lambda path: path.stem)
def test_a_further_page_is_within_it_as_it_is_asked_for(file):
    assert points(VERSIONS[0], file, SMALLER_PAGES.get(file.stem, PAGE_SIZE)) <= MOST


def test_a_list_of_an_orders_payments_is_held_for_cut_off_at_the_length_asked_for():
    text = (QUERIES / "refund_order.graphql").read_text(encoding="utf-8")

    assert text.count(f"(first: {MOST_LISTED})") == 2
