"""What surrounds the rows of a SuiteQL answer, and what its errors mean."""

import re

import msgspec
from msgspec import Raw, Struct, field

from orchestration.extract.errors import (
    BrokenTextError,
    RepeatError,
    SourceError,
    SplitError,
    StopError,
    TimedOutError,
    UnreadableAnswerError,
)
from orchestration.extract.http import Answer, Clock, raise_for_status, told_wait
from orchestration.extract.names import (
    RepeatedNameError,
    refuse_repeated_names,
    refuse_repeated_names_around,
)

SOURCE = "the ERP"
GATEWAY_TIMED_OUT = 504

# By the ERP's own code first: a busy account is a 400 here and a 429 there.
BUSY = frozenset(
    {
        "CONCURRENCY_LIMIT_EXCEEDED",
        "SSS_REQUEST_LIMIT_EXCEEDED",
        "WS_CONCUR_SESSION_DISALLWD",
        "WS_REQUEST_BLOCKED",
    }
)
TOO_LONG = frozenset({"SSS_TIME_LIMIT_EXCEEDED", "SSS_SEARCH_TIMEOUT", "REQUEST_TIMEOUT"})
# Of a write: the ERP fell over it, and says nothing of how far it had come.
UNDECIDED = TOO_LONG | {"UNEXPECTED_ERROR"}
CLOSED = frozenset({"ACCT_DISABLED", "ACCOUNT_DISABLED", "ACCT_NOT_ACTIVE", "INVALID_ACCT"})
UNKNOWN_LOGIN = frozenset({"INVALID_LOGIN", "INVALID_LOGIN_ATTEMPT", "INVALID_LOGIN_CREDENTIALS"})
NO_LEAVE = frozenset({"INSUFFICIENT_PERMISSION", "USER_PERMISSION", "SSS_INSUFFICIENT_PERMISSION"})

ASKS_TOO_MUCH = re.compile(
    r"timed? ?-?out|time limit|too (many|large|complex)|(exceed|more than|at most|maximum)\D{0,40}"
    r"([\d,]+ )?(rows|results|records)",
    re.IGNORECASE,
)
NO_COLUMN = re.compile(r"unknown identifier|field .* not found|was not found|not exposed", re.I)


class Rows(Struct):
    """One page of rows; the rows stay text."""

    items: list[Raw]
    count: int | str | None = None
    has_more: bool = field(name="hasMore", default=False)
    total: int | str | None = field(name="totalResults", default=None)

    @property
    def announced(self) -> int:
        """How many rows the ERP says it has from this page on; 0 where it says nothing."""
        return int(self.total) if self.total is not None and str(self.total).isdigit() else 0


class ErrorDetail(Struct):
    """One reason of a refusal."""

    detail: str | None = None
    code: str | None = field(name="o:errorCode", default=None)


