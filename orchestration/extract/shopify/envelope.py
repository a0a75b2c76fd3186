"""What surrounds the records of a GraphQL answer, read without building the records."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.names import (
    RepeatedNameError,
    refuse_repeated_names,
    refuse_repeated_names_around_records,
)

T = TypeVar("T")

NULL = Raw(b"null")


class Named(Struct):
    """A record of which only the id counts."""

    id: str


class PageInfo(Struct):
    """Where a connection goes on."""

    has_next_page: bool = field(name="hasNextPage")
    end_cursor: str | None = field(name="endCursor", default=None)


class Connection(Struct):
    """One page of a connection; the nodes stay text."""

    nodes: list[Raw]
    page_info: PageInfo = field(name="pageInfo")


class ThrottleStatus(Struct, frozen=True):
    """The bucket of cost points as the answer found it."""

    available: float = field(name="currentlyAvailable")
    restore_rate: float = field(name="restoreRate")
    maximum: float = field(name="maximumAvailable", default=0.0)


class Cost(Struct, frozen=True):
    """What a query was held to cost, in points."""

    requested: float | None = field(name="requestedQueryCost", default=None)
    throttle: ThrottleStatus | None = field(name="throttleStatus", default=None)


class Search(Struct):
    """What the source made of a search text."""

    warnings: list[Raw] = field(default_factory=list)


class Extensions(Struct):
    """What an answer says about itself; a member that is null is as one that is not there."""

    told_cost: Cost | None = field(name="cost", default=None)
    told_search: list[Search] | None = field(name="search", default=None)

    @property
    def cost(self) -> Cost:
        """What the query was held to cost."""
        return self.told_cost or Cost()

    @property
    def search(self) -> list[Search]:
        """What was made of each search text."""
        return self.told_search or []


class ErrorExtensions(Struct):
    """The source's own name for an error."""

    told_code: str | int | None = field(name="code", default=None)
    told_access: str | None = field(name="requiredAccess", default=None)

    @property
    def code(self) -> str:
        """The name; empty where it has none."""
        return "" if self.told_code is None else str(self.told_code)

    @property
    def required_access(self) -> str:
        """What a refused token lacks."""
        return self.told_access or ""


class TopLevelError(Struct):
    """An error beside or instead of data."""

    told_message: str | None = field(name="message", default=None)
    told_extensions: ErrorExtensions | None = field(name="extensions", default=None)

    @property
    def message(self) -> str:
        """What it says."""
        return self.told_message or ""

    @property
    def extensions(self) -> ErrorExtensions:
        """What it says of itself."""
        return self.told_extensions or ErrorExtensions()


class Envelope(Struct):
    """A GraphQL answer whose data stays text; some servers write `null` for no errors."""

    data: Raw = field(default_factory=lambda: NULL)
    told_errors: list[TopLevelError] | None = field(name="errors", default=None)
    told_extensions: Extensions | None = field(name="extensions", default=None)

    @property
    def errors(self) -> list[TopLevelError]:
        """The errors beside or instead of data."""
        return self.told_errors or []

    @property
    def extensions(self) -> Extensions:
        """What the answer says about itself."""
        return self.told_extensions or Extensions()

    @property
    def has_data(self) -> bool:
        """Whether there is any data at all."""
        return bytes(self.data) != b"null"


def read_envelope(body: bytes, *, source: str) -> Envelope:
    """Read the envelope of an answer, or raise UnreadableAnswerError for any other text."""
    try:
        body.decode()
        envelope = msgspec.json.decode(body, type=Envelope)
        refuse_repeated_names_around_records(body)
    except RepeatedNameError as error:
        raise UnreadableAnswerError(f"{source}'s answer {error}: repeat") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableAnswerError(
            f"{source} answered with something other than GraphQL: repeat, and look for a proxy"
            " or a login page at this URL if it persists"
        ) from error
    if not envelope.has_data and not envelope.errors:
        raise UnreadableAnswerError(f"{source} answered without data and without errors: repeat")
    return envelope


def value_at(data: Raw, path: Sequence[str], *, source: str) -> Raw | None:
    """Return the text of the value at a path; None where something on the way is null."""
    value = data
    for name in path:
        members = decode(value, type_=dict[str, Raw], source=source)
        value = members.get(name, NULL)
        if bytes(value) == b"null":
            return None
    return value


def decode_whole(text: Raw | bytes, *, source: str) -> dict[str, Any]:
    """Build an answer, or a part of one; no object in it may have two members of one name."""
    try:
        refuse_repeated_names(bytes(text))
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise UnreadableAnswerError(f"{source}'s answer {error}: repeat") from error


def decode(value: Raw | bytes, *, type_: type[T], source: str) -> T:
    """Read one value, or raise UnreadableAnswerError when it has another shape."""
    try:
        return msgspec.json.decode(value, type=type_)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnreadableAnswerError(
            f"{source} answered with data of another shape than asked for: {error}; repeat, and"
            " check the API version if it persists"
        ) from error
