"""What every schedule is run over: books that stand still, behind the proxy, and their truth."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from orchestration.sandbox.server import serve
from tests.faults.door import Ended, Landed, environment, extract, landed, streams_named
from tests.faults.exchange import Exchange
from tests.faults.proxy import Answer, Ask, Forward, Proxy, Reply, passing
from tests.long_flow import LIKENESS, SCENARIOS, long_flow

NOW = datetime(2026, 4, 1, 12, 30, 15, tzinfo=UTC)
LINES = 40
COSTLY_IDS = 6
OK = 200

# In a group of streams: what can be exported is, in a first reading.
BULK = "in bulk"
BULK_GROUP = ("orders", "returns", BULK)
STORE_GROUPS = (
    ("orders", "returns"),
    ("orders", "refunds"),
    ("orders", "returns", "dispositions"),
    ("balance_transactions", "payouts"),
    ("tender_transactions",),
    ("locations", "inventory_levels"),
    BULK_GROUP,
)
# Its streams belong together: what is read of one depends on what changed in another.
ERP_GROUP = ("every netsuite",)
GROUPS = (*STORE_GROUPS, ERP_GROUP)
EVERYTHING = ("every shopify", "every netsuite")


@dataclass(frozen=True)
class Sound:
    """What extractions without faults land, and what the first and a later one exchange."""

    landed: Landed
    first: list[Exchange]
    later: list[Exchange]


@dataclass(frozen=True)
class World:
    """Books behind a proxy, and homes to extract them into."""

    proxy: Proxy
    home: Path
    variables: dict[str, str]

    def extracted(
        self, name: str, streams: Sequence[str], plan: Callable[[Ask, Forward], Reply]
    ) -> Ended:
        """Extract these streams into a home of that name, while a plan is in force."""
        self.proxy.wait_until_open()
        self.proxy.plan = dear(plan)
        with environment(self.variables_of(name, streams)):
            return extract(streams)

    def variables_of(self, name: str, streams: Sequence[str]) -> dict[str, str]:
        """Return the settings with which these streams are extracted into a home."""
        bulk_from = {"SHOPIFY_BULK_FROM": "1"} if BULK in streams else {}
        return {**self.variables, **bulk_from, "RETURNS_HOME": str(self.home / name)}

    def marts(self, name: str) -> dict[str, list[str]]:
        """Run the whole job over a home, without a fault, and return the marts."""
        # Only a long campaign pays for loading the job.
        from tests.faults.marts import marts_of_a_run

        self.proxy.plan = dear(passing)
        with environment({**self.variables, "RETURNS_HOME": str(self.home / name)}):
            return marts_of_a_run(self.home / name)

    def landed(self, name: str, streams: Sequence[str]) -> Landed:
        """Return what a home holds of these streams."""
        return landed(self.home / name / "landing", streams_named(streams))

    def sound(self, streams: Sequence[str]) -> "Sound":
        """Extract twice without a fault; return what landed and every exchange of it."""
        asked: tuple[list[Exchange], list[Exchange]] = ([], [])
        for exchanges in asked:

            def noted(ask: Ask, forward: Forward, exchanges: list[Exchange] = exchanges) -> Reply:
                answer = forward(ask)
                if answer.status == OK:
                    exchanges.append(Exchange(ask, answer, forward))
                return Reply(answer)

            ended = self.extracted("sound", streams, noted)
            assert ended.is_clean, ended
        found = self.landed("sound", streams)
        self.remove("sound")
        return Sound(found, *asked)

    def remove(self, name: str) -> None:
        """Remove a home."""
        shutil.rmtree(self.home / name)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Serve the golden flows and one long one behind a proxy, for one store."""
    flow = folder / "long_return.yaml"
    flow.write_text(yaml.safe_dump(long_flow(LINES)), encoding="utf-8")
    files = [path for path in sorted(SCENARIOS.glob("*.yaml")) if path.name != LIKENESS] + [flow]
    with (
        serve(folder / "books", files, clock=lambda: NOW) as running,
        Proxy(running.url, erp_rows=12, store_rows=5) as proxy,
    ):
        running.storefront.bulk.url = proxy.url
        told = running.environment
        variables = {name: value.replace(running.url, proxy.url) for name, value in told.items()}
        yield World(proxy, folder / "homes", {**variables, "SHOPIFY_STORES": "us"})


def dear(plan: Callable[[Ask, Forward], Reply]) -> Callable[[Ask, Forward], Reply]:
    """Return a plan under which records by id are dear: their chunks are halved to a few."""
    error = {"message": "Query cost is too high", "extensions": {"code": "MAX_COST_EXCEEDED"}}
    refusal = Answer(
        200, {"content-type": "application/json"}, json.dumps({"errors": [error]}).encode()
    )

    def priced(ask: Ask, forward: Forward) -> Reply:
        if ask.target.endswith("graphql.json"):
            ids = (json.loads(ask.body).get("variables") or {}).get("ids", [])
            if len(ids) > COSTLY_IDS:
                return Reply(refusal)
        return plan(ask, forward)

    return priced
