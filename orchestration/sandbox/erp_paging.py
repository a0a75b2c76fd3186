"""How the ERP answers a page of a longer list: with counts, and links to the other pages."""

from collections.abc import Sequence
from typing import Any

MAX_PAGE = 1000


def page_of(
    address: str, items: Sequence[Any], *, limit: int, offset: int, total: int
) -> dict[str, Any]:
    """Return the items from `offset` on, of `total` in all, as they are answered."""
    has_more = offset + limit < total
    before = {"first": 0, "previous": offset - limit} if offset else {}
    after = {"next": offset + limit, "last": (total - 1) // limit * limit} if has_more else {}
    return {
        "links": [
            {"rel": name, "href": f"{address}?limit={limit}&offset={place}"}
            for name, place in (before | after | {"self": offset}).items()
        ],
        "count": len(items),
        "hasMore": has_more,
        "items": list(items),
        "offset": offset,
        "totalResults": total,
    }
