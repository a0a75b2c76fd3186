"""What surrounds the rows of a SuiteQL answer, and what its errors mean."""

import msgspec
from msgspec import Raw, Struct, field

from orchestration.extract.errors import (
    RepeatError,
    SourceError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.extract.http import Answer, Clock, raise_for_status, told_wait

SOURCE = "the ERP"
BUSY = frozenset({"CONCURRENCY_LIMIT_EXCEEDED", "SSS_REQUEST_LIMIT_EXCEEDED"})
FORBIDDEN = frozenset({"INSUFFICIENT_PERMISSION", "INVALID_LOGIN", "INVALID_LOGIN_ATTEMPT"})


class Rows(Struct):
    """One page of rows; the rows stay text."""

    items: list[Raw]
    count: int | str | None = None
    has_more: bool = field(name="hasMore", default=False)
    total: int | str | None = field(name="totalResults", default=None)

    @property
    def announce_more(self) -> bool:
        """Whether either of its two marks says that the query has rows after these."""
        return self.has_more or int(self.total or 0) > len(self.items)


class ErrorDetail(Struct):
    """One reason of a refusal."""

    detail: str = ""
    code: str = field(name="o:errorCode", default="")


class ErrorBody(Struct):
    """A refusal; the code may stand at either level."""

    title: str = ""
    code: str = field(name="o:errorCode", default="")
    details: list[ErrorDetail] = field(name="o:errorDetails", default_factory=list)


def read_rows(answer: Answer, *, clock: Clock) -> Rows:
    """Return the rows of an answer, or raise what its error asks to be done."""
    if answer.status != 200:
        raise _problem(answer, clock=clock)
    try:
        answer.body.decode()
        rows = msgspec.json.decode(answer.body, type=Rows)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableAnswerError(
            f"{SOURCE} answered with something other than rows: repeat, and check NETSUITE_URL"
            " if it persists"
        ) from error
    if any(bytes(row)[:1] != b"{" for row in rows.items):
        raise UnreadableAnswerError(f"{SOURCE} sent a row that is no object: repeat")
    if rows.count is not None and str(rows.count) != str(len(rows.items)):
        raise UnreadableAnswerError(
            f"{SOURCE} announced {rows.count} rows and sent {len(rows.items)}: repeat"
        )
    return rows


def row_values(row: Raw) -> dict[str, Raw]:
    """Return one row's values as text, by column in lower case: their case is not promised."""
    try:
        members = msgspec.json.decode(row, type=dict[str, Raw])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnreadableAnswerError(f"{SOURCE} sent a row that is no object: repeat") from error
    return {name.lower(): value for name, value in members.items()}


def _problem(answer: Answer, *, clock: Clock) -> SourceError:
    """The code says more than the status: a busy account is a 400 here and a 429 there."""
    try:
        body = msgspec.json.decode(answer.body, type=ErrorBody)
    except msgspec.MsgspecError:
        body = ErrorBody()
    codes = {body.code, *(detail.code for detail in body.details)} - {""}
    if codes & BUSY:
        wait = told_wait(answer.headers, now=clock.now())
        return RepeatError(f"{SOURCE} is busy: repeat later", wait_seconds=wait)
    if codes & FORBIDDEN:
        return StopError(
            f"{SOURCE} answered {', '.join(sorted(codes))}: check the credential and its role"
        )
    if answer.status == 400:
        said = next((detail.detail for detail in body.details if detail.detail), body.title)
        return StopError(
            f"{SOURCE} does not accept the query ({said[:300]}): check the field names in the"
            " settings and the role's permissions"
        )
    try:
        raise_for_status(answer, source=SOURCE, clock=clock)
    except SourceError as error:
        return error
    return UnreadableAnswerError(f"{SOURCE} answered {answer.status} to a query: repeat")
