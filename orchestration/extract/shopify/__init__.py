"""The storefront's client."""

from orchestration.extract.shopify.auth import AccessTokenAuth
from orchestration.extract.shopify.client import ShopifyClient

__all__ = ["AccessTokenAuth", "ShopifyClient"]
