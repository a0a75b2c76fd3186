"""A business of any size as landing files: one block of it is drawn and read, DuckDB copies it."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by the landing room.

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import msgspec
import zstandard

from orchestration.cli.profile import OWN_STATE, SANDBOX, sandbox_in_place
from orchestration.definitions import EXTRACT
from orchestration.extract.streams import STREAMS, TEXT, Stream, System
from orchestration.landing import Batch, committed_batches
from orchestration.landing.manifest import ANSWERS, ROWS, checksum, commit
from orchestration.landing.reading import literal
from orchestration.landing.sessions import connect
from orchestration.pipeline import run_job
from orchestration.sandbox.business import Shape
from orchestration.sandbox.source import TRUTH, BusinessSource

# Returns that are drawn and read over the wire, a minute's work; the rest are copies of them.
BLOCK = 5_000
# Returns that one batch tells of: a batch is written in one statement and has to fit beside it.
RETURNS_A_BATCH = 100_000
MEMORY_BYTES = 2**30
WRITERS = 2
LOCATION, HIDDEN = "gid://shopify/Location/", "gid:location/"
# Digits that tell a copy's records from those of the others.
DIGITS = 4
# Stands in a text of the block where each copy has its digits: found once, replaced in every copy.
MARK = "chr(31)"

# The world that the copies share; everything else is each copy's own.
SHARED = frozenset(
    {
        (System.SHOPIFY, "locations"),
        (System.NETSUITE, "accounting_periods"),
    }
)
# Sums over all copies rather than records of one.
TOTALS: Mapping[tuple[System, str], tuple[str, ...]] = {
    (System.NETSUITE, "control_totals"): ("document_count", "document_total"),
}
NOT_COPIED = SHARED | TOTALS.keys()
# The ERP's columns that hold the internal id of a copied record, beside `id` itself.
IDS = frozenset(
    {"transaction", "createdfrom", "nextdoc", "previousdoc", "item", "receipt", "recordid"}
)
NUMBERED_WITHIN_TRANSACTIONS = frozenset({"transaction_lines"})
# Texts that hold a document's number or a record's id, and those that hold an item's name.
NUMBERS = frozenset(
    {
        *("tranid", "externalid", "storefront_order", "storefront_return", "storefront_line"),
        *("name", "sourceOrderTransactionId"),
    }
)
ITEM_NAMES = frozenset({"itemid"})
# Fees, shipping and discounts are told by their names, which policy knows: only goods are renamed.
GOODS = "InvtPart"


class VolumeError(RuntimeError):
    """The landing files cannot be written; the message says what to change."""


@dataclass(frozen=True)
class Volume:
    """What was written: the returns drawn, how many copies of them, and the rows that landed."""

    drawn: int
    copies: int
    rows: int

    @property
    def returns(self) -> int:
        """Returns in all: at least as many as asked for."""
        return self.drawn * self.copies


@dataclass(frozen=True)
class Day:
    """
    What a later reading brings, as batches under a root of its own.

    So many copies land for the first time, and as many again, that had landed before.
    """

    root: Path
    copies: int


@dataclass(frozen=True)
class _Writing:
    """A batch of some copies of a block, of `of` in all, read so much later than the block."""

    root: Path
    copies: Sequence[int]
    of: int
    later: timedelta = timedelta()


def land_volume(
    root: Path,
    *,
    returns: int,
    seed: int,
    clock: datetime,
    shape: Shape,
    block: int = BLOCK,
    days: Sequence[Day] = (),
) -> Volume:
    """
    Write a business of at least `returns` returns as batches under `root`, with its truth beside.

    A block of it is drawn, served by a sandbox and landed as any source is. Each copy is that
    block under ids, names, numbers and skus of its own, at the same stores and in the same
    periods: so what holds of the block holds of each copy. The copies have rows and no answers.
    What the `days` bring is left out of `root`, to be moved there a day after another.
    `truth.csv` stands in `root`'s parent. Raises VolumeError where `root` holds batches already.
    """
    if any(root.glob("*/*")):
        raise VolumeError(f"{root} holds batches already: name an empty folder")
    copies = -(-returns // block)
    held_back = sum(day.copies for day in days)
    if held_back >= copies:
        raise VolumeError(f"the days bring {held_back} of {copies} copies: draw smaller blocks")
    if copies > 10**DIGITS:
        raise VolumeError(f"at most {block * 10**DIGITS:,} returns can be told apart")
    drawn = -(-returns // copies)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        _land_block(home, BusinessSource(drawn, seed, clock, shape), clock)
        with ThreadPoolExecutor(WRITERS) as writers:
            # A block is so small that the engine reads it on one core.
            written = [
                writers.submit(_write_copies, home / "landing", stream, batch, writing)
                for stream in STREAMS.values()
                for batch in committed_batches(home / "landing", stream)
                for writing in _writings(root, stream, drawn=drawn, copies=copies, days=days)
            ]
        rows = sum(one.result() for one in written)
        _copy_truth(home / SANDBOX / TRUTH, root.parent / TRUTH, copies=copies)
    return Volume(drawn=drawn, copies=copies, rows=rows)


def _land_block(home: Path, source: BusinessSource, clock: datetime) -> None:
    with (
        sandbox_in_place(home, source, now=datetime.now(UTC), settings=OWN_STATE),
        dg.DagsterInstance.ephemeral() as instance,
    ):
        outcome = run_job(EXTRACT, instance=instance, as_of=clock)
    if not outcome.is_success:
        raise VolumeError("the drawn block could not be read: " + "; ".join(outcome.problems))


def _writings(
    root: Path, stream: Stream, *, drawn: int, copies: int, days: Sequence[Day]
) -> Iterator[_Writing]:
    """Yield the batches that become of one batch of the block."""
    # What the totals count is what `root` holds: with the days it would be more.
    begun = copies - sum(day.copies for day in days)
    if (stream.system, stream.name) in NOT_COPIED:
        yield _Writing(root, [0], of=begun)
        return
    step = max(RETURNS_A_BATCH // drawn, 1)
    for first in range(0, begun, step):
        yield _Writing(root, range(first, min(first + step, begun)), of=copies)
    # A list of everything is read once a week, and no part of what a day brings.
    for number, day in enumerate(() if stream.is_census else days, 1):
        new = range(begun, begun + day.copies)
        landed = range(day.copies)
        yield _Writing(day.root, [*landed, *new], of=copies, later=timedelta(days=number))
        begun += day.copies


def _write_copies(landed: Path, stream: Stream, batch: Batch, writing: _Writing) -> int:
    """Write copies of a batch as a batch of their own; return the rows written."""
    name = f"{batch.batch_id}-{writing.later.days}-{writing.copies[0]:0{DIGITS}}"
    read_at = batch.extracted_at + writing.later
    named = msgspec.structs.replace(batch, batch_id=name, extracted_at=read_at)
    folder = named.folder(writing.root)
    folder.mkdir(parents=True)
    (folder / ANSWERS).write_bytes(zstandard.compress(b""))
    with connect(folder, memory_bytes=MEMORY_BYTES) as connection:
        connection.execute(
            f"""
            copy (
                select {", ".join(_columns(stream, copies=writing.of))},
                    _store, {literal(name)} as _batch_id,
                    _extracted_at + interval '{writing.later.days} days' as _extracted_at, _run_id
                from (
                    select {", ".join(_marked_columns(stream))}, _store, _extracted_at, _run_id
                    from read_parquet({literal(str(batch.folder(landed) / ROWS))})
                )
                cross join (
                    select printf('%0{DIGITS}d', number) as copy, number
                    from (select unnest({[*writing.copies]}) as number)
                )
            ) to {literal(str(folder / ROWS))} (format parquet, compression zstd)
            """
        )
        [(rows,)] = connection.execute(
            f"select count(*) from read_parquet({literal(str(folder / ROWS))})"
        ).fetchall()
    files = {name: checksum(folder / name) for name in (ANSWERS, ROWS)}
    commit(writing.root, msgspec.structs.replace(named, answers=0, rows=rows, sha256=files))
    return int(rows)


def _marked_columns(stream: Stream) -> Iterator[str]:
    """Yield each declared column with a mark where a copy is to be told from the others."""
    for name, kind in stream.columns.items():
        column = f'"{name}"'
        if _has_marks(stream, name, kind):
            column = _marked(column, name, kind)
        yield f'{column} as "{name}"'


def _columns(stream: Stream, *, copies: int) -> Iterator[str]:
    """Yield each declared column as it stands in copy `copy`, whose number is `number`."""
    for name, kind in stream.columns.items():
        column = f'"{name}"'
        if name in TOTALS.get((stream.system, stream.name), ()):
            column = f"{column} * {copies}"
        elif _has_marks(stream, name, kind):
            column = f"replace({column}, {MARK}, copy)"
            column = column if kind == TEXT else f"{column}::json"
        elif kind == "BIGINT" and _is_own_id(stream, name):
            column = f"{column} * {10**DIGITS} + number"
        yield f'cast({column} as {kind}) as "{name}"'


def _is_own_id(stream: Stream, name: str) -> bool:
    """Whether a column holds the id of a record that each copy has for itself."""
    if (stream.system, stream.name) in NOT_COPIED:
        return False
    return name in IDS or (name == "id" and stream.name not in NUMBERED_WITHIN_TRANSACTIONS)


def _has_marks(stream: Stream, name: str, kind: str) -> bool:
    if (stream.system, stream.name) in NOT_COPIED:
        return False
    is_told_apart = _is_own_id(stream, name) or name in NUMBERS | ITEM_NAMES
    return kind.startswith("STRUCT") or (kind == TEXT and is_told_apart)


def _marked(column: str, name: str, kind: str) -> str:
    if kind.startswith("STRUCT"):
        return _with_records_marked(f"to_json({column})::varchar")
    if name in ITEM_NAMES:
        return f"if(itemtype = {literal(GOODS)}, {column} || '-' || {MARK}, {column})"
    return _with_first_number_marked(column)


def _with_first_number_marked(text: str) -> str:
    return rf"regexp_replace({text}, '(\d+)', '\1' || {MARK})"


def _with_records_marked(json: str) -> str:
    """Mark each global id and sku in a JSON text, and leave the locations that copies share."""
    hidden = f"replace({json}, '{LOCATION}', '{HIDDEN}')"
    marked = rf"regexp_replace({hidden}, '(gid://shopify/\w+/\d+)', '\1' || {MARK}, 'g')"
    marked = rf"""regexp_replace({marked}, '("sku":"[^"]+)"', '\1-' || {MARK} || '"', 'g')"""
    return f"replace({marked}, '{HIDDEN}', '{LOCATION}')"


def _copy_truth(drawn: Path, path: Path, *, copies: int) -> None:
    """Write the truth of every case of every copy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with connect() as connection:
        names = ", ".join(
            f"replace({_with_first_number_marked(name)}, {MARK}, copy) as {name}"
            for name in ("case_name", "order_name")
        )
        connection.execute(
            f"""
            copy (
                select * exclude (copy) replace ({names})
                from read_csv({literal(str(drawn))}, header = true, all_varchar = true)
                cross join (
                    select printf('%0{DIGITS}d', number) as copy
                    from range({copies}) as numbers(number)
                )
            ) to {literal(str(path))} (format csv, header)
            """
        )
