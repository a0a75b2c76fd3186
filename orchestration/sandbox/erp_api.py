"""The ERP's endpoints: tokens, SuiteQL over REST, and the limits of the account."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orchestration.sandbox.erp_access import ErpAccess
from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_errors import ERROR_TYPE, error_content
from orchestration.sandbox.erp_paging import MAX_PAGE, page_of
from orchestration.sandbox.erp_record_api import Asked, RecordApi
from orchestration.sandbox.suiteql import Page, run
from orchestration.sandbox.suiteql_translation import QueryRefusedError

RESULT_TYPE = "application/vnd.oracle.resource+json"
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
SUITEQL_PATH = "/services/rest/query/v1/suiteql"
LIMITS_PATH = "/services/rest/system/v1/governanceLimits"
Answering = Callable[[Request], Awaitable[Response]]


class ErpApi:
    """Answers grants and queries about the account's books."""

    def __init__(
        self, books: ErpBooks, access: ErpAccess, account: Account, clock: Callable[[], datetime]
    ) -> None:
        self._books, self._access, self._account, self._clock = books, access, account, clock
        self._in_flight = 0
        self._records = RecordApi(books, clock, account)
        self.token = access.grant

    async def limits(self, request: Request) -> Response:
        """Say how many requests the account answers at once; it tells an administrator only."""
        if not self._access.admits(request):
            return _error(401, "Invalid login attempt.", "INVALID_LOGIN")
        if not self._account.is_administrator:
            return _error(403, "You do not have permissions.", "INSUFFICIENT_PERMISSION")
        limit = self._account.concurrency
        return JSONResponse(
            {
                "accountConcurrencyLimit": limit,
                "accountUnallocatedConcurrencyLimit": limit,
                "integrationLimitType": "accountLimit",
            }
        )

    async def suiteql(self, request: Request) -> Response:
        """Answer one page of a query."""
        if not self._access.admits(request):
            return _error(401, "Invalid login attempt.", "INVALID_LOGIN")
        return await self._in_turn(self._answer, request)

    async def record(self, request: Request) -> Response:
        """Answer one request about a record."""
        if not self._access.admits(request):
            return _error(401, "Invalid login attempt.", "INVALID_LOGIN")
        return await self._in_turn(self._answer_record, request)

    async def _in_turn(self, answer: Answering, request: Request) -> Response:
        """Queries and records draw from one pool of the account."""
        if self._in_flight >= self._account.concurrency:
            detail = "Concurrent request limit exceeded. Request blocked."
            return _error(429, detail, "CONCURRENCY_LIMIT_EXCEEDED")
        self._in_flight += 1
        try:
            return await answer(request)
        finally:
            self._in_flight -= 1

    async def _answer(self, request: Request) -> Response:
        if "transient" not in request.headers.get("Prefer", ""):
            detail = "The required request header 'Prefer' is missing or not 'transient'."
            return _error(400, detail, "INVALID_HEADER")
        try:
            body = dict(json.loads(await request.body()))
            limit = int(request.query_params.get("limit", MAX_PAGE))
            offset = int(request.query_params.get("offset", 0))
            page = await run_in_threadpool(self._page, body, limit, offset)
        except QueryRefusedError as error:
            return _error(400, error.detail, error.code)
        except (ValueError, KeyError, TypeError):
            return _error(400, "The request body must hold a query in 'q'.", "INVALID_CONTENT")
        address = str(request.url.replace(query=""))
        content = page_of(address, page.items, limit=limit, offset=offset, total=page.total)
        return JSONResponse(content, media_type=RESULT_TYPE)

    async def _answer_record(self, request: Request) -> Response:
        asked = Asked(
            method=request.method,
            path=request.path_params["path"],
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.body(),
            root=str(request.url.replace(query="")).partition("/services/")[0],
            query=dict(request.query_params),
        )
        answered = await run_in_threadpool(self._records.answer, asked)
        content = "" if answered.content is None else json.dumps(answered.content, default=str)
        media_type = RESULT_TYPE if answered.status < 400 else ERROR_TYPE
        return Response(
            content, answered.status, headers=dict(answered.headers), media_type=media_type
        )

    def _page(self, body: dict[str, object], limit: int, offset: int) -> Page:
        given = body.get("params", [])
        if not isinstance(given, list) or any(value is None for value in given):
            raise QueryRefusedError("The parameters must be a list of values that are not null.")
        return run(
            self._books,
            str(body["q"]),
            [str(value) for value in given],
            limit=limit,
            offset=offset,
            now=self._clock() + self._account.clock_ahead,
            account=self._account,
        )


def _error(status: int, detail: str, code: str) -> Response:
    content = error_content(status, detail, code)
    return Response(json.dumps(content), status, media_type=ERROR_TYPE)
