"""The scopes that a look asks for are those that the vendor asks for."""

from pathlib import Path

import pytest
from graphql import (
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from orchestration.extract.shopify.probes import NEEDED, USEFUL
from tests.contract.vendor_schema import VERSIONS, vendor_schema, vendor_scopes

ROOT = Path(__file__).parents[2]
QUERIES = ROOT / "orchestration" / "extract" / "shopify" / "queries"
DOCUMENTS = sorted(QUERIES.glob("*.graphql"))
# Which scope opens it is contested: a look asks for it itself.
PROBED = "ShopifyPaymentsAccount"


class Visited(Visitor):
    """Remembers every type and field that a document asks for."""

    def __init__(self, info):
        super().__init__()
        self.info, self.found = info, set()

    def enter_field(self, node, *_):
        kind = get_named_type(self.info.get_type())
        self.found |= {(self.info.get_parent_type().name, node.name.value), (kind.name, "")}


def demands(document, version):
    """Return what a document needs: sets of scopes, one of each of which must be granted."""
    info = TypeInfo(vendor_schema(version))
    visited = Visited(info)
    visit(document, TypeInfoVisitor(info, visited))
    known = vendor_scopes(version)
    return {known[one] for one in visited.found if one in known and one[0] != PROBED}


def is_written(document):
    (operation,) = (
        part for part in document.definitions if isinstance(part, OperationDefinitionNode)
    )
    return operation.operation.value == "mutation"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda path: path.stem)
def test_a_token_that_a_look_finds_well_may_read_all_that_is_asked_for(file, version):
    document = parse(file.read_text(encoding="utf-8"))
    granted = {*NEEDED, *USEFUL} if is_written(document) else set(NEEDED)

    assert [sorted(any_of) for any_of in demands(document, version) if not any_of & granted] == []


def test_the_readme_names_every_scope_that_a_look_asks_for():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [scope for scope in (*NEEDED, *USEFUL) if f"`{scope}`" not in readme] == []
