"""Ready storefront clients, one a store."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
import httpx

from orchestration.extract.progress import Tell, silent
from orchestration.extract.shopify import (
    AccessTokenAuth,
    ShopifyClient,
    StoreTokenDesk,
    client_credentials_auth,
)
from orchestration.resources.http import open_files, open_http
from orchestration.resources.settings import StoreSettings, environment, read_stores

# The storefront gives up after 10 seconds by itself; a slow line may need longer.
READ_SECONDS = 60.0


@contextmanager
def open_shop(store: StoreSettings) -> Iterator[httpx.Client]:
    """Open what every question to a store goes through."""
    with open_http(store.url, auth=_auth(store), read_seconds=READ_SECONDS) as http:
        yield http


@contextmanager
def open_store(store: StoreSettings, *, tell: Tell = silent) -> Iterator[ShopifyClient]:
    """Open the client of one store; `tell` hears of the progress of long pulls."""
    with open_shop(store) as http, open_files(read_seconds=READ_SECONDS) as files:
        yield ShopifyClient(
            http,
            files=files,
            bulk_from=store.bulk_from,
            sweep_orders=store.sweep_orders,
            api_version=store.api_version,
            source=f"store {store.key}",
            width=store.in_flight,
            tell=tell,
        )


def _auth(store: StoreSettings) -> httpx.Auth:
    if not store.client_id:
        return AccessTokenAuth(store.access_token)
    return client_credentials_auth(
        StoreTokenDesk(
            store.url, store.client_id, store.client_secret, source=f"store {store.key}"
        )
    )


class ShopifyResource(dg.ConfigurableResource[None]):
    """The configured stores and their clients; settings are read anew at each use."""

    @property
    def stores(self) -> tuple[str, ...]:
        """The keys of the stores."""
        return tuple(store.key for store in read_stores(environment()))

    @contextmanager
    def client(self, store: str, *, tell: Tell = silent) -> Iterator[ShopifyClient]:
        """Open the client of a store by its key; `tell` hears of the progress of long pulls."""
        by_key = {settings.key: settings for settings in read_stores(environment())}
        with open_store(by_key[store], tell=tell) as client:
            yield client

    @contextmanager
    def clients(self) -> Iterator[Callable[[str], ShopifyClient]]:
        """Give a function that returns a store's client, opened once and closed at the end."""
        with ExitStack() as opened:
            found: dict[str, ShopifyClient] = {}

            def client_for(store: str) -> ShopifyClient:
                if store not in found:
                    found[store] = opened.enter_context(self.client(store))
                return found[store]

            yield client_for
