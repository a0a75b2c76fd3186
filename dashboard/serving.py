"""May this be served here? Anywhere but on loopback, only to people who log in."""

import ipaddress
import sys
from collections.abc import Mapping

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.errors import StreamlitSecretNotFoundError

from dashboard.settings import UnusableSettingError, settings

SHARED = ("redirect_uri", "cookie_secret")
PROVIDER = ("client_id", "client_secret", "server_metadata_url")
SHORTEST_SECRET = 32
REMEDY = (
    "Write the section [auth] of your OpenID Connect provider into .streamlit/secrets.toml"
    " (docs/login.md says how), or leave the address at 127.0.0.1."
)
Section = Mapping[str, object]


class UnservableError(Exception):
    """The dashboard must not be served like this; the message says why and what to do."""


def login_section() -> Section | None:
    """
    Return what Streamlit's secrets say of logging in, nothing where they do not speak of it.

    Raises UnservableError for secrets that cannot be read: what they ask for is not known.
    """
    try:
        section: Section | None = st.secrets.get("auth")
    except StreamlitSecretNotFoundError as error:
        if error.error_id == "no-secrets-found":
            return None
        raise UnservableError(f"the secrets cannot be read: {error}") from error
    return section


def providers(section: Section) -> tuple[str | None, ...]:
    """Return the names by which Streamlit knows the providers; None is the one without a name."""
    named = [name for name, said in section.items() if isinstance(said, Mapping)]
    named = [name for name in named if name != "client_kwargs"]
    return (None, *named) if "client_id" in section or not named else tuple(named)


def refusal(address: str | None, section: Section | None) -> str | None:
    """Return why nothing may be served on this address, and the remedy; nothing is well."""
    if section is None:
        if address is not None and is_loopback(address):
            return None
        where = address or "every address of this machine"
        return f"Without a login the dashboard is not served on {where}. {REMEDY}"
    problems = _problems(section)
    if problems:
        return f"The login is not configured: [auth] {'; '.join(problems)}. {REMEDY}"
    return None


def is_loopback(address: str) -> bool:
    """Return whether nobody but this machine reaches an address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_unservable() -> None:
    """End the process before it serves anything, where it must not."""
    said = refusal_here()
    if said:
        sys.stderr.write(f"{said}\n")
        raise SystemExit(2)


def announce() -> None:
    """Say where the dashboard is: Streamlit would say so too early, and ask outside for its IP."""
    address, port = st.get_option("server.address"), st.get_option("server.port")
    host = f"[{address}]" if ":" in str(address) else address or "0.0.0.0"  # noqa: S104 - said
    sys.stdout.write(f"The dashboard is served. URL: http://{host}:{port}\n")
    sys.stdout.flush()


def refusal_here() -> str | None:
    """Return why this process must not serve, and the remedy; nothing is well."""
    try:
        settings()
        return refusal(st.get_option("server.address"), login_section())
    except (UnservableError, UnusableSettingError) as error:
        return f"The dashboard is not served: {error}"


class OnlyWhereAllowed:
    """
    Refuses what comes in at an address that nobody may be served on.

    Another server than Streamlit's own (`uvicorn dashboard.app:app --host ...`) chooses its
    address itself: what counts is the one that a request came in at.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] in ("http", "websocket"):
            address = (scope.get("server") or (None,))[0]
            said = refusal(address, login_section())
            if said is not None:
                await _refused(said, scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _refused(said: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(code=1008, reason="not served here")(scope, receive, send)
    else:
        await PlainTextResponse(said, status_code=403)(scope, receive, send)


def _problems(section: Section) -> list[str]:
    lacks = [f"lacks {name}" for name in SHARED if not section.get(name)]
    if 0 < len(str(section.get("cookie_secret") or "")) < SHORTEST_SECRET:
        lacks.append(f"has a cookie_secret of less than {SHORTEST_SECRET} characters")
    for provider in providers(section):
        said = section if provider is None else section[provider]
        where = "" if provider is None else f" in [auth.{provider}]"
        if isinstance(said, Mapping):
            lacks += [f"lacks {name}{where}" for name in PROVIDER if not said.get(name)]
    return lacks
