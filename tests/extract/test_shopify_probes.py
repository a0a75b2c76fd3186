"""A look at a store tells what would stop a run before one does."""

import httpx
import pytest

from orchestration.extract.findings import Weight
from orchestration.extract.shopify.probes import NEEDED, USEFUL, Look

ALL = [*NEEDED, *USEFUL, "read_all_orders"]
NO_ACCOUNT = {"data": {"shopifyPaymentsAccount": None}}
OLDEST = {"data": {"orders": {"nodes": [{"id": "o1", "createdAt": "2026-03-01T00:00:00Z"}]}}}
DENIED = {
    "data": {"shopifyPaymentsAccount": None},
    "errors": [
        {
            "message": "Access denied for shopifyPaymentsAccount field.",
            "path": ["shopifyPaymentsAccount"],
            "extensions": {
                "code": "ACCESS_DENIED",
                "requiredAccess": "`read_shopify_payments` access scope.",
            },
        }
    ],
}


def context(scopes):
    shop = {"id": "s1", "name": "us", "currencyCode": "USD", "ianaTimezone": "Etc/UTC"}
    granted = {"id": "a1", "accessScopes": [{"handle": scope} for scope in scopes]}
    return {"data": {"shop": shop, "currentAppInstallation": granted}}


@pytest.fixture
def look(play, time):
    def make(*answers):
        _, http = play(*answers)
        found = Look(http, api_version="2026-07", source="store us", clock=time.clock).findings()
        return list(found)

    return make


def of(findings, weight):
    return [f"{one.found} {one.remedy}" for one in findings if one.weight is weight]


def test_a_token_with_all_scopes_is_well(look):
    found = look(context(ALL), NO_ACCOUNT, OLDEST)

    assert of(found, Weight.STOP) == of(found, Weight.MIND) == []


@pytest.mark.parametrize("scope", NEEDED)
def test_a_scope_that_an_order_needs_stops_a_run(look, scope):
    # A scope to write holds that to read.
    without = {scope, scope.replace("read_", "write_")}
    found = look(context([one for one in ALL if one not in without]), NO_ACCOUNT, OLDEST)

    (said,) = of(found, Weight.STOP)
    assert f"{scope} is missing" in said


@pytest.mark.parametrize("scope", USEFUL)
def test_a_scope_that_only_a_sync_needs_is_kept_in_mind(look, scope):
    found = look(context([one for one in ALL if one != scope]), NO_ACCOUNT, OLDEST)

    assert of(found, Weight.STOP) == []
    (said,) = of(found, Weight.MIND)
    assert f"{scope} is missing" in said


def test_settlements_that_are_denied_stop_a_run_and_name_the_scope(look):
    found = look(context(ALL), httpx.Response(200, json=DENIED), OLDEST)

    (said,) = of(found, Weight.STOP)
    assert "grant `read_shopify_payments` access scope" in said
