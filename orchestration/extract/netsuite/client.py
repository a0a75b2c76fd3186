"""The ERP over SuiteQL: streams in pages, and its own time."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

import httpx
import msgspec

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.http import Clock, RepeatRule
from orchestration.extract.netsuite.endpoint import Endpoint, Measure
from orchestration.extract.netsuite.envelope import SOURCE, row_values
from orchestration.extract.netsuite.inspection import is_recorded
from orchestration.extract.netsuite.parts import Documents, Part, Query, Window
from orchestration.extract.netsuite.suiteql import Fields, asked_for
from orchestration.extract.netsuite.walk import TOO_MUCH, Key, Walk
from orchestration.extract.progress import Meter, Tell, silent
from orchestration.extract.streams import Stream

PAGE_ROWS = 1000
# A query takes 1,000 arguments in a list; some five pages of lines are a fair part.
DOCUMENTS_AT_ONCE = 500
# More parts than walks: whoever is through with a thin one takes another.
PARTS_A_WALK = 4
PAGES_A_PART = 2
SERVER_TIME = Query(
    'SELECT TO_CHAR(SYS_EXTRACT_UTC(CURRENT_TIMESTAMP), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
    " AS server_time FROM DUAL"
)


class NetSuiteClient:
    """
    One account. The HTTP client brings its base URL and credential.

    Pages are read by keyset, always from offset 0: rows that move while they are read are
    neither skipped nor cut off at the 100,000 that offsets can reach. A long reading is cut into
    parts, `width` of which are read at once; what the account cannot answer is cut smaller.
    Streams that need what the account `lacks` are empty.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        fields: Fields,
        lacks: Collection[str] = (),
        width: int = 1,
        page_rows: int = PAGE_ROWS,
        clock: Clock | None = None,
        rule: RepeatRule | None = None,
        tell: Tell = silent,
    ) -> None:
        self._clock = clock or Clock()
        self._endpoint = Endpoint(
            http, page_rows=page_rows, clock=self._clock, rule=rule or RepeatRule()
        )
        self._fields = fields
        self._lacks = frozenset(lacks)
        self._width = width
        self._page_rows = page_rows
        self._tell = tell

    def pages(self, stream: Stream, *, since: datetime | None) -> Iterator[bytes]:
        """
        Yield every page of a stream's rows, of those changed at or after `since` if it is given.

        A stream whose rows carry no change is read whole. Raises UnreadableAnswerError when fewer
        rows came of a whole stream than the ERP counted both before and after.
        """
        if self._is_left_out(stream):
            return
        part, meter = asked_for(stream, since=since), self._meter(stream)
        walk = self._walk(stream, meter)
        last: Key = ()
        try:
            first = walk.page(part)
        except TOO_MUCH:
            rest = part
        else:
            yield first.body
            if first.is_last:
                return
            last = first.last_key
            rest = part.rest(last)
        measured = walk.measured(rest, after=last)
        meter.expect(measured.rows)
        yield from walk.through(self._cut(rest, measured), after=last)
        if not isinstance(rest, Window):
            counted = min(measured.rows, walk.measured(rest, after=last).rows)
            _demand_all(stream, came=walk.rows, counted=counted)

    def records_by_id(self, stream: Stream, ids: Iterable[int]) -> Iterator[bytes]:
        """Yield every page of the rows of these documents; progress is told in documents."""
        chosen = Documents(stream.parameters["document"], tuple(sorted(ids)))
        if not chosen.ids or self._is_left_out(stream):
            return
        meter = self._meter(stream)
        meter.expect(len(chosen.ids))
        pieces = -(-len(chosen.ids) // DOCUMENTS_AT_ONCE)
        yield from self._walk(stream, meter).through(chosen.cut(pieces, lowest="", highest=""))

    def server_time(self) -> datetime:
        """Return the ERP's own time: what a watermark may be held against."""
        rows = self._endpoint.ask(SERVER_TIME)[1]
        try:
            return msgspec.json.decode(row_values(rows.items[0])["server_time"], type=datetime)
        except (IndexError, KeyError, msgspec.MsgspecError) as error:
            raise UnreadableAnswerError(f"{SOURCE} did not tell its time: repeat") from error

    def _is_left_out(self, stream: Stream) -> bool:
        is_lacking = stream.parameters.get("needs") in self._lacks
        return is_lacking or not is_recorded(stream, self._fields.inspected_by)

    def _cut(self, part: Part, measured: Measure) -> list[Part]:
        """Return enough parts for all walks, and no part that is hardly worth a query."""
        worth = measured.rows // (PAGES_A_PART * self._page_rows) + 1
        pieces = min(self._width * PARTS_A_WALK, worth)
        return part.cut(pieces, lowest=measured.lowest, highest=measured.highest)

    def _meter(self, stream: Stream) -> Meter:
        return Meter(f"{SOURCE}'s {stream.name}", clock=self._clock, tell=self._tell)

    def _walk(self, stream: Stream, meter: Meter) -> Walk:
        return Walk(self._endpoint, stream, fields=self._fields, width=self._width, meter=meter)


def _demand_all(stream: Stream, *, came: int, counted: int) -> None:
    if came < counted:
        raise UnreadableAnswerError(
            f"{SOURCE} counted {counted:,} rows of {stream.name} and gave {came:,}: repeat later"
        )
