"""A small OpenID Connect provider on loopback: code flow with PKCE, RS256, and people of ours."""

import html
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Route

CLIENT, SECRET = "dashboard", "a-secret-between-the-two"
HOUR = 3600


@dataclass(frozen=True)
class Account:
    """Somebody who can log in, what the token says of them, and for how many seconds."""

    email: str
    groups: tuple[str, ...] = ()
    seconds: int = HOUR


class Provider:
    """What the provider knows: its key, its people, and the codes it gave out."""

    def __init__(self, accounts):
        self.accounts = {account.email: account for account in accounts}
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
        self.codes = {}
        self.issuer = ""
        self.ended = 0

    async def discovery(self, _request):
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/logout",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(self, request):
        """Ask who it is; the answer comes back to this page with the same questions."""
        asked = dict(request.query_params)
        who = asked.pop("who", None)
        if who is None:
            links = "".join(
                f'<p><a href="/authorize?{html.escape(urlencode({**asked, "who": email}))}">'
                f"{html.escape(email)}</a></p>"
                for email in self.accounts
            )
            return HTMLResponse(f"<h1>Who are you?</h1>{links}")
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = (self.accounts[who], asked)
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=302)

    async def token(self, request):
        """Give a signed token for a code, once, to who can prove to have asked for it."""
        form = await request.form()
        account, asked = self.codes.pop(form["code"])
        verifier = sha256(form["code_verifier"].encode()).digest()
        proved = urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if proved != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        self.ended = now + account.seconds
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": account.email.partition("@")[0],
            "iat": now,
            "exp": self.ended,
            "nonce": asked["nonce"],
            "email": account.email,
            "email_verified": True,
            "groups": list(account.groups),
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return JSONResponse(
            {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": token}
        )

    async def jwks(self, _request):
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def logout(self, request):
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], status_code=302)

    @property
    def application(self):
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/jwks", self.jwks),
                Route("/logout", self.logout),
            ]
        )


@contextmanager
def providing(accounts):
    """Serve the provider on a free port of loopback."""
    provider = Provider(accounts)
    config = uvicorn.Config(provider.application, host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    with config.bind_socket() as listening:
        provider.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield provider
        server.should_exit = True
        thread.join()


def secrets_of(provider):
    """Return what an administrator writes into .streamlit/secrets.toml."""
    return f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"
client_kwargs = {{ prompt = "login" }}
"""
