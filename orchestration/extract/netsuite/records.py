"""The ERP's record API: one record read, changed or made from another."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from orchestration.extract.errors import (
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.extract.http import (
    Answer,
    Clock,
    RepeatRule,
    raise_for_status,
    send,
    send_read,
    told_wait,
)
from orchestration.extract.netsuite.envelope import (
    BUSY,
    CLOSED,
    NO_LEAVE,
    SOURCE,
    UNDECIDED,
    UNKNOWN_LOGIN,
    error_body,
    read_rows,
    row_values,
)
from orchestration.extract.netsuite.suiteql import Fields

RECORDS = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
MOST_ROWS = 1000
# Without it a misspelt field of the settings would be ignored and taken for written.
STRICT = {"X-NetSuite-PropertyNameValidation": "Error", "Content-Type": "application/json"}


class RecordClient:
    """
    One account's records. The HTTP client brings its base URL and credential.

    Reads are repeated by the rule, writes never; a write without an answer is OutcomeUnknownError.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        fields: Fields,
        clock: Clock | None = None,
        rule: RepeatRule | None = None,
    ) -> None:
        self._http = http
        self._fields = fields
        self._clock = clock or Clock()
        self._rule = rule or RepeatRule()

    @property
    def return_field(self) -> str:
        """The account's field that holds the storefront's return."""
        return self._fields.return_field

    def record(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """Return a record by its id or `eid:<external id>`; None where there is none."""
        return self._rule.run(lambda: self._record_once(kind, record_id), clock=self._clock)

    def update(self, kind: str, record_id: str, body: Mapping[str, Any]) -> None:
        """Change fields of a record."""
        self._write("PATCH", f"{kind}/{record_id}", body)

    def transform(self, kind: str, record_id: str, to: str, body: Mapping[str, Any]) -> str:
        """Make one record from another, with these lines alone, and return the new one's id."""
        answer = self._write("POST", f"{kind}/{record_id}/!transform/{to}?replace=item", body)
        made = str(answer.headers.get("location", "")).rpartition("/")[2]
        if not made:
            raise OutcomeUnknownError(f"{SOURCE} did not name the record it made: read back")
        return made

    def rows(self, query: str, parameters: list[str]) -> list[dict[str, Any]]:
        """Return the rows of one short query; the settings' field names may stand in it."""
        text = query.format(
            order_field=self._fields.order_field,
            return_field=self._fields.return_field,
            line_field=self._fields.line_field,
        )
        request = {"q": " ".join(text.split()), "params": parameters}
        return self._rule.run(lambda: self._rows_once(request), clock=self._clock)

    def _record_once(self, kind: str, record_id: str) -> dict[str, Any] | None:
        request = self._http.build_request("GET", f"{RECORDS}/{kind}/{record_id}")
        answer = send_read(self._http, request, clock=self._clock)
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        _raise_busy(answer, clock=self._clock)
        raise_for_status(answer, source=SOURCE, clock=self._clock)
        try:
            return msgspec.json.decode(answer.body, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise UnreadableAnswerError(f"{SOURCE} answered with no record: repeat") from error

    def _rows_once(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        request = self._http.build_request(
            "POST",
            SUITEQL,
            params={"limit": MOST_ROWS, "offset": 0},
            content=msgspec.json.encode(body),
            headers={"Content-Type": "application/json", "Prefer": "transient"},
        )
        answer = send_read(self._http, request, clock=self._clock)
        rows = read_rows(answer, clock=self._clock).items
        return [
            {name: msgspec.json.decode(value) for name, value in row_values(row).items()}
            for row in rows
        ]

    def _write(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        request = self._http.build_request(
            method,
            f"{RECORDS}/{path}",
            content=msgspec.json.encode(body, order="deterministic"),
            headers=STRICT,
        )
        try:
            answer = send(self._http, request, clock=self._clock)
        except NEVER_SENT as error:
            raise RepeatError(f"{SOURCE} could not be reached: repeat later") from error
        except (httpx.HTTPError, UnreadableAnswerError) as error:
            raise OutcomeUnknownError(
                f"{SOURCE} may have done the write ({type(error).__name__}): read back"
            ) from error
        if _is_undecided(answer):
            raise OutcomeUnknownError(
                f"{SOURCE} may have done the write (it answered {answer.status}): read back"
            )
        _raise_busy(answer, clock=self._clock)
        if answer.status in {400, 404, 409, 422}:
            details = error_body(answer).details or ()
            said = "; ".join(one.detail for one in details if one.detail)[:300]
            said = said or str(answer.status)
            codes = tuple(one.code for one in details if one.code)
            raise RefusedError(f"{SOURCE} refused the write ({said})", codes=codes)
        raise_for_status(answer, source=SOURCE, clock=self._clock)
        return answer


def _is_undecided(answer: Answer) -> bool:
    """By the code too: what a 500 says here stands in a 400 there."""
    if answer.status >= 500 or answer.status == httpx.codes.REQUEST_TIMEOUT:
        return True
    return answer.status >= 400 and bool(error_body(answer).codes & UNDECIDED)


def _raise_busy(answer: Answer, *, clock: Clock) -> None:
    """The code says more than the status: a busy account is a 400 here and a 429 there."""
    if answer.status < 400:
        return
    codes = error_body(answer).codes
    if codes & BUSY:
        wait = told_wait(answer.headers, now=clock.now())
        raise RepeatError(f"{SOURCE} is busy: repeat later", wait_seconds=wait)
    if codes & (CLOSED | NO_LEAVE | UNKNOWN_LOGIN):
        raise StopError(
            f"{SOURCE} answered {', '.join(sorted(codes))}: check the credential and its role"
        )
