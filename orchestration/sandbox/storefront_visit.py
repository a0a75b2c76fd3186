"""One request to the storefront, as its resolvers see it."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from graphql import GraphQLError

from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_bulk import BulkDesk
from orchestration.sandbox.storefront_wire import Record

GLOBAL_ID = re.compile(r"gid://shopify/[A-Za-z]+/\d+(\?[a-z_]+=\d+)?")


@dataclass(frozen=True)
class Visit:
    """One request: whose books, which store, and when."""

    books: StorefrontBooks
    store: str
    now: datetime
    bulk: BulkDesk
    is_bulk: bool = False
    # What the answer tells of the searches that it was asked for.
    searches: list[Record] = field(default_factory=list)

    def find(self, global_id: str) -> Record | None:
        """Return a record; an id that is none of this API's is an error of the whole request."""
        if not GLOBAL_ID.fullmatch(global_id):
            raise GraphQLError(
                f"Invalid global id '{global_id}'", extensions={"code": "RESOURCE_NOT_FOUND"}
            )
        if global_id in self.bulk.operations:
            return self.bulk.find(self.store, global_id)
        return self.books.get(self.store, global_id)

    def every(self, kind: str) -> list[Record]:
        """Return the store's records of one kind."""
        return self.books.of_kind(self.store, kind)
