"""Who logs in comes back to what they asked for, and never to another host."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import Route

from dashboard.returning import COOKIE, LONGEST, BackToAsked, asked_of

FILTERED = "breaks?currency=GBP&text=%231001%3B%22&status=to_do"


def door(base="/"):
    """A server that logs in and comes back to its own beginning, as Streamlit's does."""

    def away(_request):
        return RedirectResponse("https://login.example.com/authorize", status_code=302)

    def back(_request):
        return RedirectResponse(base, status_code=302)

    routes = [Route(f"{base}auth/login", away), Route(f"{base}oauth2callback", back)]
    return Browser(Starlette(routes=routes, middleware=[Middleware(BackToAsked)]))


class Browser:
    """One browser's cookies, and requests to the server one after another."""

    def __init__(self, application):
        self.application = application
        self.cookies = httpx.Cookies()

    def get(self, path, **headers):
        async def asked():
            transport = httpx.ASGITransport(self.application)
            where = "https://returns.example.com"
            async with httpx.AsyncClient(transport=transport, base_url=where) as client:
                client.cookies = self.cookies
                answer = await client.get(path, headers=headers)
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())


@pytest.mark.parametrize("base", ["/", "/finance/returns/"])
def test_a_page_with_its_filters_is_come_back_to_once(base):
    browser = door(base)
    referer = f"https://returns.example.com{base}{FILTERED}"
    left = browser.get(f"{base}auth/login", referer=referer)

    assert left.headers["location"] == "https://login.example.com/authorize"
    cookie = left.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" in cookie
    assert browser.get(f"{base}oauth2callback").headers["location"] == base + FILTERED
    assert browser.get(f"{base}oauth2callback").headers["location"] == base


def test_on_loopback_there_is_no_tls_to_ask_for():
    left = door().get("/auth/login", referer=f"http://127.0.0.1:8501/{FILTERED}")

    cookie = left.headers["set-cookie"].lower()
    assert COOKIE in cookie
    assert "secure" not in cookie


@pytest.mark.parametrize(
    "asked",
    [
        *("//evil.example", "/evil.example", "\\\\evil.example", "\\evil.example", "../evil"),
        *("https://evil.example", "javascript:alert(1)", "breaks#https://evil.example"),
        *("breaks\r\nset-cookie: a=b", "breaks?a=\r\nb: c", "breaks?a=\\evil", "@evil.example"),
        *(".evil.example", "breaks/../../x", "a" * (LONGEST + 1)),
    ],
)
def test_what_is_no_page_of_ours_is_never_led_to(asked):
    browser = door()
    browser.cookies.set(COOKIE, asked)
    assert browser.get("/oauth2callback").headers["location"] == "/"
    address = f"https://returns.example.com/{asked}"
    kept = asked_of(address, "/")
    assert kept == "" or kept.startswith("breaks")
    assert "evil" not in kept
    assert "\n" not in kept


def test_coming_from_nowhere_forgets_what_was_asked_before():
    browser = door()
    browser.get("/auth/login", referer="https://returns.example.com/variance")
    browser.get("/auth/login")
    assert browser.get("/oauth2callback").headers["location"] == "/"


def test_another_answer_than_the_way_home_is_left_alone():
    browser = door("/app/")
    browser.cookies.set(COOKIE, "variance")
    assert browser.get("/nothing/oauth2callback").status_code == 404
