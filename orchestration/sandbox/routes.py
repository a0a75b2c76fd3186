"""Where the sandbox answers what: under paths of its own, and as on the vendors' own hosts."""

import json

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from orchestration.sandbox.erp_api import LIMITS_PATH, SUITEQL_PATH, TOKEN_PATH, ErpApi
from orchestration.sandbox.erp_errors import ERROR_TYPE, error_content
from orchestration.sandbox.erp_record_api import RECORDS_PATH
from orchestration.sandbox.outbox import OUTBOX_PATH, Outbox
from orchestration.sandbox.storefront_api import StorefrontApi

# A client that makes its address of an account's or a shop's name reaches the sandbox by that name
# and finds both systems at the root; others are told an address with a path in it.
ERP_ROOTS = ("/netsuite", "")
STOREFRONT_ROOTS = ("/{store}", "")
CODES = {404: "INVALID_URL", 405: "METHOD_NOT_ALLOWED"}


def application(storefront: StorefrontApi, erp: ErpApi, outbox: Outbox) -> Starlette:
    """Return both systems as one: `/<store>/admin/...` and `/netsuite/services/...`."""
    return Starlette(
        routes=[
            *(route for root in ERP_ROOTS for route in _of_erp(root, erp)),
            Route("/bulk/{token}.jsonl", storefront.file),
            Route(OUTBOX_PATH, outbox.take, methods=["POST"]),
            *(route for root in STOREFRONT_ROOTS for route in _of_storefront(root, storefront)),
        ],
        exception_handlers={HTTPException: _unanswered},
    )


def _of_erp(root: str, erp: ErpApi) -> list[BaseRoute]:
    return [
        Route(f"{root}{TOKEN_PATH}", erp.token, methods=["POST"]),
        Route(f"{root}{SUITEQL_PATH}", erp.suiteql, methods=["POST"]),
        Route(f"{root}{LIMITS_PATH}", erp.limits, methods=["GET"]),
        Route(
            f"{root}{RECORDS_PATH}/{{path:path}}",
            erp.record,
            methods=["DELETE", "GET", "PATCH", "POST", "PUT"],
        ),
    ]


def _of_storefront(root: str, storefront: StorefrontApi) -> list[BaseRoute]:
    return [
        Route(f"{root}/admin/oauth/access_token", storefront.desk.grant, methods=["POST"]),
        Route(f"{root}/admin/oauth/access_scopes.json", storefront.desk.scopes, methods=["GET"]),
        Route(f"{root}/admin/api/{{version}}/shop.json", storefront.shop, methods=["GET"]),
        Route(f"{root}/admin/api/{{version}}/graphql.json", storefront.answer, methods=["POST"]),
    ]


async def _unanswered(request: Request, error: Exception) -> Response:
    """Say in each system's own words that a path or a method is not there."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    if "/services/" not in request.url.path:
        said = {404: "Not Found", 405: "Method Not Allowed"}
        return JSONResponse({"errors": said.get(status, "Error")}, status, headers)
    content = error_content(status, "This is not served here.", CODES.get(status, "ERROR"))
    return Response(json.dumps(content), status, headers, media_type=ERROR_TYPE)
