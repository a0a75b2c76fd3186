"""How each store puts returned units back on sale: one rule for the gates and for the senders."""

from collections.abc import Collection

STATES, DISPOSITIONS = "states", "dispositions"


def parse_late_stores(text: str, *, stores: Collection[str]) -> frozenset[str]:
    """
    Return the stores that dispose of units late, from `us=states,uk=dispositions`.

    A store that is not named moves inventory states. Raises ValueError, naming the item; `stores`
    are those there are, or empty where that is not known.
    """
    methods: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        store, _, method = (part.strip() for part in item.partition("="))
        if method not in {STATES, DISPOSITIONS}:
            raise ValueError(
                f"{item!r} is not written store=method, where a method is {STATES} or"
                f" {DISPOSITIONS}"
            )
        if stores and store not in stores:
            raise ValueError(f"{store!r} is not among SHOPIFY_STORES ({', '.join(stores)})")
        if store in methods:
            raise ValueError(f"{store!r} stands twice: a store has one method")
        methods[store] = method
    return frozenset(store for store, method in methods.items() if method == DISPOSITIONS)
