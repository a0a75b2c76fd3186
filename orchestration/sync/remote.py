"""What the clients raise and the documents they send, in one place for every action."""

from orchestration.extract.errors import (
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    SourceError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.extract.streams import System, read_query

__all__ = [
    "OutcomeUnknownError",
    "RefusedError",
    "RepeatError",
    "SourceError",
    "StopError",
    "UnreadableAnswerError",
    "storefront_document",
]


def storefront_document(name: str) -> str:
    """Return the text of a storefront document by its file's name."""
    return read_query(System.SHOPIFY, f"{name}.graphql")
