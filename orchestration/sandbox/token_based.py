"""The ERP's older way in: every request signed with OAuth 1.0a, HMAC-SHA256."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from oauthlib.common import Request as SignedRequest
from oauthlib.oauth1.rfc5849 import signature

METHOD = "HMAC-SHA256"
# A signature is good for as long as its stamp is near the server's time.
NEAR_SECONDS = 300


@dataclass(frozen=True, repr=False)
class TokenPair:
    """What an integration and a user's token are known by; both secrets sign."""

    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str


@dataclass
class SignatureDesk:
    """Admits requests that the holder of both secrets signed, each once."""

    account_id: str
    pair: TokenPair
    used: set[str] = field(default_factory=set)

    def admits(self, authorization: str, *, method: str, url: str, now: datetime) -> bool:
        """Whether the header signs this request; the query's parameters are part of it."""
        headers = {"Authorization": authorization}
        said = dict(
            signature.collect_parameters(
                headers=headers, exclude_oauth_signature=False, with_realm=True
            )
        )
        if not self._is_ours(said) or not self._is_fresh(said, now=now):
            return False
        request = SignedRequest(url, method)
        request.params = signature.collect_parameters(
            uri_query=urlsplit(url).query, headers=headers
        )
        request.signature = said["oauth_signature"]
        is_signed: bool = signature.verify_hmac_sha256(
            request, self.pair.consumer_secret, self.pair.token_secret
        )
        if is_signed:
            self.used.add(said["oauth_nonce"])
        return is_signed

    def _is_ours(self, said: dict[str, str]) -> bool:
        expected = {
            "realm": self.account_id,
            "oauth_consumer_key": self.pair.consumer_key,
            "oauth_token": self.pair.token_id,
            "oauth_signature_method": METHOD,
            "oauth_version": "1.0",
        }
        return all(said.get(name) == value for name, value in expected.items())

    def _is_fresh(self, said: dict[str, str], *, now: datetime) -> bool:
        stamp, nonce = said.get("oauth_timestamp", ""), said.get("oauth_nonce", "")
        is_near = stamp.isdigit() and abs(int(stamp) - now.timestamp()) <= NEAR_SECONDS
        return is_near and bool(nonce) and nonce not in self.used and "oauth_signature" in said
