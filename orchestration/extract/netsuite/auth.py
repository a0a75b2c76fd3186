"""The ERP's OAuth 2.0 for machines: a signed assertion, exchanged for a short-lived token."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cache
from uuid import uuid4

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 300
RENEWED_BEFORE_SECONDS = 300
ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True)
class ClientCredentials:
    """What identifies this client; the private key is PEM text and shown nowhere."""

    client_id: str
    certificate_id: str
    private_key: str = field(repr=False)


class Token(msgspec.Struct):
    """The token endpoint's answer; the lifetime in seconds may come as text."""

    access_token: str
    expires_in: int | str = 3600


class ClientCredentialsAuth(httpx.Auth):
    """
    Puts a valid token on each request; threads share one, and one of them renews it.

    A 401 renews once: the token may have been revoked before its time.
    """

    def __init__(
        self,
        credentials: ClientCredentials,
        *,
        token_url: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._credentials = credentials
        self._key, self._algorithm = _signing_key(credentials.private_key)
        self._token_url = token_url
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the token on the request, after fetching one where needed."""
        token = yield from self._valid_token(refused="")
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = yield from self._valid_token(refused=token)
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _valid_token(self, *, refused: str) -> Generator[httpx.Request, httpx.Response, str]:
        with self._lock:
            if self._token in ("", refused) or self._now() >= self._renew_at:
                response = yield self._token_request()
                response.read()
                self._keep(response)
            return self._token

    def _token_request(self) -> httpx.Request:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        return httpx.Request("POST", self._token_url, data=form)

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

    def _keep(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (408, 429) or status >= 500:
            raise RepeatError(f"the ERP's token endpoint answered {status}: repeat later")
        if status != httpx.codes.OK:
            raise StopError(
                f"the ERP's token endpoint answered {status}: check client id, certificate id,"
                " private key and role, and whether the certificate has expired"
            )
        try:
            token = msgspec.json.decode(response.content, type=Token)
            lifetime = int(token.expires_in)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UnreadableAnswerError(
                "the ERP's token endpoint answered without a token: check NETSUITE_URL"
            ) from error
        self._token = token.access_token
        self._renew_at = self._now() + max(lifetime - RENEWED_BEFORE_SECONDS, lifetime / 2)


@cache
def _signing_key(private_key: str) -> tuple[RSAKey | ECKey, str]:
    """Return the key and its algorithm: PS256 for RSA, by curve for EC."""
    try:
        return RSAKey.import_key(private_key), "PS256"
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
