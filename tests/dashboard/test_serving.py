"""Where the dashboard may be served, and what is said where it may not."""

import asyncio

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import serving
from dashboard.serving import OnlyWhereAllowed, is_loopback, providers, refusal
from tests.dashboard.conftest import APP, SECONDS
from tests.dashboard.test_access import AUTH

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what must be refused


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost"])
def test_on_loopback_nobody_has_to_log_in(address):
    assert is_loopback(address)
    assert refusal(address, None) is None


@pytest.mark.parametrize(
    "address", [EVERYWHERE, "::", "10.0.0.5", "returns.example.com", "localhost.evil", "", None]
)
def test_anywhere_else_it_takes_a_login_and_the_refusal_names_the_remedy(address):
    said = refusal(address, None)
    assert "[auth]" in said
    assert ".streamlit/secrets.toml" in said
    assert refusal(address, AUTH) is None


@pytest.mark.parametrize("name", AUTH)
def test_a_login_that_lacks_something_is_refused_on_loopback_too(name):
    section = {key: value for key, value in AUTH.items() if key != name}
    assert name in refusal("127.0.0.1", section)


def test_a_short_secret_of_the_cookies_is_refused():
    assert "less than 32" in refusal("127.0.0.1", AUTH | {"cookie_secret": "short"})


def test_several_providers_have_a_section_each():
    own = ("client_id", "client_secret", "server_metadata_url")
    section = {name: value for name, value in AUTH.items() if name not in own}
    one = {name: AUTH[name] for name in own}
    both = section | {"okta": one, "google": one}
    assert providers(both) == ("okta", "google")
    assert refusal(EVERYWHERE, both) is None
    assert "client_id in [auth.okta]" in refusal(
        EVERYWHERE, section | {"okta": {**one, "client_id": ""}}
    )
    assert "lacks client_id" in refusal(EVERYWHERE, section)


def answered(kind, address, section, monkeypatch):
    """Let one request come in at an address; return what was sent back."""
    monkeypatch.setattr(serving, "login_section", lambda: section)
    sent = []

    async def inside(_scope, _receive, _send):
        sent.append("passed on")

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "server": (address, 8501)}
    asyncio.run(OnlyWhereAllowed(inside)(scope, receive, send))
    return sent


def test_a_request_that_comes_in_where_others_reach_is_refused_without_a_login(monkeypatch):
    refused = answered("http", "10.0.0.5", None, monkeypatch)
    assert refused[0]["status"] == 403
    assert b"[auth]" in refused[1]["body"]
    (closed,) = answered("websocket", "10.0.0.5", None, monkeypatch)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)
    for address, section in (("127.0.0.1", None), ("10.0.0.5", AUTH)):
        assert answered("http", address, section, monkeypatch) == ["passed on"]
    assert answered("lifespan", None, None, monkeypatch) == ["passed on"]


def test_a_page_served_anyhow_where_it_must_not_be_shows_nothing(monkeypatch, published):
    monkeypatch.setenv("RETURNS_HOME", str(published[0]))
    monkeypatch.setattr("dashboard.serving.st.get_option", lambda _: EVERYWHERE)
    app = AppTest.from_file(str(APP), default_timeout=SECONDS).run()
    assert "Without a login" in app.error[0].value
    assert not app.metric
    assert not app.title
