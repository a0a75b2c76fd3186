"""The ERP's record API: documents read, changed, and made from one another."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_catalog import CATALOG, LINK, catalog, schema
from orchestration.sandbox.erp_documents import Kind, Row
from orchestration.sandbox.erp_errors import error_content
from orchestration.sandbox.erp_filters import filter_of
from orchestration.sandbox.erp_paging import MAX_PAGE, page_of
from orchestration.sandbox.erp_record_shapes import (
    CUSTOM,
    FIELDS,
    KINDS,
    Shape,
    document,
    items,
)
from orchestration.sandbox.erp_transform_rules import TRANSFORMS
from orchestration.sandbox.erp_transforms import RecordRefusedError, Transforming

# The name of a record in an address is one name however it is written.
RECORDS = {name.lower(): name for name in KINDS}
RECORDS_PATH = "/services/rest/record/v1"
JOBS_PATH = "/services/rest/async/v1/job"
NAME_CHECK, KEY = "x-netsuite-propertynamevalidation", "x-netsuite-idempotency-key"


@dataclass(frozen=True)
class Asked:
    """
    One request, as far as it decides the answer; header names are in lower case.

    `root` is the address that the account's services are under.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    root: str = ""

    def address(self, *path: object) -> str:
        """Return where a record is, or a list of them."""
        return "/".join([f"{self.root}{RECORDS_PATH}", *map(str, path)])


@dataclass(frozen=True)
class Answered:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    content: Mapping[str, Any] | None = None


