"""How a storefront writes things on the wire: amounts, references, places and stock."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orchestration.sandbox.identity import gid, tail
from orchestration.sandbox.scenario_values import amount

Record = dict[str, Any]

MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}
DEFAULT_LOCATION = "main"


def minor_digits(currency: str) -> int:
    """Return how many decimals an amount of a currency has (ISO 4217)."""
    return MINOR_DIGITS.get(currency, 2)


def rounded(value: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's minor unit."""
    return value.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


def money(value: object, currency: str) -> Record:
    """Return an amount as the wire writes it."""
    return {"amount": str(rounded(amount(value), currency)), "currencyCode": currency}


def reference(global_id: str) -> Record:
    """Return a pointer to another record of the same store."""
    return {"$ref": global_id}


def return_status(statuses: Iterable[str]) -> str:
    """Return what an order says of all its returns: the one that asks for most counts."""
    found = set(statuses)
    said = {"REQUESTED": "RETURN_REQUESTED", "OPEN": "IN_PROGRESS", "CLOSED": "RETURNED"}
    return next((word for status, word in said.items() if status in found), "NO_RETURN")


def location(store: str, name: str) -> Record:
    """Return a place that holds stock."""
    return {
        "__typename": "Location",
        "id": gid("Location", store, name),
        "name": name,
        "isActive": True,
        "createdAt": "2020-01-01T00:00:00Z",
        "updatedAt": "2020-01-01T00:00:00Z",
    }


def inventory_item(store: str, sku: str, *, at: str) -> Record:
    """Return what is stocked under a sku; every file of a folder shares it."""
    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", store, sku),
        "sku": sku,
        "tracked": True,
        "updatedAt": at,
    }


def level_id(item: str, place: str) -> str:
    """Return the id of an item's stock at one place."""
    return f"{place.replace('Location', 'InventoryLevel')}?inventory_item_id={tail(item)}"


def stock_level(item: str, place: str, *, quantities: dict[str, int], at: str) -> Record:
    """Return an item's stock by state at one place."""
    return {
        "__typename": "InventoryLevel",
        "id": level_id(item, place),
        "isActive": True,
        "createdAt": at,
        "updatedAt": at,
        "item": reference(item),
        "location": reference(place),
        "quantities": quantities,
    }
