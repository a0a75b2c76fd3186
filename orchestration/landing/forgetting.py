"""Customers taken out of what has landed: the one stream whose evidence may be rewritten."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import zstandard

from orchestration.extract.streams import STREAMS, System
from orchestration.landing.batches import land
from orchestration.landing.manifest import (
    ANSWERS,
    Batch,
    Part,
    committed_batches,
    every_part,
    remove_batch,
    replaced_batches,
)
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
    again ends it. Times stay those of the extraction; of a merged batch each extraction is a batch
    of its own again, until the next compaction. What a merged one replaced goes at once.
    """
    for batch in replaced_batches(root, CUSTOMERS):
        remove_batch(batch.folder(root))
    rewritten = 0
    for batch in list(committed_batches(root, CUSTOMERS)):
        extractions = list(_extractions(root, batch))
        left = [(said, _without_any(answers, ids, keys)) for said, answers in extractions]
        if left == extractions:
            continue
        for said, answers in left:
            _land_again(root, batch.source, said, answers, scratch=scratch)
        remove_batch(batch.folder(root))
        rewritten += 1
    return rewritten


def _land_again(
    root: Path, source: str, said: Batch | Part, answers: list[bytes], *, scratch: Path | None
) -> None:
    land(
        root,
        CUSTOMERS,
        answers,
        source=source,
        run_id=said.run_id,
        extracted_at=said.extracted_at,
        since=said.since,
        is_partial=said.is_partial,
        scratch=scratch,
    )


def _extractions(root: Path, batch: Batch) -> Iterator[tuple[Batch | Part, list[bytes]]]:
    """Yield each extraction in a batch with its answers, which are a file of their own within."""
    with (batch.folder(root) / ANSWERS).open("rb") as kept:
        parts = every_part(root, batch)
        if not parts:
            yield batch, _answers(kept.read())
        for part in parts:
            yield part, _answers(kept.read(part.answers_bytes))


def _answers(packed: bytes) -> list[bytes]:
    with zstandard.open(io.BytesIO(packed), "rb") as file:
        return [line.rstrip(b"\n") for line in io.BufferedReader(file)]


def _without_any(
    answers: Iterable[bytes], ids: Collection[str], keys: Collection[str]
) -> list[bytes]:
    return [_without(answer, ids, keys) for answer in answers]


def _without(answer: bytes, ids: Collection[str], keys: Collection[str]) -> bytes:
    content = msgspec.json.decode(answer)
    nodes = content["data"]["nodes"]
    left = [node for node in nodes if node["id"] not in ids and node["customer_key"] not in keys]
    if len(left) == len(nodes):
        return answer
    content["data"]["nodes"] = left
    return msgspec.json.encode(content)
