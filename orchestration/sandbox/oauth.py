"""The ERP's token endpoint: OAuth 2.0 client credentials with a signed assertion."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import extract_compact

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LIFETIME = timedelta(minutes=60)


class GrantRefusedError(ValueError):
    """The grant is refused; `error` is the OAuth error code."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass
class TokenDesk:
    """Hands out bearer tokens for assertions signed with one of the account's certificates."""

    certificates: Mapping[str, RSAKey | ECKey]
    client_id: str
    tokens: dict[str, datetime] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def grant(self, form: Mapping[str, str], *, audience: str, now: datetime) -> str:
        """Return a new token; raises GrantRefusedError where the real endpoint would refuse."""
        if form.get("grant_type") != "client_credentials":
            raise GrantRefusedError(
                "unsupported_grant_type", "grant_type must be client_credentials"
            )
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise GrantRefusedError("invalid_request", "client_assertion_type is not supported")
        self._verify(form.get("client_assertion", ""), audience=audience, now=now)
        token = secrets.token_urlsafe(32)
        self.tokens[token] = now + LIFETIME
        return token

    def admits(self, authorization: str, *, now: datetime) -> bool:
        """Whether a request's Authorization header carries a token that is still alive."""
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and self.tokens.get(token, now) > now

    def _verify(self, assertion: str, *, audience: str, now: datetime) -> None:
        try:
            key = self.certificates[str(extract_compact(assertion.encode()).headers()["kid"])]
            read = jwt.decode(assertion, key, algorithms=ALGORITHMS)
        except (JoseError, ValueError, KeyError) as error:
            raise GrantRefusedError(
                "invalid_client", "the assertion cannot be verified"
            ) from error
        claims = read.claims
        made, ends = claims.get("iat"), claims.get("exp")
        checks = {
            "iss is not the client": claims.get("iss") == self.client_id,
            "aud is not this endpoint": audience in _listed(claims.get("aud")),
            "jti is needed and may be used once": bool(claims.get("jti"))
            and claims["jti"] not in self.used,
        }
        for problem, is_met in checks.items():
            if not is_met:
                raise GrantRefusedError("invalid_client", problem)
        if not isinstance(made, int | float) or not isinstance(ends, int | float):
            raise GrantRefusedError("invalid_client", "iat and exp are needed")
        if not made < ends < made + LIFETIME.total_seconds() or ends <= now.timestamp():
            raise GrantRefusedError("invalid_grant", "exp must be less than 60 minutes after iat")
        self.used.add(str(claims["jti"]))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
