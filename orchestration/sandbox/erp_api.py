"""The ERP's endpoints: tokens and SuiteQL over REST."""

import json
from collections.abc import Callable
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.oauth import LIFETIME, GrantRefusedError, TokenDesk
from orchestration.sandbox.suiteql import MAX_PAGE, Page, run
from orchestration.sandbox.suiteql_translation import QueryRefusedError

ERROR_TYPE = "application/vnd.oracle.resource+json; type=error"
RESULT_TYPE = "application/vnd.oracle.resource+json"
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
SUITEQL_PATH = "/services/rest/query/v1/suiteql"


class ErpApi:
    """Answers grants and queries about the account's books."""

    def __init__(self, books: ErpBooks, desk: TokenDesk, clock: Callable[[], datetime]) -> None:
        self._books, self._desk, self._clock = books, desk, clock

    async def token(self, request: Request) -> Response:
        """Answer a client-credentials grant."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        audience = str(request.url.replace(query=""))
        try:
            granted = self._desk.grant(form, audience=audience, now=self._clock())
        except GrantRefusedError as error:
            status = 401 if error.error == "invalid_client" else 400
            return JSONResponse({"error": error.error, "error_description": str(error)}, status)
        seconds = str(int(LIFETIME.total_seconds()))
        return JSONResponse(
            {"access_token": granted, "expires_in": seconds, "token_type": "Bearer"}
        )

    async def suiteql(self, request: Request) -> Response:
        """Answer one page of a query."""
        if not self._desk.admits(request.headers.get("Authorization", ""), now=self._clock()):
            return _error(401, "Invalid login attempt.", "INVALID_LOGIN")
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
        return JSONResponse(
            _result(request, page, limit=limit, offset=offset), media_type=RESULT_TYPE
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
            now=self._clock(),
        )


def _result(request: Request, page: Page, *, limit: int, offset: int) -> dict[str, object]:
    url = str(request.url.replace(query=""))
    links = [{"rel": "self", "href": f"{url}?limit={limit}&offset={offset}"}]
    has_more = offset + limit < page.total
    if has_more:
        links.append({"rel": "next", "href": f"{url}?limit={limit}&offset={offset + limit}"})
    return {
        "links": links,
        "count": len(page.items),
        "hasMore": has_more,
        "items": page.items,
        "offset": offset,
        "totalResults": page.total,
    }


def _error(status: int, detail: str, code: str) -> Response:
    title = {400: "Invalid request", 401: "Unauthorized"}[status]
    content = {
        "type": "https://www.rfc-editor.org/rfc/rfc9110",
        "title": title,
        "status": status,
        "o:errorDetails": [{"detail": detail, "o:errorCode": code}],
    }
    return Response(json.dumps(content), status, media_type=ERROR_TYPE)
