"""The systems as actions use them, what their clients raise, and the documents they send."""

from collections.abc import Mapping
from typing import Any, Protocol

from orchestration.extract.errors import (
    DeferredError,
    NotThereError,
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    SourceError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.extract.post import Letter
from orchestration.extract.streams import System, read_query

__all__ = [
    "DeferredError",
    "Erp",
    "NotThereError",
    "OutcomeUnknownError",
    "Post",
    "RefusedError",
    "RepeatError",
    "SourceError",
    "StopError",
    "Storefront",
    "UnreadableAnswerError",
    "storefront_document",
]


class Storefront(Protocol):
    """A store; errors are those of `extract.errors`."""

    def ask(self, document: str, variables: Mapping[str, Any], /) -> dict[str, Any]:
        """Return the data of a query; repeated by the client's rule."""
        ...

    def execute(self, document: str, variables: Mapping[str, Any], /) -> dict[str, Any]:
        """Send one mutation once and return the data of its answer, or raise."""
        ...


class Erp(Protocol):
    """The ERP's records; errors are those of `extract.errors`."""

    @property
    def return_field(self) -> str:
        """The account's field that holds the storefront's return."""
        ...

    def record(self, kind: str, record_id: str, /) -> dict[str, Any] | None:
        """Return a record by its id or `eid:<external id>`; None where there is none."""
        ...

    def update(self, kind: str, record_id: str, body: Mapping[str, Any], /) -> None:
        """Change fields of a record, once."""
        ...

    def transform(self, kind: str, record_id: str, to: str, body: Mapping[str, Any], /) -> str:
        """Make one record from another, once, and return the new one's id."""
        ...

    def rows(self, query: str, parameters: list[str], /) -> list[dict[str, Any]]:
        """Return the rows of one short query."""
        ...


class Post(Protocol):
    """What carries a letter to a customer, or to whoever does that for us."""

    @property
    def is_repeatable(self) -> bool:
        """Whether its receiver drops a second copy by the letter's id."""
        ...

    @property
    def needs_address(self) -> bool:
        """Whether the letter must say who it is for."""
        ...

    def deliver(self, letter: Letter, /) -> str:
        """Hand it over, once, and return the receipt."""
        ...


def storefront_document(name: str) -> str:
    """Return the text of a storefront document by its file's name."""
    return read_query(System.SHOPIFY, f"{name}.graphql")
