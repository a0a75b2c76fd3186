"""Webhooks are hints: signed, kept once, and worth no more than the ids they name."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from orchestration.landing.hints import Hints
from orchestration.resources.settings import SettingsError, StoreSettings
from orchestration.webhooks import application, receiver_of

CREDENTIAL = "shpss_of_the_app"
NOW = datetime(2026, 3, 20, tzinfo=UTC)
ORDER, RETURN = "gid://shopify/Order/1", "gid://shopify/Return/7"
BODY = json.dumps({"admin_graphql_api_id": RETURN, "order": {"admin_graphql_api_id": ORDER}})


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def deliver(tmp_path, clock):
    """Return a function that delivers a body to a receiver, and the hints it keeps."""
    stores = [
        StoreSettings("us", "https://us.example", "2026-07", "", "app", CREDENTIAL),
        StoreSettings("uk", "https://uk.example", "2026-07", "token"),
    ]
    app = application(receiver_of(stores, tmp_path, now=clock))

    async def send(body, store, headers):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return await client.post(f"/webhooks/{store}", content=body, headers=headers)

    def make(body=BODY, *, store="us", event="e1", signature=None, credential=CREDENTIAL):
        digest = hmac.new(credential.encode(), body.encode(), hashlib.sha256).digest()
        signed = base64.b64encode(digest).decode() if signature is None else signature
        headers = {"X-Shopify-Hmac-Sha256": signed.encode(), "X-Shopify-Event-Id": event.encode()}
        return asyncio.run(send(body, store, headers)).status_code

    return make, Hints.of(tmp_path)


def test_a_signed_delivery_is_kept_as_the_ids_it_names(deliver):
    send, hints = deliver

    assert send() == 200
    assert hints.waiting("us").ids == (ORDER, RETURN)


def test_an_order_is_known_by_its_number_too(deliver):
    send, hints = deliver

    send(json.dumps({"id": 5, "order_id": 1, "note": "gid://shopify/Order/2 is no value"}))

    assert hints.waiting("us").ids == (ORDER,)


@pytest.mark.parametrize("signature", ["", "AAAA", "é", "x" * 5000])
def test_a_bad_signature_is_unauthorized_and_leaves_nothing(deliver, signature):
    send, hints = deliver

    assert send(signature=signature) == 401
    assert send(credential="shpss_of_another") == 401
    assert hints.waiting("us").ids == ()


def test_a_body_that_was_changed_on_the_way_is_unauthorized(deliver):
    send, hints = deliver
    digest = hmac.new(CREDENTIAL.encode(), BODY.encode(), hashlib.sha256).digest()
    good = base64.b64encode(digest).decode()

    assert send(BODY + " ", signature=good) == 401
    assert send(BODY, signature=good) == 200
    assert len(hints.waiting("us").ids) == 2


def test_a_repeated_delivery_counts_once_even_after_it_was_read(deliver, clock):
    send, hints = deliver
    send()
    hints.done("us", hints.waiting("us"))

    assert send() == 200
    assert hints.waiting("us").ids == ()
    clock.now += timedelta(days=8)
    assert send() == 200
    assert len(hints.waiting("us").ids) == 2


def test_what_comes_while_a_run_reads_waits_for_the_next(deliver):
    send, hints = deliver
    send()
    reading = hints.waiting("us")
    send(json.dumps({"order_id": 9}), event="e2")

    hints.done("us", reading)

    assert hints.waiting("us").ids == ("gid://shopify/Order/9",)


def test_stores_have_hints_of_their_own_and_need_a_secret(deliver):
    send, hints = deliver
    send()

    assert send(store="uk") == send(store="nobody") == 404
    assert hints.waiting("uk").ids == ()


def test_a_body_too_large_to_be_a_delivery_is_refused(deliver):
    send, _ = deliver

    assert send("x" * (6 * 2**20)) == 413


def test_without_any_secret_it_does_not_start(tmp_path, clock):
    store = StoreSettings("uk", "https://uk.example", "2026-07", "token")

    with pytest.raises(SettingsError, match="CLIENT_SECRET"):
        receiver_of([store], tmp_path, now=clock)


def test_the_secret_is_shown_nowhere(deliver, tmp_path, clock, caplog):
    send, _ = deliver
    caplog.set_level(logging.DEBUG)
    send(signature="bad")
    store = StoreSettings("us", "https://us.example", "2026-07", "", "app", CREDENTIAL)

    assert CREDENTIAL not in caplog.text + repr(receiver_of([store], tmp_path, now=clock))


def test_a_delivery_looks_at_the_events_that_it_forgets_and_at_no_others(tmp_path):
    hints, steps = Hints.of(tmp_path), []
    week = [NOW + timedelta(minutes=minute) for minute in range(7 * 24 * 60)]
    hints.add("us", "e1", [ORDER], now=week[-1])
    with closing(sqlite3.connect(hints.file)) as connection:
        connection.executemany(
            "insert into events values ('us', ?, ?)", [(f"e-{at}", at.isoformat()) for at in week]
        )
        connection.set_progress_handler(lambda: steps.append(None), 1)
        connection.execute("delete from events where received_at < ?", (week[10].isoformat(),))

    assert len(steps) < len(week)
