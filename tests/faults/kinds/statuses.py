"""What a server that is busy, ill or unwilling says."""

import json
from dataclasses import replace
from random import Random

from tests.faults.exchange import Exchange, Family
from tests.faults.proxy import Answer, Reply

THROTTLED, SERVER_ERROR, DENIED = Family("throttled"), Family("server error"), Family("denied")
PAGE = b"<!doctype html><html><body>Something went wrong</body></html>"
HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/json"}
TOLD = {
    "at_once": {"retry-after": "0"},
    "in_a_second": {"retry-after": "1"},
    "in_part_of_a_second": {"retry-after": "0.5"},
    "at_a_date": {
        "retry-after": "Fri, 20 Mar 2026 06:00:02 GMT",
        "date": "Fri, 20 Mar 2026 06:00:00 GMT",
    },
    "in_an_hour": {"retry-after": "3600"},
    "unsaid": {},
}
BUCKET = {"maximumAvailable": 2000, "currentlyAvailable": 20, "restoreRate": 10_000}
COST = {"requestedQueryCost": 120, "throttleStatus": BUCKET}

for when, headers in TOLD.items():
    THROTTLED.always(f"429_{when}", Answer(429, headers, b""))
for status in (500, 502, 503, 504, 408, 520):
    SERVER_ERROR.always(f"{status}", Answer(status, HTML, PAGE))
SERVER_ERROR.always("503_in_a_second", Answer(503, {"retry-after": "1"}, b""))
for status in (401, 402, 403, 404, 423, 430):
    DENIED.always(f"{status}", Answer(status, JSON, b'{"errors":"denied"}'))


def _document_error(family: Family, code: str, **extensions: object) -> None:
    error = {"message": code.capitalize(), "extensions": {"code": code}}
    content = {"errors": [error], "extensions": extensions}

    def effect(exchange: Exchange, _: Random) -> Reply | None:
        return Reply(exchange.answer.with_json(content)) if exchange.is_store else None

    family.add(code.lower(), effect)


def _erp_error(family: Family, name: str, status: int, code: str) -> None:
    content = {
        "type": "about:blank",
        "title": "Error",
        "status": status,
        "o:errorDetails": [{"detail": code.capitalize(), "o:errorCode": code}],
    }
    kind = {"content-type": "application/vnd.oracle.resource+json; type=error"}
    answer = Answer(status, kind, json.dumps(content).encode())

    def effect(exchange: Exchange, _: Random) -> Reply | None:
        return Reply(answer) if exchange.is_erp else None

    family.add(name, effect)


_document_error(THROTTLED, "THROTTLED", cost=COST)
_document_error(SERVER_ERROR, "INTERNAL_SERVER_ERROR")
_document_error(SERVER_ERROR, "TIMEOUT")
_document_error(DENIED, "ACCESS_DENIED")
_erp_error(THROTTLED, "concurrency_on_429", 429, "CONCURRENCY_LIMIT_EXCEEDED")
_erp_error(THROTTLED, "concurrency_on_400", 400, "CONCURRENCY_LIMIT_EXCEEDED")
_erp_error(THROTTLED, "requests_on_400", 400, "SSS_REQUEST_LIMIT_EXCEEDED")
_erp_error(SERVER_ERROR, "unexpected_error", 500, "UNEXPECTED_ERROR")
_erp_error(DENIED, "insufficient_permission", 400, "INSUFFICIENT_PERMISSION")
_erp_error(DENIED, "unknown_field", 400, "INVALID_PARAMETER")


@DENIED
def another_version(exchange: Exchange, _: Random) -> Reply | None:
    """A retired version is answered in the oldest that is left."""
    headers = {**exchange.answer.headers, "x-shopify-api-version": "2027-01"}
    return Reply(replace(exchange.answer, headers=headers)) if exchange.is_store else None
