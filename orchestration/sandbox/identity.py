"""Ids of what a scenario file leaves unnamed: the same file always gives the same ids."""

from hashlib import sha256

ID_BYTES = 6  # 48 bits: a number that every JSON reader keeps exactly


def number(kind: str, scope: str, reference: str) -> int:
    """Return the number of a record: a hash of its kind, its file (or store) and its reference."""
    digest = sha256(f"{kind}:{scope}:{reference}".encode()).digest()
    return int.from_bytes(digest[:ID_BYTES], "big")


def gid(kind: str, scope: str, reference: str) -> str:
    """Return the storefront's global id of a record."""
    return f"gid://shopify/{kind}/{number(kind, scope, reference)}"


def tail(global_id: str) -> str:
    """Return the number at the end of a global id, as an ERP keeps it."""
    return global_id.rpartition("/")[2]
