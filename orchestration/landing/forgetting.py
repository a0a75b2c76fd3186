"""Customers taken out of what has landed: the one stream whose evidence may be rewritten."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import zstandard

from orchestration.extract.streams import STREAMS, System
from orchestration.landing.batches import land
from orchestration.landing.manifest import ANSWERS, Batch, committed_batches, remove_batch
from orchestration.landing.reading import literal
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows

CUSTOMERS = STREAMS[System.SHOPIFY, "customers"]


@dataclass(frozen=True)
class Forgotten:
    """A customer as one store knew it, by its id there and its key."""

    store: str
    id: str
    customer_key: str


def find_customers(root: Path, *, key: str = "", id_: str = "") -> list[Forgotten]:
    """Return every landed record with this key or with this id."""
    rows = select_rows(root, CUSTOMERS, committed_batches(root, CUSTOMERS))
    query = f"""
        select distinct _store, id, customer_key
        from ({rows})
        where customer_key = {literal(key)} or id = {literal(id_)}
        order by all
    """
    with connect(reads=root) as connection:
        return [Forgotten(*row) for row in connection.execute(query).fetchall()]


def forget_customers(
    root: Path, ids: Collection[str], keys: Collection[str], *, scratch: Path | None = None
) -> int:
    """
    Land every batch that holds these customers anew without them, and say how many those were.

    The old batch goes once the new one is committed: a kill in between leaves both, and asking
    again ends it. Times stay those of the extraction.
    """
    rewritten = 0
    for batch in list(committed_batches(root, CUSTOMERS)):
        folder = batch.folder(root)
        answers = list(_answers(folder))
        left = [_without(answer, ids, keys) for answer in answers]
        if left == answers:
            continue
        _land_again(root, batch, left, scratch=scratch)
        remove_batch(folder)
        rewritten += 1
    return rewritten


def _land_again(root: Path, batch: Batch, answers: list[bytes], *, scratch: Path | None) -> None:
    land(
        root,
        CUSTOMERS,
        answers,
        source=batch.source,
        run_id=batch.run_id,
        extracted_at=batch.extracted_at,
        since=batch.since,
        scratch=scratch,
    )


def _answers(folder: Path) -> Iterator[bytes]:
    with (folder / ANSWERS).open("rb") as kept, zstandard.open(kept, "rb") as file:
        for line in io.BufferedReader(file):
            yield line.rstrip(b"\n")


def _without(answer: bytes, ids: Collection[str], keys: Collection[str]) -> bytes:
    content = msgspec.json.decode(answer)
    nodes = content["data"]["nodes"]
    left = [node for node in nodes if node["id"] not in ids and node["customer_key"] not in keys]
    if len(left) == len(nodes):
        return answer
    content["data"]["nodes"] = left
    return msgspec.json.encode(content)
