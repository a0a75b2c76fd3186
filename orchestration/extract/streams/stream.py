"""What is said of one stream: where its records are, their key, cursor and columns."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path


class System(StrEnum):
    """A system whose records land; the name is the landing folder and the dbt source."""

    SHOPIFY = "shopify"
    NETSUITE = "netsuite"
    LEDGER = "ledger"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True)
class Bulk:
    """
    How records come from a bulk operation: objects of one kind a line, children beside parents.

    `children` names the kind of object that each connection of a record holds; `beside` are the
    fields that a bulk operation cannot carry, which `beside_document` reads by id.
    """

    document: str
    children: dict[str, str]
    beside: tuple[str, ...]
    beside_document: str


@dataclass(frozen=True)
class Stream:
    """
    One kind of record of one system.

    `columns` maps the record's own field names to DuckDB types; a record that does not fit them is
    rejected with its text, never bent. `records` is the path of the list of records in one answer.
    `key` identifies a record; among its landed versions the newest extraction counts.
    `cursor` is the field that orders changes (none: the stream is read by id or whole).
    Without an optional stream (`is_optional`) every number that it does not give itself stands:
    a source may keep it to itself. `capped` are lists without a cursor, by how many entries the
    query asks for: a list of that length may have been cut. A census (`is_census`) names every
    record there is, so that what it leaves out is gone: it lands whole or not at all.
    """

    system: System
    name: str
    key: tuple[str, ...]
    records: tuple[str, ...]
    columns: dict[str, str]
    cursor: str | None = None
    is_optional: bool = False
    is_census: bool = False
    capped: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    document: str = ""
    bulk: Bulk | None = None

    def read_by_id(self, document: str) -> "Stream":
        """
        Return this stream as a document reads it by id: the same records, in `nodes`.

        It has no cursor: the newest change among chosen records says nothing of the others.
        """
        return replace(self, document=document, records=("data", "nodes"), cursor=None)

    @property
    def is_unordered(self) -> bool:
        """Whether changed records come from a storefront that cannot put them in order."""
        is_searched = self.system is System.SHOPIFY and self.cursor is not None
        return is_searched and "sortKey:" not in self.query

    @property
    def query(self) -> str:
        """The GraphQL document or SuiteQL text that reads this stream."""
        suffix = "graphql" if self.system is System.SHOPIFY else "sql"
        return read_query(self.system, f"{self.document or self.name}.{suffix}")


@cache
def read_query(system: System, file_name: str) -> str:
    """Return the text of a query document kept beside its client."""
    return (Path(__file__).parents[1] / system / "queries" / file_name).read_text(encoding="utf-8")


def struct(**fields: str) -> str:
    """Return the DuckDB type of a record with these fields."""
    members = ", ".join(f'"{name}" {kind}' for name, kind in fields.items())
    return f"STRUCT({members})"


def nodes(kind: str) -> str:
    """Return the DuckDB type of a GraphQL connection of which only the nodes are kept."""
    return struct(nodes=f"{kind}[]")


AMOUNT = "DECIMAL(20, 4)"
QUANTITY = "DECIMAL(20, 5)"
TEXT = "VARCHAR"
INSTANT = "TIMESTAMPTZ"
