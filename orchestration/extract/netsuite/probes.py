"""A look at the account before it is read: login, permissions, clock, limits, features."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx

from orchestration.extract.errors import SourceError, StopError
from orchestration.extract.findings import Finding, Weight, looked, mind, stop, well
from orchestration.extract.http import Clock, RepeatRule
from orchestration.extract.netsuite.capabilities import LEFT_OUT, Capabilities, rows
from orchestration.extract.netsuite.endpoint import Endpoint
from orchestration.extract.netsuite.inspection import BIN, LOCATION, STATUS, is_recorded
from orchestration.extract.netsuite.limits import UNTOLD, read_limits, share_of
from orchestration.extract.netsuite.parts import Query
from orchestration.extract.netsuite.suiteql import Fields, page_query
from orchestration.extract.streams import NETSUITE_STREAMS

# An assertion lasts five minutes, a signature too: a clock further off is not let in.
CLOCK_TROUBLE, CLOCK_STOP = 60, 240
# What a role needs to see a type of document, by the name that its administrator knows.
PERMISSIONS = {
    "SalesOrd": "Sales Order",
    "CustInvc": "Invoice",
    "CashSale": "Cash Sale",
    "RtnAuth": "Return Authorization",
    "ItemRcpt": "Item Receipt",
    "CustCred": "Credit Memo",
    "CashRfnd": "Cash Refund",
}
# And, where a move of stock records an inspection, to see those moves.
MOVES = {
    STATUS: ("StatChng", "Inventory Status Change"),
    BIN: ("BinTrnfr", "Bin Transfer"),
    LOCATION: ("InvTrnfr", "Transfer Inventory"),
}
TIMES = """
SELECT
  TO_CHAR(SYSDATE, 'YYYY-MM-DD HH24:MI:SS') AS shown,
  TO_CHAR(SYS_EXTRACT_UTC(CURRENT_TIMESTAMP), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS utc
FROM DUAL
"""
DANGLING = """
SELECT l.{end}type AS kind, COUNT(*) AS n
FROM NextTransactionLineLink l
LEFT JOIN transaction t ON t.id = l.{end}doc
WHERE t.id IS NULL
GROUP BY l.{end}type
ORDER BY l.{end}type
"""
VISIBLE = "SELECT t.type AS kind, COUNT(*) AS n FROM transaction t GROUP BY t.type ORDER BY t.type"
STRAY_LINES = """
SELECT COUNT(*) AS n
FROM NextTransactionLineLink l
INNER JOIN transaction t ON t.id = l.previousdoc
LEFT JOIN transactionline tl ON tl.transaction = l.previousdoc AND tl.id = l.previousline
WHERE tl.id IS NULL
"""


class Look:
    """One look at an account: `findings` tells of everything but its features."""

    def __init__(
        self, http: httpx.Client, *, fields: Fields, concurrency: str, clock: Clock
    ) -> None:
        self._http = http
        self._fields = fields
        self._concurrency = concurrency
        self._clock = clock
        self._rule = RepeatRule(attempts=2, total_seconds=30)
        self.endpoint = Endpoint(http, page_rows=1000, clock=clock, rule=self._rule)

    def findings(self) -> Iterator[Finding]:
        """Yield what is found; where nobody is let in, that alone."""
        login = list(looked("login", self._login))
        yield from login
        if any(one.probe == "login" and one.weight is Weight.STOP for one in login):
            return
        yield from looked("queries", self._queries)
        yield from looked("permissions", self._permissions)
        yield from looked("links", self._links)
        yield from self._limits()

    def _login(self) -> Iterator[Finding]:
        asked_at = self._clock.now()
        (times,) = rows(self.endpoint, Query(TIMES))
        answered_at = self._clock.now()
        yield well("login", "let in")
        server = datetime.fromisoformat(times["utc"])
        # The account's clock against the nearer end of the question's own time.
        ahead = (server - min(max(server, asked_at), answered_at)).total_seconds()
        yield _clock_finding(ahead)
        shown = datetime.fromisoformat(times["shown"]).replace(tzinfo=UTC)
        hours = round((shown - server).total_seconds() / 3600, 2)
        yield well("time zone", f"shows its times {hours:+g} h from UTC; they are read in UTC")

    def _queries(self) -> Iterator[Finding]:
        """Ask every stream's query for nothing: a field that is not there is named."""
        broken = 0
        for stream in NETSUITE_STREAMS:
            if not is_recorded(stream, self._fields.inspected_by):
                continue
            query = page_query(stream, self._fields)
            try:
                self.endpoint.ask(Query(query.text.replace("1 = 1", "1 = 0"), query.parameters))
            except StopError as error:
                needs = stream.parameters.get("needs", "")
                if needs not in LEFT_OUT:
                    broken += 1
                    found, _, remedy = str(error).rpartition(": ")
                    yield stop(stream.name, found, remedy)
        if not broken:
            yield well("queries", "every field that is read is there")

    def _permissions(self) -> Iterator[Finding]:
        visible = {row["kind"]: int(row["n"]) for row in rows(self.endpoint, Query(VISIBLE))}
        hidden: dict[str, int] = {}
        for end in ("previous", "next"):
            for row in rows(self.endpoint, Query(DANGLING.format(end=end))):
                kind = row.get("kind", "?")
                hidden[kind] = hidden.get(kind, 0) + int(row["n"])
        for kind, count in sorted(hidden.items()):
            if kind in PERMISSIONS:
                yield stop(
                    "permissions",
                    f"{count:,} links lead to documents of type {kind} that the role hides",
                    f"let an administrator give the role View on {PERMISSIONS[kind]}, in all"
                    " subsidiaries",
                )
        moves = dict(MOVES[one] for one in sorted(self._fields.inspected_by) if one in MOVES)
        wanted = PERMISSIONS | moves
        empty = [kind for kind in wanted if kind not in visible and kind not in hidden]
        if empty:
            named = ", ".join(wanted[kind] for kind in empty)
            yield mind(
                "permissions",
                f"no document of type {', '.join(empty)} is visible",
                f"well if there are none; else give the role View on {named}",
            )
        if not hidden and not empty:
            yield well("permissions", "documents of every type, and no link into the dark")

    def _links(self) -> Iterator[Finding]:
        (row,) = rows(self.endpoint, Query(STRAY_LINES))
        stray = int(row["n"])
        if stray:
            yield mind(
                "links",
                f"{stray:,} links name a line that is not there by its id",
                "tell the maintainers: lines may be linked by their place in this account",
            )
        else:
            yield well("links", "every link names a line by its id")

    def _limits(self) -> Iterator[Finding]:
        try:
            pool = read_limits(self._http, clock=self._clock, rule=self._rule).ours
        except SourceError:
            yield mind(
                "concurrency",
                f"the role may not read the account's limit: {_used(None, self._concurrency)}",
                "set NETSUITE_CONCURRENCY to a number that leaves room for other integrations",
            )
            return
        yield well("concurrency", f"the pool holds {pool}: {_used(pool, self._concurrency)}")


def feature_findings(capabilities: Capabilities) -> Iterator[Finding]:
    """Yield what an account's features mean for an extraction."""
    for name in sorted(capabilities.lacks):
        yield mind("left out", f"{name} is not there: {LEFT_OUT[name]}", _remedy_for(name))
    has = capabilities.has
    if has["transactiontaxdetail"]:
        yield well("tax", "SuiteTax: taxes by line and code")
    else:
        yield stop(
            "tax",
            "legacy tax: transactiontaxdetail is not there, so no tax is known by line",
            "switch to SuiteTax, or give the role View on Tax Records",
        )
    letters = {
        row.get("status") for row in capabilities.observed["statuses"] if row["type"] == "RtnAuth"
    }
    yield well("receiving", "advanced" if letters & {"B", "D", "E"} else "no open receipt seen")
    for name, said in (("inventorystatus", "stock statuses"), ("accountingbook", "several books")):
        yield well(said, "on" if has[name] else "off")
    there = [name for name in FEATURES_SHOWN if has[name]]
    yield well("columns", f"of those that differ: {', '.join(there) or 'none'}")
    kinds = sorted(
        {
            f"{row.get('previoustype')}-{row.get('nexttype')}: {row.get('linktype')}"
            for row in capabilities.observed["link_types"]
        }
    )
    yield well("link types", ", ".join(kinds) or "no link yet")
    yield well("values", "come as text" if capabilities.has_text_values else "come as numbers")


FEATURES_SHOWN = (
    "transaction.createdfrom",
    "transactionline.amount",
    "transactionline.restock",
    "inventoryassignment.bin",
    "inventoryassignment.binnumber",
)


def _remedy_for(name: str) -> str:
    if name == "deletedrecord":
        return "give the role View on Deleted Records"
    if name == "customrecord_return_inspection":
        return (
            "give the role View on it; or, if the account has none, take custom_record out of"
            " NETSUITE_INSPECTED_BY"
        )
    return "nothing, if the account is meant to be without it"


def _used(pool: int | None, concurrency: str) -> str:
    width = share_of(pool, concurrency)
    return f"{width} queries at once" if pool or width != UNTOLD else "2 queries at once"


def _clock_finding(ahead: float) -> Finding:
    said = (
        f"the ERP's is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
    )
    if abs(ahead) < CLOCK_TROUBLE:
        return well("clock", said)
    remedy = "let this machine's clock be set by NTP"
    return (stop if abs(ahead) >= CLOCK_STOP else mind)("clock", said, remedy)
