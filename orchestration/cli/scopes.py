"""Whether a scope that a person wrote, `store/action`, is one in which anything is ever sent."""

from orchestration.resources.settings import Environment
from orchestration.sync.actions import ACTIONS

EVERY = "*"


def doubt(store: str, action: str, *, env: Environment) -> str | None:
    """
    Return why nothing is ever sent in this scope, or nothing where it is one.

    A slip of the pen would halt nothing, or leave on what is to stay off, without a word. Stores
    are known where they are configured.
    """
    if action not in {EVERY, *ACTIONS}:
        return (
            f"{action} is no action: it is one of {', '.join(ACTIONS)}, or {EVERY} for every one"
        )
    stores = [key.strip() for key in env.get("SHOPIFY_STORES", "").split(",") if key.strip()]
    if stores and store not in {EVERY, *stores}:
        return f"{store} is no store: it is one of {', '.join(stores)}, or {EVERY} for every one"
    return None
