"""The ERP over SuiteQL: pages of streams by keyset, and its own time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import httpx
import msgspec

from orchestration.extract.errors import StopError, UnreadableAnswerError
from orchestration.extract.http import Answer, Clock, RepeatRule, send_read
from orchestration.extract.netsuite.envelope import SOURCE, Rows, read_rows, row_values
from orchestration.extract.netsuite.inspection import is_recorded
from orchestration.extract.netsuite.suiteql import Fields, Query, key_columns, page_query
from orchestration.extract.streams import Stream

PAGE_ROWS = 1000
SUITEQL = "/services/rest/query/v1/suiteql"
SERVER_TIME = Query(
    'SELECT TO_CHAR(SYS_EXTRACT_UTC(CURRENT_TIMESTAMP), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
    " AS server_time FROM DUAL"
)


class NetSuiteClient:
    """
    One account. The HTTP client brings its base URL and credential.

    Pages are read by keyset, always from offset 0: rows that move while they are read are
    neither skipped nor cut off at the 100,000 that offsets can reach.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        fields: Fields,
        page_rows: int = PAGE_ROWS,
        clock: Clock | None = None,
        rule: RepeatRule | None = None,
    ) -> None:
        self._http = http
        self._fields = fields
        self._page_rows = page_rows
        self._clock = clock or Clock()
        self._rule = rule or RepeatRule()

    def pages(self, stream: Stream, *, since: datetime | None) -> Iterator[bytes]:
        """Yield pages of the stream's rows changed at or after `since`, if the account has it."""
        if not is_recorded(stream, self._fields.inspected_by):
            return
        columns = [name.rpartition(".")[2] for name in key_columns(stream)]
        after: tuple[str, ...] = ()
        seen: set[tuple[str, ...]] = set()
        while True:
            query = page_query(stream, self._fields, since=since, after=after)
            answer, rows = self._ask(query)
            yield _with_lower_names(answer.body, rows)
            if not rows.announce_more and len(rows.items) < self._page_rows:
                return
            if not rows.items:
                raise UnreadableAnswerError(
                    f"{SOURCE} announces more rows of {stream.name} and sends none: repeat later"
                )
            if not columns:
                raise StopError(
                    f"{SOURCE} has more than {self._page_rows} rows of {stream.name}: give the"
                    " stream a key to page by"
                )
            after = _key(rows.items[-1], columns)
            if after in seen:
                raise UnreadableAnswerError(
                    f"{SOURCE} repeats a page of {stream.name}: repeat later"
                )
            seen.add(after)

    def server_time(self) -> datetime:
        """Return the ERP's own time: what a watermark may be held against."""
        _, rows = self._ask(SERVER_TIME)
        if not rows.items:
            raise UnreadableAnswerError(f"{SOURCE} did not tell its time: repeat")
        return msgspec.json.decode(row_values(rows.items[0])["server_time"], type=datetime)

    def _ask(self, query: Query) -> tuple[Answer, Rows]:
        return self._rule.run(lambda: self._ask_once(query), clock=self._clock)

    def _ask_once(self, query: Query) -> tuple[Answer, Rows]:
        body: dict[str, object] = {"q": query.text}
        if query.parameters:
            body["params"] = query.parameters
        request = self._http.build_request(
            "POST",
            SUITEQL,
            params={"limit": self._page_rows, "offset": 0},
            content=msgspec.json.encode(body),
            headers={"Content-Type": "application/json", "Prefer": "transient"},
        )
        answer = send_read(self._http, request, clock=self._clock)
        return answer, read_rows(answer, clock=self._clock)


def _key(row: msgspec.Raw, columns: Sequence[str]) -> tuple[str, ...]:
    values = row_values(row)
    try:
        key = (msgspec.json.decode(values[name], type=str | int) for name in columns)
        return tuple(str(value) for value in key)
    except (KeyError, msgspec.MsgspecError) as error:
        raise UnreadableAnswerError(
            f"{SOURCE} sent a row without its key ({', '.join(columns)}): repeat, and check the"
            " role's permissions if it persists"
        ) from error


def _with_lower_names(body: bytes, rows: Rows) -> bytes:
    """Return the answer as received, unless this release writes its column names otherwise."""
    if not rows.items:
        return body
    first = msgspec.json.decode(rows.items[0], type=dict[str, msgspec.Raw])
    if all(name == name.lower() for name in first):
        return body
    return msgspec.json.encode({"items": [row_values(row) for row in rows.items]})
