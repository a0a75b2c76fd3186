"""Who may ask the ERP: a bearer token, or a signature of the older way in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orchestration.sandbox.oauth import LIFETIME, GrantRefusedError, TokenDesk
from orchestration.sandbox.token_based import SignatureDesk


@dataclass(frozen=True)
class ErpAccess:
    """Hands out tokens, and looks at what each request brings with it."""

    tokens: TokenDesk
    signatures: SignatureDesk
    clock: Callable[[], datetime]

    async def grant(self, request: Request) -> Response:
        """Answer a client-credentials grant."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        audience = str(request.url.replace(query=""))
        try:
            granted = self.tokens.grant(form, audience=audience, now=self.clock())
        except GrantRefusedError as error:
            status = 401 if error.error == "invalid_client" else 400
            return JSONResponse({"error": error.error, "error_description": str(error)}, status)
        seconds = str(int(LIFETIME.total_seconds()))
        return JSONResponse(
            {"access_token": granted, "expires_in": seconds, "token_type": "Bearer"}
        )

    def admits(self, request: Request) -> bool:
        """Whether a request may be answered."""
        said = request.headers.get("Authorization", "")
        if said.startswith("OAuth "):
            return self.signatures.admits(
                said, method=request.method, url=str(request.url), now=self.clock()
            )
        return self.tokens.admits(said, now=self.clock())