class RecordApi:
    """Answers about the account's records; asynchronous requests are done before they say so."""

    def __init__(
        self, books: ErpBooks, clock: Callable[[], datetime], account: Account | None = None
    ) -> None:
        self._books, self._clock, self._account = books, clock, account or Account()
        self._jobs: dict[str, str] = {}

    def answer(self, asked: Asked) -> Answered:
        """Answer one request whose credential was admitted."""
        with self._books.lock:
            try:
                if asked.headers.get("prefer", "") == "respond-async":
                    return self._deferred(asked)
                return self._done(asked)
            except RecordRefusedError as error:
                return _refused(error)
            except (ValueError, KeyError, TypeError):
                return _refused(RecordRefusedError("Invalid content.", "INVALID_CONTENT"))

    def _deferred(self, asked: Asked) -> Answered:
        """The key counts only here: a synchronous request does not know it."""
        key = asked.headers.get(KEY)
        if key in self._jobs:
            refused = RecordRefusedError("A request with this key exists.", "IDEMPOTENCY_ERROR")
            return Answered(400, {"Location": self._jobs[key]}, _refused(refused).content)
        self._done(asked)
        job = f"{asked.root}{JOBS_PATH}/{len(self._jobs) + 1}"
        self._jobs[key or job] = job
        return Answered(202, {"Location": job})

    def _done(self, asked: Asked) -> Answered:
        named, _, rest = asked.path.partition("/")
        if named == CATALOG:
            return self._catalogued(asked, rest)
        record = RECORDS.get(named.lower(), named)
        record_id, _, transform = rest.partition("/!transform/")
        if transform:
            return self._transformed(asked, record, record_id, transform)
        if record not in KINDS:
            raise RecordRefusedError("Record type is not supported here.", "INVALID_URL")
        record_id, _, sublist = rest.partition("/")
        if sublist.partition("/")[0] not in {"", "item"}:
            raise RecordRefusedError("The sublist is not supported here.", "INVALID_URL")
        if asked.method == "PUT" and not record_id.startswith("eid:"):
            raise RecordRefusedError("PUT takes an external id.", "INVALID_METHOD", status=405)
        if asked.method == "GET":
            return Answered(200, {}, self._read(asked, record, record_id, sublist))
        if asked.method in {"PATCH", "PUT"} and record_id and not sublist:
            return self._changed(asked, record, record_id)
        raise RecordRefusedError("Method not allowed.", "INVALID_METHOD", status=405)

    def _catalogued(self, asked: Asked, named: str) -> Answered:
        if asked.method != "GET" or "swagger" in asked.headers.get("accept", ""):
            raise RecordRefusedError("The catalog is read as JSON.", "INVALID_REQUEST")
        address = asked.address(CATALOG)
        if not named:
            return Answered(200, {}, catalog(address))
        record = LINK if named == LINK else RECORDS.get(named.lower())
        if record is None:
            raise RecordRefusedError("The record type is not here.", "NONEXISTENT_ID", status=404)
        return Answered(200, {}, schema(record, path=f"{RECORDS_PATH}/{CATALOG}"))

    def _read(self, asked: Asked, record: str, record_id: str, sublist: str) -> Shape:
        kind = KINDS[record]
        if not record_id:
            return self._listed(asked, record)
        row = self._one(kind, record_id)
        address = asked.address(record, row["id"])
        main, lines = self._lines(row["id"])
        if sublist:
            own = sublist.partition("/")[2]
            return _listed_or_one(items(f"{address}/item", lines, kind=kind), own)
        is_expanded = asked.query.get("expandSubResources", "").lower() == "true"
        shown = document(
            address, row, kind=kind, made_from=main, lines=lines if is_expanded else None
        )
        return _only(shown, asked.query.get("fields", ""))

    def _changed(self, asked: Asked, record: str, record_id: str) -> Answered:
        found = self._find(KINDS[record], record_id)
        if found is None and asked.method == "PUT":
            raise RecordRefusedError("Please enter value(s) for: Customer", "USER_ERROR")
        row = found or self._one(KINDS[record], record_id)
        fields = self._fields(asked)
        if fields:
            self._books.modify("transaction", row["id"], fields, at=self._clock())
        return Answered(204, {"Location": asked.address(record, row["id"])})

    def _transformed(self, asked: Asked, record: str, record_id: str, to: str) -> Answered:
        rule = TRANSFORMS.get((record, to))
        if rule is None or asked.method != "POST":
            raise RecordRefusedError("This transform is not supported.", "INVALID_URL")
        source = self._one(rule.source, record_id)
        made = Transforming(self._books, self._clock(), rule).make(
            source["id"],
            json.loads(asked.body or b"{}"),
            is_replacing=asked.query.get("replace") == "item",
        )
        return Answered(204, {"Location": asked.address(to, made)})

    def _one(self, kind: Kind, record_id: str) -> Row:
        found = self._find(kind, record_id)
        if found is None:
            raise RecordRefusedError("The record doesn't exist.", "NONEXISTENT_ID", status=404)
        return found

    def _listed(self, asked: Asked, record: str) -> Shape:
        """A list names its records and where they are, and nothing else of them."""
        limit, offset = int(asked.query.get("limit", MAX_PAGE)), int(asked.query.get("offset", 0))
        if not 1 <= limit <= MAX_PAGE or offset < 0 or offset % limit:
            raise RecordRefusedError(
                "The offset must be divisible by the limit.", "INVALID_PARAMETER"
            )
        query = "select id from transaction where type = ?"
        values: list[object] = [KINDS[record].value]
        if asked.query.get("q"):
            filtered = filter_of(asked.query["q"], account=self._account)
            query, values = f"{query} and ({filtered.condition})", [*values, *filtered.values]
        ids = [str(row["id"]) for row in self._books.found(f"{query} order by id", values)]
        shown = [
            {"links": [{"rel": "self", "href": asked.address(record, own)}], "id": own}
            for own in ids[offset : offset + limit]
        ]
        return page_of(asked.address(record), shown, limit=limit, offset=offset, total=len(ids))

    def _lines(self, own: int) -> tuple[int | None, list[Row]]:
        """Return what a document was made from, and the lines of its item sublist."""
        query = "select * from transactionline where transaction = ? order by linesequencenumber"
        lines = self._books.found(query, [own])
        sources = [line["createdfrom"] for line in lines if line["mainline"] == "T"]
        is_item = [line["mainline"] != "T" and line["taxline"] != "T" for line in lines]
        shown = [line for line, is_one in zip(lines, is_item, strict=True) if is_one]
        return next(iter(sources), None), shown

    def _find(self, kind: Kind, record_id: str) -> Row | None:
        column = "externalid" if record_id.startswith("eid:") else "id"
        value: object = record_id.removeprefix("eid:")
        if column == "id":
            value = int(record_id)
        found = self._books.found(
            f"select * from transaction where type = ? and {column} = ?",  # noqa: S608
            [kind.value, value],
        )
        return found[0] if found else None

    def _fields(self, asked: Asked) -> Row:
        """A name that is none is ignored, unless the request asks for it to be an error."""
        fields: Row = {}
        for name, value in json.loads(asked.body or b"{}").items():
            column = FIELDS.get(name) or (name if name in CUSTOM else None)
            if column is not None:
                fields[column] = value
            elif asked.headers.get(NAME_CHECK, "").lower() == "error":
                raise RecordRefusedError(f"Unknown property {name}", "INVALID_CONTENT")
        return fields


def _listed_or_one(listed: Shape, own: str) -> Shape:
    """Return a sublist, or the one line of it that is asked for by its number."""
    if not own:
        return listed
    for line in listed["items"]:
        if str(line["line"]) == own:
            found: Shape = line
            return found
    raise RecordRefusedError("The line doesn't exist.", "NONEXISTENT_ID", status=404)


def _only(shown: Shape, fields: str) -> Shape:
    """Return a document with the fields that were asked for; with none of them named, all."""
    wanted = {name.strip().lower() for name in fields.split(",") if name.strip()}
    if not wanted:
        return shown
    return {name: value for name, value in shown.items() if name.lower() in wanted | {"links"}}


def _refused(error: RecordRefusedError) -> Answered:
    title = "Conflict" if error.code == "IDEMPOTENCY_ERROR" else ""
    content = error_content(error.status, error.detail, error.code, title=title)
    return Answered(error.status, {}, content)
