"""What a failed run leaves behind holds no secret: not its logs, its events, nor what landed."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from orchestration.assets.landed import storefront_asset
from orchestration.extract.streams import STREAMS, System
from orchestration.resources import Home, ShopifyResource
from orchestration.sandbox.server import serve

ORDERS = STREAMS[System.SHOPIFY, "orders"]
FLOW = Path(__file__).parents[1] / "scenarios" / "clean_single_return.yaml"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that reads the orders once, with a log that keeps everything."""
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))

    def land():
        folder = tmp_path / "dagster"
        folder.mkdir(exist_ok=True)
        with dg.DagsterInstance.local_temp(str(folder)) as instance:
            return dg.materialize(
                [storefront_asset(ORDERS)],
                resources={"shopify": ShopifyResource(), "home": Home()},
                instance=instance,
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "DEBUG"}}}},
            )

    return land


def test_a_run_that_could_not_log_in_shows_no_secret(run, tmp_path, monkeypatch, capfd):
    with serve(tmp_path / "sandbox", [FLOW]) as running:
        desk = running.storefront.desk
        for name, value in running.environment.items():
            if name.startswith("SHOPIFY") and "ACCESS_TOKEN" not in name:
                monkeypatch.setenv(name, value)
        monkeypatch.setenv("SHOPIFY_US_CLIENT_ID", desk.app.client_id)
        (good,) = run().get_asset_check_evaluations()
        tokens = [token for _, token in desk.granted]
        desk.app, secret = replace(desk.app, client_secret="shpss_new"), desk.app.client_secret  # noqa: S106
        desk.revoke()
        (bad,) = run().get_asset_check_evaluations()

    assert (good.passed, bad.passed) == (True, False)
    assert "client id and secret" in bad.metadata["failures"].value["us"]
    said = capfd.readouterr()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept = [path for path in written if tmp_path / "sandbox" not in path.parents]
    assert len(tokens) == 1
    assert len(kept) > 5
    texts = [said.out.encode(), said.err.encode(), *(path.read_bytes() for path in kept)]
    assert not [1 for text in texts for held in (secret, *tokens) if held.encode() in text]
