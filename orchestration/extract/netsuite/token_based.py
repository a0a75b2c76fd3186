"""The ERP's older way in: every request signed with OAuth 1.0a, HMAC-SHA256."""

from collections.abc import Generator
from dataclasses import dataclass, field

import httpx
from oauthlib.oauth1 import Client

METHOD = "HMAC-SHA256"


@dataclass(frozen=True)
class TokenCredentials:
    """
    What identifies an integration and a user's token; the secrets are shown nowhere.

    `account_id` is the realm as the ERP writes it: 123456_SB1.
    """

    account_id: str
    consumer_key: str
    token_id: str
    consumer_secret: str = field(repr=False)
    token_secret: str = field(repr=False)


class TokenBasedAuth(httpx.Auth):
    """Signs each request anew, its query parameters with it: a signature is good once."""

    def __init__(self, credentials: TokenCredentials) -> None:
        self._credentials = credentials

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the signature on the request; a body of JSON is no part of it."""
        known = self._credentials
        signer = Client(
            known.consumer_key,
            client_secret=known.consumer_secret,
            resource_owner_key=known.token_id,
            resource_owner_secret=known.token_secret,
            signature_method=METHOD,
            realm=known.account_id,
        )
        _, headers, _ = signer.sign(str(request.url), http_method=request.method)
        request.headers["Authorization"] = headers["Authorization"]
        yield request
