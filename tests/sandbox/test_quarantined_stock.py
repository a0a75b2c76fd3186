"""Stock that our confirmed actions took off sale is found where they put it."""

import httpx

from orchestration.extract.streams import System, read_query
from orchestration.sandbox.identity import gid
from orchestration.sandbox.server import serve
from tests.sandbox.conftest import SCENARIOS


def test_quarantined_units_stand_in_quality_control(tmp_path):
    with serve(tmp_path, [SCENARIOS / "quarantined_then_released.yaml"]) as sandbox:
        answer = httpx.post(
            f"{sandbox.environment['SHOPIFY_US_URL']}/admin/api/2026-07/graphql.json",
            headers={"X-Shopify-Access-Token": sandbox.environment["SHOPIFY_US_ACCESS_TOKEN"]},
            json={
                "query": read_query(System.SHOPIFY, "inventory_level.graphql"),
                "variables": {
                    "inventoryItemId": gid("InventoryItem", "us", "LENS-50"),
                    "locationId": gid("Location", "us", "main"),
                },
            },
        ).json()

    level = answer["data"]["inventoryItem"]["inventoryLevel"]
    held = {quantity["name"]: quantity["quantity"] for quantity in level["quantities"]}
    assert held == {"available": 0, "on_hand": 2, "quality_control": 2, "damaged": 0}
