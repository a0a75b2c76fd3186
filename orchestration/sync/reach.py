"""The systems as configured, opened for as long as a sync runs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from orchestration.resources import (
    NetSuiteResource,
    PostResource,
    ShopifyResource,
    SyncResource,
)
from orchestration.sync.action import Remote, RemoteForStore


@contextmanager
def remotes(
    shopify: ShopifyResource, netsuite: NetSuiteResource, post: PostResource, sync: SyncResource
) -> Iterator[RemoteForStore]:
    """Give a function that returns what a store's actions reach; LookupError for no such store."""
    with ExitStack() as opened:
        client_for = opened.enter_context(shopify.clients())
        erp, status_field = None, ""
        if netsuite.is_configured:
            erp, status_field = opened.enter_context(netsuite.records())
        carrier, opt_out_tag = post.for_customers, post.opt_out_tag
        late_stores = sync.late_stores

        def remote_for(store: str) -> Remote:
            return Remote(
                client_for(store),
                erp=erp,
                post=carrier,
                rma_status_field=status_field,
                opt_out_tag=opt_out_tag,
                disposes_late=store in late_stores,
            )

        yield remote_for
