"""The storefront's client."""

from orchestration.extract.shopify.auth import (
    AccessTokenAuth,
    StoreTokenDesk,
    client_credentials_auth,
)
from orchestration.extract.shopify.client import ShopifyClient

__all__ = ["AccessTokenAuth", "ShopifyClient", "StoreTokenDesk", "client_credentials_auth"]
