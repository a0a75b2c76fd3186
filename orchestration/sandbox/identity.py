"""Ids of what a scenario file leaves unnamed: the same file always gives the same ids."""

from collections.abc import Sequence
from hashlib import sha256

ID_BYTES = 6  # 48 bits: a number that every JSON reader keeps exactly


def number(kind: str, scope: str, reference: str) -> int:
    """Return the number of a record: a hash of its kind, its file (or store) and its reference."""
    digest = sha256(f"{kind}:{scope}:{reference}".encode()).digest()
    return int.from_bytes(digest[:ID_BYTES], "big")


def gid(kind: str, scope: str, reference: str) -> str:
    """Return the storefront's global id of a record."""
    return f"gid://shopify/{kind}/{number(kind, scope, reference)}"


def gids_in_order(kind: str, scope: str, references: Sequence[str]) -> dict[str, str]:
    """Return the ids of records that nothing else tells apart: they sort as they were written."""
    ids = sorted(gid(kind, scope, reference) for reference in references)
    return dict(zip(references, ids, strict=True))


def tail(global_id: str) -> str:
    """Return the number at the end of a global id, as an ERP keeps it."""
    return global_id.rpartition("/")[2]
