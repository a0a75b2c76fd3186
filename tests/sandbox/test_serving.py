"""A sandbox's folder: what is written stays, and what was loaded by half is loaded again."""

import json
from urllib.parse import urlsplit

from orchestration.extract.streams import System, read_query
from orchestration.sandbox.identity import gid
from orchestration.sandbox.server import serve

from .conftest import SCENARIOS, Clock, Erp, Storefront

FILES = [SCENARIOS / "clean_single_return.yaml"]
COUNT = "SELECT COUNT(*) AS n FROM transaction"


def add_one(door):
    change = {
        "inventoryItemId": gid("InventoryItem", "us", "MUG-BLUE"),
        "locationId": gid("Location", "us", "main"),
        "delta": 1,
        "changeFromQuantity": None,
    }
    content = {"name": "available", "reason": "received", "changes": [change]}
    document = read_query(System.SHOPIFY, "inventory_adjust.graphql")
    return door.read(document, input=content, idempotencyKey="one")


def available(door):
    data = door.read(
        read_query(System.SHOPIFY, "inventory_level.graphql"),
        inventoryItemId=gid("InventoryItem", "us", "MUG-BLUE"),
        locationId=gid("Location", "us", "main"),
    )
    quantities = data["inventoryItem"]["inventoryLevel"]["quantities"]
    return {one["name"]: one["quantity"] for one in quantities}["available"]


def test_a_restart_finds_books_credentials_and_port_again(tmp_path):
    clock = Clock()
    with serve(tmp_path, FILES, clock=clock) as first:
        made = add_one(Storefront(first.environment))
        documents = Erp(first.environment, clock).rows(COUNT)
    with serve(tmp_path, FILES, clock=clock) as second:
        assert second.environment == first.environment
        door = Storefront(second.environment)
        assert available(door) == 1
        assert add_one(door) == made
        assert available(door) == 1
        assert Erp(second.environment, clock).rows(COUNT) == documents
    kept = json.loads((tmp_path / "environment.json").read_text())
    assert kept == first.environment


def test_a_folder_loaded_by_half_is_loaded_again(tmp_path):
    clock = Clock()
    with serve(tmp_path, FILES, clock=clock) as first:
        add_one(Storefront(first.environment))
        documents = Erp(first.environment, clock).rows(COUNT)
    (tmp_path / "loaded.json").unlink()
    (tmp_path / "erp.duckdb").write_bytes(b"half a file")
    with serve(tmp_path, FILES, clock=clock) as second:
        assert Erp(second.environment, clock).rows(COUNT) == documents
        assert Storefront(second.environment).token == Storefront(first.environment).token


def test_it_listens_on_loopback_and_keeps_its_secrets_to_its_user(tmp_path):
    with serve(tmp_path, FILES) as running:
        assert urlsplit(running.url).hostname == "127.0.0.1"
    for name in ("credentials.json", "key.pem", "environment.json"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
