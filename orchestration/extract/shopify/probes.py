"""A look at a store before it is read: token, scopes, old orders, version, clock."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from orchestration.extract.errors import StopError
from orchestration.extract.findings import Finding, Weight, looked, mind, stop, well
from orchestration.extract.http import Answer, Clock, RepeatRule, raise_for_status, send_read
from orchestration.extract.shopify.envelope import read_envelope
from orchestration.extract.shopify.problems import reading_problem
from orchestration.extract.streams import System, read_query

CLOCK_TROUBLE = 60
# Without the scope for all orders, a store shows those of so many days.
SHOWN_DAYS = timedelta(days=60)
ALL_ORDERS = "read_all_orders"
# Data beside an error is never used: a field of an order that is denied keeps all orders away.
NEEDED = {
    "read_orders": "orders and refunds",
    "read_returns": "returns",
    "read_inventory": "stock",
    "read_locations": "locations",
    "read_products": "items",
    "read_customers": "orders, which name their buyers,",
    "read_payment_terms": "orders, which name their payment terms,",
}
# What only a sync needs: without it its calls are refused.
USEFUL = {
    "write_inventory": "stock cannot be held, released or written off",
    "write_orders": "refunds of orders and statuses cannot be written",
    "write_returns": "returns cannot be refunded, nor their units disposed of",
}
REMEDY = "add it to the app's version, release that, and approve it in the store"


class Look:
    """One look at a store."""

    def __init__(self, http: httpx.Client, *, api_version: str, source: str, clock: Clock) -> None:
        self._http = http
        self._version = api_version
        self._source = source
        self._clock = clock
        self._rule = RepeatRule(attempts=2, total_seconds=30)
        self._scopes: frozenset[str] = frozenset()

    def findings(self) -> Iterator[Finding]:
        """Yield what is found; where the token is not accepted, that alone."""
        login = list(looked("token", self._login))
        yield from login
        if any(one.probe == "token" and one.weight is Weight.STOP for one in login):
            return
        yield from looked("payments", self._payments)
        yield from looked("old orders", self._old_orders)

    def _login(self) -> Iterator[Finding]:
        asked_at = self._clock.now()
        answer, data = self._ask("shop_context.graphql")
        answered_at = self._clock.now()
        shop = data["shop"]
        yield well("token", f"accepted by {shop['name']}, which sells in {shop['currencyCode']}")
        granted = data["currentAppInstallation"]["accessScopes"]
        self._scopes = frozenset(scope["handle"] for scope in granted)
        yield from self._about_scopes()
        yield self._about_version(answer)
        yield from _about_clock(answer, asked_at=asked_at, answered_at=answered_at)
        yield well("time zone", f"{shop['ianaTimezone']}; times are read in UTC")

    def _about_scopes(self) -> Iterator[Finding]:
        missing = [scope for scope in NEEDED if not self._may(scope)]
        for scope in missing:
            yield stop(
                "scopes",
                f"{scope} is missing: {NEEDED[scope]} cannot be read",
                REMEDY,
            )
        for scope, effect in USEFUL.items():
            if not self._may(scope):
                yield mind(
                    "scopes", f"{scope} is missing: {effect}", "add it to the app's version"
                )
        if not missing:
            yield well("scopes", f"{len(self._scopes)} granted, all that reading needs")

    def _may(self, scope: str) -> bool:
        """A scope to write holds that to read."""
        return bool({scope, scope.replace("read_", "write_")} & self._scopes)

    def _about_version(self, answer: Answer) -> Finding:
        served = answer.headers.get("x-shopify-api-version")
        if served in (None, self._version):
            return well("API version", f"{self._version} is served")
        return stop(
            "API version",
            f"{self._version} was asked for and {served} is served",
            "set SHOPIFY_API_VERSION to a version that is still supported",
        )

    def _payments(self) -> Iterator[Finding]:
        """The vendor's schema and its pages name different scopes for them: they are asked for."""
        asked = {"first": 1, "after": None, "query": ""}
        _, data = self._ask("balance_transactions.graphql", asked)
        is_there = data["shopifyPaymentsAccount"] is not None
        said = "can be read" if is_there else "are not there: the store has no payments account"
        yield well("payments", f"settlements {said}")

    def _old_orders(self) -> Iterator[Finding]:
        _, data = self._ask("oldest_order.graphql")
        oldest = next((order["createdAt"] for order in data["orders"]["nodes"]), None)
        if oldest is None:
            yield mind("old orders", "no order is visible", "well for a store without orders")
            return
        age = self._clock.now() - datetime.fromisoformat(oldest)
        said = f"the oldest visible order is {age.days:,} days old"
        if ALL_ORDERS in self._scopes or age > SHOWN_DAYS:
            yield well("old orders", said)
            return
        yield stop(
            "old orders",
            f"{said} and {ALL_ORDERS} is not granted: returns of older orders are not seen",
            f"ask Shopify for {ALL_ORDERS} in the app's settings, then approve it in the store",
        )

    def _ask(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> tuple[Answer, dict[str, Any]]:
        asked = dict(variables or {})
        return self._rule.run(lambda: self._ask_once(document, asked), clock=self._clock)

    def _ask_once(self, document: str, variables: dict[str, Any]) -> tuple[Answer, dict[str, Any]]:
        request = self._http.build_request(
            "POST",
            f"/admin/api/{self._version}/graphql.json",
            json={"query": read_query(System.SHOPIFY, document), "variables": variables},
        )
        answer = send_read(self._http, request, clock=self._clock)
        raise_for_status(answer, source=self._source, clock=self._clock)
        envelope = read_envelope(answer.body, source=self._source)
        problem = reading_problem(envelope, source=self._source)
        if problem is not None:
            raise problem
        data = msgspec.json.decode(envelope.data)
        if not isinstance(data, dict):
            raise StopError(f"{self._source} answered without data: check the token and the URL")
        return answer, data


def _about_clock(
    answer: Answer, *, asked_at: datetime, answered_at: datetime
) -> Iterator[Finding]:
    if "date" not in answer.headers:
        return
    server = parsedate_to_datetime(answer.headers["date"])
    ahead = (server - min(max(server, asked_at), answered_at)).total_seconds()
    said = f"the store's is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this one"
    if abs(ahead) < CLOCK_TROUBLE:
        yield well("clock", said)
    else:
        yield mind("clock", said, "let this machine's clock be set by NTP")
