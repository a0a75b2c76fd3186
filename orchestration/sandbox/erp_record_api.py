"""The ERP's record API: return authorizations read, changed, and made from sales orders."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.sandbox.erp_authorizing import Authorizing, RecordRefusedError
from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_documents import Row

RECORDS_PATH = "/services/rest/record/v1"
JOBS_PATH = "/services/rest/async/v1/job"
RMA = "returnAuthorization"
# Fields of the record by the columns that hold them; custom fields are named alike in both.
FIELDS = {"memo": "memo", "otherRefNum": "otherrefnum", "externalId": "externalid"}
CUSTOM = ("custbody_storefront_return_id", "custbody_return_stages")
NAME_CHECK, KEY = "x-netsuite-propertynamevalidation", "x-netsuite-idempotency-key"
TITLES = {400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}


@dataclass(frozen=True)
class Asked:
    """One request, as far as it decides the answer; header names are in lower case."""

    method: str
    path: str
    replaced: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answered:
    """One answer; a `Location` is a path, which whoever answers makes an address of."""

    status: int
    headers: Mapping[str, str]
    content: Mapping[str, Any] | None = None


class RecordApi:
    """Answers about the account's records; asynchronous requests are done before they say so."""

    def __init__(self, books: ErpBooks, clock: Callable[[], datetime]) -> None:
        self._books, self._clock = books, clock
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
        job = f"{JOBS_PATH}/{len(self._jobs) + 1}"
        self._jobs[key or job] = job
        return Answered(202, {"Location": job})

    def _done(self, asked: Asked) -> Answered:
        kind, _, rest = asked.path.partition("/")
        record_id, _, transform = rest.partition("/!transform/")
        if transform:
            return self._transformed(asked, kind, record_id, transform)
        if kind != RMA or not record_id:
            raise RecordRefusedError("Record type is not supported here.", "INVALID_URL")
        if asked.method == "PUT" and not record_id.startswith("eid:"):
            raise RecordRefusedError("PUT takes an external id.", "INVALID_METHOD", status=405)
        found = self._find(record_id)
        if found is None:
            if asked.method == "PUT":
                detail = "Please enter value(s) for: Customer"
                raise RecordRefusedError(detail, "USER_ERROR")
            raise RecordRefusedError("The record doesn't exist.", "NONEXISTENT_ID", status=404)
        if asked.method == "GET":
            return Answered(200, {}, _shown(found))
        if asked.method in {"PATCH", "PUT"}:
            fields = self._fields(asked)
            if fields:
                self._books.modify("transaction", found["id"], fields, at=self._clock())
            return Answered(204, {"Location": f"{RECORDS_PATH}/{RMA}/{found['id']}"})
        raise RecordRefusedError("Method not allowed.", "INVALID_METHOD", status=405)

    def _transformed(self, asked: Asked, kind: str, record_id: str, to: str) -> Answered:
        if (asked.method, kind, to) != ("POST", "salesOrder", RMA):
            raise RecordRefusedError("This transform is not supported.", "INVALID_URL")
        made = Authorizing(self._books, self._clock()).make(
            int(record_id), json.loads(asked.body or b"{}"), is_replacing=asked.replaced == "item"
        )
        return Answered(204, {"Location": f"{RECORDS_PATH}/{RMA}/{made}"})

    def _find(self, record_id: str) -> Row | None:
        column = "externalid" if record_id.startswith("eid:") else "id"
        value: object = record_id.removeprefix("eid:")
        if column == "id":
            value = int(record_id)
        found = self._books.found(
            f"select * from transaction where type = 'RtnAuth' and {column} = ?",  # noqa: S608
            [value],
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


def _shown(row: Row) -> dict[str, Any]:
    named = {name: row[column] for name, column in FIELDS.items() if row[column] is not None}
    custom = {name: row[name] for name in CUSTOM if row[name] is not None}
    return {"id": str(row["id"]), "tranId": row["tranid"], **named, **custom}


def _refused(error: RecordRefusedError) -> Answered:
    content = {
        "type": "https://www.rfc-editor.org/rfc/rfc9110",
        "title": "Conflict" if error.code == "IDEMPOTENCY_ERROR" else TITLES[error.status],
        "status": error.status,
        "o:errorDetails": [{"detail": error.detail, "o:errorCode": error.code}],
    }
    return Answered(error.status, {}, content)
