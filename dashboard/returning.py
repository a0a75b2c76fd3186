"""The page that somebody asked for, kept while they log in: Streamlit leads back to `/` alone."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAVING, COMING_BACK = "/auth/login", "/oauth2callback"
COOKIE = "returns_asked"
# As long as Streamlit gives somebody to log in, and the longest address that is worth keeping.
SECONDS, LONGEST = 600, 2000
# A page of our own and what it is narrowed to: no host, no folder, nothing that ends a header.
ASKED = re.compile(r"[a-z_]*(\?[\x21\x23-\x3a\x3c-\x5b\x5d-\x7e]*)?")


class BackToAsked:
    """
    Leads who has logged in to the address they had opened, filters and all.

    The browser says where it comes from when it leaves for the login; that is kept in a cookie
    until it comes back. Only the name of a page and its filters are, and they are joined to the
    address that Streamlit would lead to: whoever makes them up leads nobody to another host.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add to the two answers of logging in."""
        path = str(scope.get("path", ""))
        if scope["type"] == "http" and path.endswith(LEAVING):
            base = path.removesuffix(LEAVING) + "/"
            referer = Request(scope).headers.get("referer", "")
            is_secure = referer.startswith("https://")
            send = _keeping(asked_of(referer, base), base, send, is_secure=is_secure)
        elif scope["type"] == "http" and path.endswith(COMING_BACK):
            base = path.removesuffix(COMING_BACK) + "/"
            send = _leading(Request(scope).cookies.get(COOKIE, ""), base, send)
        await self.app(scope, receive, send)


def asked_of(referer: str, base: str) -> str:
    """Return the page of an address below `base` with its filters; nothing where it is none."""
    try:
        address = urlsplit(referer)
    except ValueError:
        return ""
    if not address.path.startswith(base):
        return ""
    asked = address.path.removeprefix(base) + (f"?{address.query}" if address.query else "")
    return asked if is_askable(asked) else ""


def is_askable(asked: str) -> bool:
    """Return whether this is a page of ours with its filters, and nothing else."""
    return len(asked) <= LONGEST and ASKED.fullmatch(asked) is not None


def _keeping(asked: str, base: str, send: Send, *, is_secure: bool) -> Send:
    crumb = Response()
    if asked:
        # Where a proxy ends TLS, only the browser's own address says that there is any.
        crumb.set_cookie(
            COOKIE,
            asked,
            max_age=SECONDS,
            path=base,
            secure=is_secure,
            httponly=True,
            samesite="lax",
        )
    else:
        crumb.delete_cookie(COOKIE, path=base, httponly=True, samesite="lax")

    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", crumb.headers["set-cookie"])
        await send(message)

    return kept


def _leading(asked: str, base: str, send: Send) -> Send:
    crumb = Response()
    crumb.delete_cookie(COOKIE, path=base, httponly=True, samesite="lax")

    async def led(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if asked and is_askable(asked) and headers.get("location") == base:
                headers["location"] = base + asked
            headers.append("set-cookie", crumb.headers["set-cookie"])
        await send(message)

    return led
