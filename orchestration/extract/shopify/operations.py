"""What the storefront tells of its bulk operations."""

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from orchestration.extract.errors import UnreadableAnswerError

T = TypeVar("T")


class Operation(Struct):
    """How an operation stands; counts and sizes are text on the wire."""

    id: str
    status: str
    query: str
    created_at: datetime = field(name="createdAt")
    error_code: str | None = field(name="errorCode", default=None)
    object_count: int = field(name="objectCount", default=0)
    root_object_count: int = field(name="rootObjectCount", default=0)
    file_size: int | None = field(name="fileSize", default=None)
    url: str | None = None


class UserError(Struct):
    """Why an operation was not started."""

    message: str = ""
    code: str | None = None


class Run(Struct):
    """What came of starting an operation."""

    operation: Operation | None = field(name="bulkOperation")
    errors: list[UserError] = field(name="userErrors")


class RunAnswer(Struct):
    """The data of an answer to RUN."""

    run: Run = field(name="bulkOperationRunQuery")


class StatusAnswer(Struct):
    """The data of an answer to STATUS."""

    operation: Operation | None = field(name="bulkOperation")


class Operations(Struct):
    """The page of a list of operations."""

    nodes: list[Operation]


class NewestAnswer(Struct):
    """The data of an answer to NEWEST."""

    newest: Operations = field(name="bulkOperations")


def converted(data: object, type_: type[T], *, source: str) -> T:
    """Return data as one of these types, or raise UnreadableAnswerError."""
    try:
        return msgspec.convert(data, type_, strict=False)
    except msgspec.ValidationError as error:
        raise UnreadableAnswerError(
            f"{source} tells of a bulk operation in another shape: {error}; check API version"
        ) from error