class ErrorBody(Struct):
    """A refusal; the code may stand at either level, and what is null says nothing."""

    title: str | None = None
    detail: str | None = None
    code: str | None = field(name="o:errorCode", default=None)
    details: list[ErrorDetail] | None = field(name="o:errorDetails", default=None)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of both levels."""
        return frozenset(filter(None, [self.code, *(one.code for one in self.details or ())]))

    @property
    def said(self) -> str:
        """The first sentence that says something; an Error ID is part of it."""
        sentences = [*(one.detail for one in self.details or ()), self.detail, self.title]
        return next(filter(None, sentences), "without a word")[:300]


def read_rows(answer: Answer, *, clock: Clock) -> Rows:
    """
    Return the rows of an answer, or raise what its error asks to be done.

    Raises BrokenTextError for rows of the right shape of which some bytes are no text.
    """
    if answer.status != 200:
        raise read_problem(answer, clock=clock)
    try:
        rows = msgspec.json.decode(answer.body, type=Rows)
        refuse_repeated_names_around(answer.body, rows.items)
    except RepeatedNameError as error:
        raise UnreadableAnswerError(
            f"{SOURCE}'s answer {error}: repeat", body=answer.body
        ) from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnreadableAnswerError(
            f"{SOURCE} answered with something other than rows: repeat, and check NETSUITE_URL"
            " if it persists",
            body=answer.body,
        ) from error
    if any(bytes(row)[:1] != b"{" for row in rows.items):
        raise UnreadableAnswerError(
            f"{SOURCE} sent a row that is no object: repeat", body=answer.body
        )
    if rows.count is not None and str(rows.count) != str(len(rows.items)):
        raise UnreadableAnswerError(
            f"{SOURCE} announced {rows.count} rows and sent {len(rows.items)}: repeat",
            body=answer.body,
        )
    try:
        answer.body.decode()
    except UnicodeDecodeError as error:
        raise BrokenTextError(
            f"{SOURCE} sent bytes that are no text: repeat", body=answer.body
        ) from error
    return rows


def row_values(row: Raw) -> dict[str, Raw]:
    """
    Return one row's values as text, by column in lower case: their case is not promised.

    Raises UnreadableAnswerError for a row that names a column twice, in whatever case.
    """
    try:
        members = msgspec.json.decode(row, type=dict[str, Raw])
        refuse_repeated_names(bytes(row))
    except RepeatedNameError as error:
        raise UnreadableAnswerError(
            f"{SOURCE} sent a row that {error}: repeat", body=bytes(row)
        ) from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnreadableAnswerError(
            f"{SOURCE} sent a row that is no object: repeat", body=bytes(row)
        ) from error
    values = {name.lower(): value for name, value in members.items()}
    if len(values) < len(members):
        raise UnreadableAnswerError(
            f"{SOURCE} sent a row that names a column twice: repeat", body=bytes(row)
        )
    return values


def error_body(answer: Answer) -> ErrorBody:
    """Return what a refusal says; an empty one where it is no JSON."""
    try:
        return msgspec.json.decode(answer.body, type=ErrorBody)
    except (msgspec.MsgspecError, RecursionError):
        return ErrorBody()


def read_problem(answer: Answer, *, clock: Clock) -> SourceError:
    """What to do is told by the code, then by what a 400 says, and by the status last."""
    body = error_body(answer)
    by_code = _by_code(body, answer, clock=clock)
    if by_code is not None:
        return by_code
    if answer.status == GATEWAY_TIMED_OUT:
        return TimedOutError(f"{SOURCE} did not answer in time (504): repeat, or ask for less")
    if answer.status == 400:
        return _not_accepted(body.said)
    try:
        raise_for_status(answer, source=SOURCE, clock=clock)
    except RepeatError as error:
        return RepeatError(
            f"{SOURCE} answered {answer.status} ({body.said}): repeat later",
            wait_seconds=error.wait_seconds,
        )
    except SourceError as error:
        return error
    return UnreadableAnswerError(f"{SOURCE} answered {answer.status} to a query: repeat")


def _by_code(body: ErrorBody, answer: Answer, *, clock: Clock) -> SourceError | None:
    if body.codes & BUSY:
        wait = told_wait(answer.headers, now=clock.now())
        return RepeatError(
            f"{SOURCE} has as many requests as the account may send at once: repeat later, or"
            " lower NETSUITE_CONCURRENCY",
            wait_seconds=wait,
        )
    if body.codes & TOO_LONG:
        return SplitError(f"{SOURCE} gave the query up for taking too long: ask for less at once")
    remedies = (
        (CLOSED, "the account is closed or disabled: ask its administrator"),
        (
            UNKNOWN_LOGIN,
            "the credential is not accepted: check the NETSUITE_ settings, whether the"
            " certificate or token was revoked, and the login audit trail",
        ),
        (
            NO_LEAVE,
            "the role lacks a permission: let an administrator add it to the integration's role",
        ),
    )
    for codes, remedy in remedies:
        if body.codes & codes:
            found = ", ".join(sorted(body.codes & codes))
            return StopError(f"{SOURCE} answered {found} ({body.said}): {remedy}")
    return None


def _not_accepted(said: str) -> SourceError:
    if ASKS_TOO_MUCH.search(said):
        return SplitError(f"{SOURCE} says the query is too large ({said}): ask for less at once")
    if NO_COLUMN.search(said):
        return StopError(
            f"{SOURCE} does not know what the query asks for ({said}): check the field names in"
            " the settings, and run `returns doctor` for the features and permissions it needs"
        )
    return StopError(
        f"{SOURCE} does not accept the query ({said}): check the field names in the settings and"
        " the role's permissions"
    )
