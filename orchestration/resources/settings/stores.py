"""How the stores are reached."""

import re
from dataclasses import dataclass, field

from orchestration.resources.settings.reader import Environment, Reader

API_VERSION = re.compile(r"20\d\d-(01|04|07|10)")
STORE_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class StoreSettings:
    """
    How one store is reached: by an access token, or by client credentials that fetch tokens.

    Whichever of the two is not configured is empty.
    """

    key: str
    url: str
    api_version: str
    access_token: str = field(repr=False)
    client_id: str = ""
    client_secret: str = field(repr=False, default="")
    in_flight: int = 1
    bulk_from: int | None = None
    sweep_orders: int = 5000


def read_stores(env: Environment) -> tuple[StoreSettings, ...]:
    """Return every store."""
    reader = Reader(env)
    listed = reader.required("SHOPIFY_STORES", "the keys of your stores, such as us,uk")
    version = env.get("SHOPIFY_API_VERSION") or "2026-07"
    if not API_VERSION.fullmatch(version):
        reader.problem("SHOPIFY_API_VERSION", f"{version!r} is no version, such as 2026-07")
    stores = []
    for key in filter(None, (part.strip() for part in listed.split(","))):
        if not STORE_KEY.fullmatch(key):
            reader.problem("SHOPIFY_STORES", f"{key!r} is no key: lower-case letters and digits")
            continue
        stores.append(_read_store(reader, key, version=version))
    for number, store in enumerate(stores):
        twins = [one.key for one in stores[:number] if store.url and one.url == store.url]
        if twins:
            # Every return of it would count twice.
            same = f"is the store {twins[0]} already: list each store once"
            reader.problem(f"SHOPIFY_{store.key.upper()}_URL", same)
    reader.raise_problems()
    return tuple(stores)


def _read_store(reader: Reader, key: str, *, version: str) -> StoreSettings:
    name = f"SHOPIFY_{key.upper()}"
    url = reader.url(f"{name}_URL", "the store's address, https://<shop>.myshopify.com")
    client_id = reader.optional(f"{name}_CLIENT_ID")
    # The secret alone is of use too: webhooks are signed with it.
    secret = reader.secret(f"{name}_CLIENT_SECRET", "the app's client secret" if client_id else "")
    if client_id and reader.has_secret(f"{name}_ACCESS_TOKEN"):
        reader.problem(f"{name}_ACCESS_TOKEN", f"is set beside {name}_CLIENT_ID; remove one")
    wanted = "" if client_id else f"the app's Admin API access token, or set {name}_CLIENT_ID"
    token = reader.secret(f"{name}_ACCESS_TOKEN", wanted)
    in_flight = reader.whole_number("SHOPIFY_IN_FLIGHT", default=8)
    bulk_from = reader.whole_number("SHOPIFY_BULK_FROM", default=10_000)
    sweep = reader.whole_number("SHOPIFY_SWEEP_ORDERS", default=5000)
    return StoreSettings(key, url, version, token, client_id, secret, in_flight, bulk_from, sweep)
