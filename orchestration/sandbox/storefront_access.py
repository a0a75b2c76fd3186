"""Who is let into the storefront: permanent tokens, and tokens of a day for client credentials."""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orchestration.sandbox.credentials import AppCredentials
from orchestration.sandbox.storefront_schema import SCOPES

LIFETIME = timedelta(seconds=86_399)
TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105 - a name
NOT_ADMITTED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


@dataclass
class AccessDesk:
    """Grants and knows the tokens of every store; those it granted are gone when it stops."""

    permanent: Mapping[str, str]
    app: AppCredentials
    clock: Callable[[], datetime]
    granted: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def admits(self, store: str, token: str) -> bool:
        """Whether a store's request carries a token that is alive."""
        if hmac.compare_digest(token.encode(), self.permanent[store].encode()):
            return True
        return self.granted.get((store, token), self.clock()) > self.clock()

    def revoke(self) -> None:
        """Let every granted token end before its time, as when the secret is rotated."""
        self.granted.clear()

    async def scopes(self, request: Request) -> Response:
        """Say what a token may do."""
        store = store_of(request)
        if store not in self.permanent:
            return JSONResponse({"errors": "Not Found"}, 404)
        if not self.admits(store, request.headers.get(TOKEN_HEADER, "")):
            return JSONResponse({"errors": NOT_ADMITTED}, 401)
        return JSONResponse({"access_scopes": [{"handle": scope} for scope in SCOPES]})

    async def grant(self, request: Request) -> Response:
        """Answer the request for a token as the real endpoint does."""
        store = store_of(request)
        if store not in self.permanent:
            return JSONResponse({"errors": "Not Found"}, 404)
        form = _form(await request.body(), request.headers.get("Content-Type", ""))
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type", "The grant type is not supported")
        if form.get("client_id") != self.app.client_id:
            return _refused("application_cannot_be_found", "No app has this client id")
        said = form.get("client_secret", "")
        if not hmac.compare_digest(said.encode(), self.app.client_secret.encode()):
            return _refused("invalid_client", "The client secret is not this app's")
        token = "shpat_" + secrets.token_hex(16)
        self.granted[store, token] = self.clock() + LIFETIME
        return JSONResponse(
            {
                "access_token": token,
                "scope": ",".join(SCOPES),
                "expires_in": int(LIFETIME.total_seconds()),
            }
        )


def _form(body: bytes, content_type: str) -> dict[str, str]:
    """Read what is asked for, as a form or, as the vendor's own libraries send it, as JSON."""
    if "json" not in content_type:
        return dict(parse_qsl(body.decode(errors="replace")))
    try:
        return {name: str(value) for name, value in dict(json.loads(body)).items()}
    except (ValueError, TypeError):
        return {}


def store_of(request: Request) -> str:
    """Return the store that a path names or, at the root, the host: `us` of us.myshopify.com."""
    named: str = request.path_params.get("store") or (request.url.hostname or "").partition(".")[0]
    return named


def _refused(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)
