"""The storefront's credentials: a permanent token, or client credentials for one of a day."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import httpx
import msgspec

from orchestration.extract.errors import StopError, UnreadableAnswerError
from orchestration.extract.tokens import RenewedTokenAuth, Token

TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105 - a header's name
TOKEN_PATH = "/admin/oauth/access_token"  # noqa: S105 - an address


class AccessTokenAuth(httpx.Auth):
    """Sends the token of one store; its text never appears in a repr."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the token on the request."""
        request.headers[TOKEN_HEADER] = self._token
        yield request


class Granted(msgspec.Struct):
    """The token endpoint's answer; a token of a day names its scopes."""

    access_token: str
    expires_in: float
    scope: str = ""


@dataclass(frozen=True)
class StoreTokenDesk:
    """Grants one store's tokens for the app's client id and secret, which is shown nowhere."""

    store_url: str
    client_id: str
    client_secret: str = field(repr=False)
    source: str = "shopify"

    @property
    def name(self) -> str:
        """What a sentence calls the endpoint."""
        return f"{self.source}'s token endpoint"

    @property
    def remedy(self) -> str:
        """What a person checks where the grant is refused."""
        return (
            "check the app's client id and secret, and that the app is of the store's own"
            " organisation and installed on the store"
        )

    def ask(self) -> httpx.Request:
        """Return the request for a new token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        return httpx.Request("POST", f"{self.store_url}{TOKEN_PATH}", data=form)

    def read(self, response: httpx.Response) -> Token:
        """Return the token; one without any scope reads nothing, and that is told at once."""
        try:
            granted = msgspec.json.decode(response.content, type=Granted)
        except (msgspec.MsgspecError, RecursionError):
            # The cause is left out: it may quote the answer, which may hold a token.
            raise UnreadableAnswerError(
                f"{self.name} answered without a token: repeat, and check the store's URL if it"
                " persists"
            ) from None
        if not granted.scope.strip():
            raise StopError(
                f"{self.name} granted a token without any scope: release a version of the app"
                " with its scopes and install it anew"
            )
        return Token(granted.access_token, granted.expires_in)

    def show(self, request: httpx.Request, token: str) -> None:
        """Put a token on a request."""
        request.headers[TOKEN_HEADER] = token


def client_credentials_auth(
    desk: StoreTokenDesk, *, ticks: Callable[[], float] = time.monotonic
) -> httpx.Auth:
    """Return the auth of an app of one's own organisation: tokens of a day, renewed in time."""
    return RenewedTokenAuth(desk, ticks=ticks)
