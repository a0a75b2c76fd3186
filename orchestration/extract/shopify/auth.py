"""The storefront's access token, put on each request and shown nowhere."""

from collections.abc import Generator

import httpx


class AccessTokenAuth(httpx.Auth):
    """Sends the token of one store; its text never appears in a repr."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the token on the request."""
        request.headers["X-Shopify-Access-Token"] = self._token
        yield request
