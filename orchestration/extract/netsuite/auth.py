"""The ERP's OAuth 2.0 for machines: a signed assertion, exchanged for a short-lived token."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from uuid import uuid4

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from orchestration.extract.errors import StopError, UnreadableAnswerError
from orchestration.extract.tokens import RenewedTokenAuth, Token

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 300
ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True)
class ClientCredentials:
    """What identifies this client; the private key is PEM text and shown nowhere."""

    client_id: str
    certificate_id: str
    private_key: str = field(repr=False)


class Granted(msgspec.Struct):
    """The token endpoint's answer; the lifetime in seconds may come as text."""

    access_token: str
    expires_in: int | str = 3600


class AssertionDesk:
    """Grants the account's tokens for signed assertions; `now` is the time that they tell."""

    name = "the ERP's token endpoint"
    remedy = (
        "check client id, certificate id, private key and role, and whether the certificate has"
        " expired"
    )

    def __init__(
        self, credentials: ClientCredentials, *, token_url: str, now: Callable[[], float]
    ) -> None:
        self._credentials = credentials
        self._key, self._algorithm = _signing_key(credentials.private_key)
        self._token_url = token_url
        self._now = now

    def ask(self) -> httpx.Request:
        """Return the request for a new token."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        return httpx.Request("POST", self._token_url, data=form)

    def read(self, response: httpx.Response) -> Token:
        """Return the token of an answer."""
        try:
            granted = msgspec.json.decode(response.content, type=Granted)
            return Token(granted.access_token, float(int(granted.expires_in)))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            # The cause is left out: it may quote the answer, which may hold a token.
            raise UnreadableAnswerError(
                f"{self.name} answered without a token: check NETSUITE_URL"
            ) from None

    def show(self, request: httpx.Request, token: str) -> None:
        """Put a token on a request."""
        request.headers["Authorization"] = f"Bearer {token}"

    def _assertion(self) -> str:
        issued_at = int(self._now())
        header = {
            "typ": "JWT",
            "alg": self._algorithm,
            "kid": self._credentials.certificate_id,
        }
        claims = {
            "iss": self._credentials.client_id,
            "scope": ["rest_webservices"],
            "aud": self._token_url,
            "iat": issued_at,
            "exp": issued_at + ASSERTION_SECONDS,
            "jti": str(uuid4()),
        }
        return jwt.encode(header, claims, self._key, algorithms=[self._algorithm])


def assertion_auth(
    credentials: ClientCredentials,
    *,
    token_url: str,
    now: Callable[[], float] = time.time,
    ticks: Callable[[], float] = time.monotonic,
) -> httpx.Auth:
    """Return the auth of an account's integration: tokens of an hour, renewed in time."""
    return RenewedTokenAuth(AssertionDesk(credentials, token_url=token_url, now=now), ticks=ticks)


@cache
def _signing_key(private_key: str) -> tuple[RSAKey | ECKey, str]:
    """Return the key and its algorithm: PS256 for RSA, by curve for EC."""
    try:
        return RSAKey.import_key(private_key), "PS256"
    except TypeError:
        raise StopError(
            "the ERP's private key is under a password: keep one without, as `openssl pkey -in"
            " key.pem -out plain.pem` writes it, where nobody else reads it"
        ) from None
    except (JoseError, ValueError):
        pass
    try:
        key = ECKey.import_key(private_key)
        return key, ALGORITHMS[key.curve_name]
    except (JoseError, ValueError, KeyError):
        # The cause is left out: it may quote the key.
        raise StopError(
            "the ERP's private key is not an RSA or EC key in PEM form: check"
            " NETSUITE_PRIVATE_KEY_FILE"
        ) from None
