"""What surrounds the records of a GraphQL answer, read without building the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.names import (
    RepeatedNameError,
    refuse_repeated_names,
    refuse_repeated_names_around,
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


class Page(Struct):
    """What stands beside records in an answer, and they themselves, as text."""

    nodes: list[Raw] | None = None
    page_info: PageInfo | None = field(name="pageInfo", default=None)


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


class Told(Struct):
    """What an answer has beside its data; a member that is null is as one that is not there."""

    told_errors: list[TopLevelError] | None = field(name="errors", default=None)
    told_extensions: Extensions | None = field(name="extensions", default=None)


@dataclass(frozen=True)
class Envelope:
    """
    A GraphQL answer whose data stays text; some servers write `null` for no errors.

    Where the records were looked for, `page` has them in place of `data`: None where something on
    the way to them is null.
    """

    errors: list[TopLevelError]
    extensions: Extensions
    has_data: bool
    data: Raw
    page: Page | None = None


def read_envelope(body: bytes, *, source: str, records: Sequence[str] = ()) -> Envelope:
    """
    Read the envelope of an answer, or raise UnreadableAnswerError for any other text.

    `records` is where among the data a list of records is to be found: their page is read then.
    """
    try:
        body.decode()
        envelope = _opened(body, tuple(records), source=source)
        refuse_repeated_names_around(body, envelope.page.nodes or () if envelope.page else ())
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


def _opened(body: bytes, records: tuple[str, ...], *, source: str) -> Envelope:
    try:
        said: Any = _decoder(records).decode(body)
    except msgspec.ValidationError as error:
        envelope = _opened(body, (), source=source) if records else None
        if envelope is None:
            raise
        if envelope.errors:
            return envelope
        raise of_another_shape(error, source=source) from error
    errors, extensions = said.told_errors or [], said.told_extensions or Extensions()
    if not records:
        return Envelope(errors, extensions, bytes(said.data) != b"null", data=said.data)
    page = said.data
    for name in records[:-1]:
        page = page and getattr(page, name)
    return Envelope(errors, extensions, said.data is not None, data=NULL, page=page)


@cache
def _decoder(records: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    """Return what reads an answer as far as the page of its records, the last of these names."""
    kind: Any = Page | None if records else Raw
    for name in reversed(records[:-1]):
        kind = msgspec.defstruct("Around", [(name, kind, None)]) | None
    data = ("data", kind, None if records else NULL)
    return msgspec.json.Decoder(msgspec.defstruct("Answer", [data], bases=(Told,)))


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
        raise of_another_shape(error, source=source) from error


def of_another_shape(why: object, *, source: str) -> UnreadableAnswerError:
    """Return the error for data that are not what was asked for."""
    return UnreadableAnswerError(
        f"{source} answered with data of another shape than asked for: {why}; repeat, and check"
        " the API version if it persists"
    )
