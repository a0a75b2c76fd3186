"""Who is let into the storefront: permanent tokens, and tokens of a day for client credentials."""

import hmac
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

    async def grant(self, request: Request) -> Response:
        """Answer the request for a token as the real endpoint does."""
        store = request.path_params["store"]
        if store not in self.permanent:
            return JSONResponse({"errors": "Not Found"}, 404)
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
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


def _refused(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)
