"""Configuration in, ready client out: what the assets, checks and syncs are given to work with."""

from orchestration.resources.customers import CustomerKeysResource
from orchestration.resources.home import Home
from orchestration.resources.ledger import LedgerResource
from orchestration.resources.netsuite import NetSuiteResource
from orchestration.resources.post import PostResource
from orchestration.resources.settings import SettingsError
from orchestration.resources.shopify import ShopifyResource
from orchestration.resources.sync import SyncResource

resources = {
    "customer_keys": CustomerKeysResource(),
    "home": Home(),
    "ledger": LedgerResource(),
    "netsuite": NetSuiteResource(),
    "post": PostResource(),
    "shopify": ShopifyResource(),
    "sync": SyncResource(),
}

__all__ = [
    "CustomerKeysResource",
    "Home",
    "LedgerResource",
    "NetSuiteResource",
    "PostResource",
    "SettingsError",
    "ShopifyResource",
    "SyncResource",
    "resources",
]
