"""
A store's clock may be off, its times written in any way.

The watermark is its own time, and no later than the machine's when the run began.
"""

import json
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import httpx
import pytest

from orchestration.assets.landing import Landing
from orchestration.extract.shopify import ShopifyClient
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import committed_batches, resume_at
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows

ORDERS = STREAMS[System.SHOPIFY, "orders"]
NOTHING = dict.fromkeys(ORDERS.columns)
# The machine's own time. The nights on which clocks change in New York are among the hours before.
NOW = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
MINUTES_OFF = [-10, -5, -2, -1, 0, 1, 2, 5, 10]
EASTERN = timezone(timedelta(hours=-5))
FORMS = {
    "Z": lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
    "-05:00": lambda at: at.astimezone(EASTERN).isoformat(),
    "none": lambda at: at.replace(tzinfo=None).isoformat(),
}
TIED, PAGE = 500, 25
LATE = timedelta(minutes=5)


class Store:
    """A store that searches, sorts and pages its orders, by a clock of its own."""

    def __init__(self, offset, form):
        self.offset, self.form = offset, form
        self.changed = {}
        self.hidden = set()

    def change(self, name, at):
        self.changed[name] = at + self.offset

    def __call__(self, request):
        asked = json.loads(request.content)
        variables = asked["variables"]
        found = self._found(variables.get("query") or "", is_reversed=variables.get("reverse"))
        if "ordersCount" in asked["query"]:
            return httpx.Response(200, json={"data": {"ordersCount": {"count": len(found)}}})
        start = int(variables["after"] or 0)
        end = start + min(variables["first"], PAGE)
        info = {"hasNextPage": end < len(found), "endCursor": str(end)}
        nodes = [self._order(name) for name in found[start:end]]
        return httpx.Response(200, json={"data": {"orders": {"pageInfo": info, "nodes": nodes}}})

    def _found(self, search, *, is_reversed):
        names = self.changed.keys() - self.hidden
        for term in search.split():
            sign, text = term.removeprefix("updated_at:").strip("'").split("'")
            bound = datetime.fromisoformat(text)
            is_met = {">=": lambda at, b=bound: at >= b, "<": lambda at, b=bound: at < b}[sign]
            names = {name for name in names if is_met(self.changed[name])}
        return sorted(names, key=lambda n: (self.changed[n], n), reverse=bool(is_reversed))

    def _order(self, name):
        return {**NOTHING, "id": name, "updatedAt": self.form(self.changed[name])}


def extracted(root, store, *, run_id, width):
    """Land what changed, as a run does; the machine's own time is what it is."""
    landing = Landing(root, run_id, NOW)
    transport = httpx.MockTransport(store)
    with httpx.Client(base_url="https://s.example", transport=transport) as http:
        client = ShopifyClient(http, api_version="2026-07", width=width)
        return landing.changed(ORDERS, client.pages, source="us")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("minutes", MINUTES_OFF)
def test_no_order_is_lost_to_a_clock_or_to_how_it_is_written(tmp_path, minutes, form):
    random = Random(f"{minutes} {form}")  # noqa: S311 - can be repeated
    offset = timedelta(minutes=minutes)
    store = Store(offset, FORMS[form])
    newest = NOW - timedelta(seconds=random.randrange(60))
    for number in range(40):
        store.change(f"before-{number:02}", newest - timedelta(minutes=random.randrange(1, 300)))
    # More than one page of one second, which ends and begins within a page.
    for number in range(TIED):
        store.change(f"tied-{number:03}", newest)
    store.change("late", newest - LATE)
    store.hidden = {"late", *(f"tied-{n:03}" for n in random.sample(range(TIED), 20))}

    extracted(tmp_path, store, run_id="first", width=1)
    assert resume_at(tmp_path, ORDERS, "us", overlap=timedelta()) == min(newest + offset, NOW)
    store.hidden.clear()
    store.change("tied-007", newest + timedelta(seconds=1))
    extracted(tmp_path, store, run_id="second", width=random.choice([1, 4]))

    rows = select_rows(tmp_path, ORDERS, committed_batches(tmp_path, ORDERS))
    with connect() as connection:
        newest_landed = f'select id, max("updatedAt") from ({rows}) group by id'
        found = dict(connection.execute(newest_landed).fetchall())
    assert found == store.changed
    last = max(store.changed.values())
    assert resume_at(tmp_path, ORDERS, "us", overlap=timedelta()) == min(last, NOW)
