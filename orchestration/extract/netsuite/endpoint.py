"""One query to the ERP: sent, repeated by the rule, read as a page or as a measure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import msgspec

from orchestration.extract.errors import BrokenTextError, UnreadableAnswerError
from orchestration.extract.http import Clock, RepeatRule, send_read
from orchestration.extract.netsuite.envelope import SOURCE, Rows, read_rows, row_values
from orchestration.extract.netsuite.parts import Query

SUITEQL = "/services/rest/query/v1/suiteql"


@dataclass(frozen=True)
class Page:
    """The rows of one answer; `last_key` is the key of the last of them where more follow."""

    body: bytes = field(repr=False)
    rows: int
    is_last: bool
    last_key: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """How many rows a part has, and the ends of the first column of its order."""

    rows: int = 0
    lowest: str = ""
    highest: str = ""


class Endpoint:
    """Where queries go; the HTTP client brings base URL and credential."""

    def __init__(
        self, http: httpx.Client, *, page_rows: int, clock: Clock, rule: RepeatRule
    ) -> None:
        self._http = http
        self._page_rows = page_rows
        self._clock = clock
        self._rule = rule

    def page(self, query: Query, *, key: Sequence[str]) -> Page:
        """Return the first page of a query's rows, which this many columns order."""
        body, rows = self.ask(query)
        found = len(rows.items)
        has_more = rows.has_more or found >= self._page_rows or rows.announced > found
        if has_more and not found:
            raise UnreadableAnswerError(
                f"{SOURCE} says that there are rows, and gives none: repeat", body=body
            )
        return Page(
            body=_with_lower_names(body, rows),
            rows=found,
            is_last=not has_more,
            last_key=_key(rows.items[-1], key) if has_more else (),
        )

    def ask(self, query: Query) -> tuple[bytes, Rows]:
        """
        Return what was answered, and its rows.

        A record of broken text stays so when it is asked for again: its page is taken as it is,
        and landing sets that record aside.
        """
        try:
            return self._rule.run(lambda: self._ask_once(query), clock=self._clock)
        except BrokenTextError as error:
            return error.body, msgspec.json.decode(error.body, type=Rows)

    def _ask_once(self, query: Query) -> tuple[bytes, Rows]:
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
        return answer.body, read_rows(answer, clock=self._clock)


def measure_of(rows: Rows) -> Measure:
    """Return what a measuring query answered; no bounds where there are no rows."""
    try:
        (row,) = rows.items
        values = row_values(row)
        bounds = (_bound(values, name) for name in ("lowest", "highest"))
        return Measure(int(_text(values["row_count"])), *bounds)
    except (ValueError, KeyError, msgspec.MsgspecError) as error:
        raise UnreadableAnswerError(
            f"{SOURCE} was asked for a count and gave none: repeat"
        ) from error


def _key(row: msgspec.Raw, names: Sequence[str]) -> tuple[str, ...]:
    values = row_values(row)
    try:
        return tuple(_text(values[name]) for name in names)
    except (KeyError, msgspec.MsgspecError) as error:
        raise UnreadableAnswerError(
            f"{SOURCE} sent a row without its key ({', '.join(names)}): repeat, and check the"
            " role's permissions if it persists"
        ) from error


def _bound(values: dict[str, msgspec.Raw], name: str) -> str:
    value = values.get(name, msgspec.Raw(b"null"))
    return "" if bytes(value) == b"null" else _text(value)


def _text(value: msgspec.Raw) -> str:
    return str(msgspec.json.decode(value, type=str | int))


def _with_lower_names(body: bytes, rows: Rows) -> bytes:
    """Return the answer as received, unless this release writes its column names otherwise."""
    try:
        names = (
            msgspec.json.decode(rows.items[0], type=dict[str, msgspec.Raw]) if rows.items else {}
        )
        if all(name == name.lower() for name in names):
            return body
        return msgspec.json.encode({"items": [row_values(row) for row in rows.items]})
    except (msgspec.MsgspecError, UnreadableAnswerError):
        # Landing sets aside what is no row.
        return body
