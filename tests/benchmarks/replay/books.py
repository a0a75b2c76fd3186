"""The recorded orders, written as often as needed, in files of which every answer is a slice."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

import msgspec

from orchestration.sandbox.storefront_limits import objects_in
from tests.benchmarks.replay.recording import Node, Recorded, place_of

GLOBAL_ID = re.compile(rb"(gid://shopify/\w+/\d+)")
CHANGED = re.compile(rb'("updatedAt":")[^"]+')
ORDER_ID = re.compile(rb"gid://shopify/Order/(\d+)")
DIGITS = 4
YEAR = timedelta(days=365)
BEGUN = datetime(2025, 2, 20, tzinfo=UTC)
NODES, BESIDE, BULK, INDEX = "nodes", "beside", "bulk.jsonl", "index.json"


class Index(msgspec.Struct):
    """What is known of the files: the recorded orders, the copies of them, the bulk's objects."""

    orders: int
    block_ids: list[int]
    is_recorded: bool
    objects: int


class Template:
    """A recorded text, to be written again under ids and a change of its own."""

    def __init__(self, text: Node) -> None:
        before, changed, after = [*CHANGED.split(bytes(text), maxsplit=1), b"", b""][:3]
        self._whole = bytes(text)
        self._before = _cut(before + changed)
        self._after = _cut(after) if changed else None

    def written(self, mark: bytes, changed_at: bytes) -> bytes:
        """Return the text with each global id marked; with no mark it is as recorded."""
        if not mark:
            return self._whole
        if self._after is None:
            return mark.join(self._before)
        return mark.join(self._before) + changed_at + mark.join(self._after)


def write_books(*, recording: str, folder: str, orders: int | None = None) -> int:
    """
    Write so many orders from a recording; None writes the recorded ones as they are.

    A copy has ids of its own and a change of its own, in steps that are equal over a year. In a
    bulk file a copy's children follow all of its orders, as the sandbox writes them.
    """
    target = Path(folder)
    target.mkdir(parents=True)
    recorded = msgspec.json.decode(Path(recording).read_bytes(), type=Recorded)
    series = Series(len(recorded.orders), orders)
    _write_nodes(target / NODES, recorded.orders, series)
    _write_nodes(target / BESIDE, recorded.beside, series)
    objects = _write_bulk(target / BULK, recorded, series)
    ids = [_number(node) for node in recorded.orders]
    index = Index(series.orders, ids, orders is None, objects)
    (target / INDEX).write_bytes(msgspec.json.encode(index))
    _write_numbers(
        target / "weights", (objects_in(msgspec.json.decode(n)) for n in recorded.orders)
    )
    if orders is None:
        moments = (place_of(node)[0] for node in recorded.orders)
        seconds = (int(datetime.fromisoformat(at).timestamp()) for at in moments)
    else:
        seconds = (int(series.changed_at(place).timestamp()) for place in range(series.orders))
    _write_numbers(target / "changes", seconds)
    return series.orders


@dataclass(frozen=True)
class Series:
    """A block of orders, over and over, up to a number of them; None is the block itself."""

    block: int
    wanted: int | None

    @property
    def orders(self) -> int:
        """Orders in all."""
        return self.block if self.wanted is None else self.wanted

    def changed_at(self, place: int) -> datetime:
        """Return when the order at a place changed."""
        return BEGUN + timedelta(seconds=place * int(YEAR / timedelta(seconds=1)) // self.orders)

    def copies(self) -> Iterator[tuple[int, bytes]]:
        """Yield the first place of each copy, and its mark."""
        for copy, first in enumerate(range(0, self.orders, self.block)):
            yield first, b"" if self.wanted is None else b"%0*d" % (DIGITS, copy)


def stamp(at: datetime) -> str:
    """Return an instant as the storefront writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _write_nodes(path: Path, nodes: Sequence[Node], series: Series) -> None:
    """Write texts with commas between them, and where each begins beside."""
    templates = [Template(node) for node in nodes]
    starts = array("Q", [0])
    with path.open("wb") as file:
        for first, mark in series.copies():
            for place, template in enumerate(templates[: series.orders - first], start=first):
                changed = stamp(series.changed_at(place)).encode()
                starts.append(starts[-1] + file.write(template.written(mark, changed) + b","))
    _write_numbers(path.with_suffix(".starts"), starts)


def _write_bulk(path: Path, recorded: Recorded, series: Series) -> int:
    places = {_number(node): place for place, node in enumerate(recorded.orders)}
    templates = [(places[_owner(line)], Template(line)) for line in recorded.objects]
    written = 0
    with path.open("wb") as file:
        for first, mark in series.copies():
            for place, template in templates:
                if first + place < series.orders:
                    changed = stamp(series.changed_at(first + place)).encode()
                    file.write(template.written(mark, changed) + b"\n")
                    written += 1
    return written


def _cut(text: bytes) -> list[bytes]:
    """Cut a text after each global id, where a mark is put in."""
    parts = GLOBAL_ID.split(text)
    pairs = [before + found for before, found in zip(parts[::2], parts[1::2], strict=False)]
    return [*pairs, parts[-1]]


def _number(node: Node) -> int:
    return int(place_of(node)[1].rpartition("/")[2])


def _owner(line: Node) -> int:
    """Return the number of the order that a bulk object is or belongs to."""
    members = msgspec.json.decode(line, type=dict[str, Node])
    found = ORDER_ID.search(bytes(members.get("__parentId", members["id"])))
    if found is None:
        raise ValueError("a bulk object of no order: record anew")
    return int(found[1])


def _write_numbers(path: Path, numbers: Iterable[int]) -> None:
    with path.open("wb") as file:
        array("Q", numbers).tofile(file)


def _read_numbers(path: Path) -> "array[int]":
    numbers = array("Q")
    with path.open("rb") as file:
        numbers.frombytes(file.read())
    return numbers


class Books:
    """The files, opened for reading: places are counted from the oldest change."""

    def __init__(self, folder: Path) -> None:
        self.bulk = folder / BULK
        self.index = msgspec.json.decode((folder / INDEX).read_bytes(), type=Index)
        self.changes = _read_numbers(folder / "changes")
        self._weights = _read_numbers(folder / "weights")
        self._nodes = _Texts(folder / NODES)
        self._beside = _Texts(folder / BESIDE)

    def id_at(self, place: int) -> str:
        """Return the id of an order."""
        copy, within = divmod(place, len(self.index.block_ids))
        number = f"{self.index.block_ids[within]}"
        mark = "" if self.index.is_recorded else f"{copy:0{DIGITS}d}"
        return f"gid://shopify/Order/{number}{mark}"

    def place_of(self, id_: str) -> int | None:
        """Return an order's place by its id; None for one that is not among the books."""
        number = id_.rpartition("/")[2]
        cut = len(number) if self.index.is_recorded else len(number) - DIGITS
        within = self._within.get(int(number[:cut]))
        if within is None:
            return None
        place = within + int(number[cut:] or 0) * len(self.index.block_ids)
        return place if place < self.index.orders else None

    def key_at(self, place: int) -> tuple[int, str]:
        """Return what a cursor stands for."""
        return self.changes[place], self.id_at(place)

    def between(self, start: int | None, end: int | None) -> tuple[int, int]:
        """Return the places, the last left out, of what changed from `start` up to `end`."""
        low = 0 if start is None else bisect_left(self.changes, start)
        high = self.index.orders if end is None else bisect_left(self.changes, end)
        return low, max(low, high)

    def after(self, key: tuple[int, str]) -> int:
        """Return the first place after a cursor's."""
        return bisect_right(range(self.index.orders), key, key=self.key_at)

    def before(self, key: tuple[int, str]) -> int:
        """Return the place that a cursor stands for: where a reversed page ends."""
        return bisect_left(range(self.index.orders), key, key=self.key_at)

    def nodes(self, low: int, high: int) -> memoryview:
        """Return the texts of orders with commas between them."""
        return self._nodes.between(low, high)

    def beside(self, place: int) -> memoryview:
        """Return what a bulk operation cannot carry of an order."""
        return self._beside.between(place, place + 1)

    def weight(self, low: int, high: int) -> int:
        """Return how many objects so many orders hold."""
        block = len(self._weights)
        return sum(self._weights[place % block] for place in range(low, high))

    @cached_property
    def _within(self) -> dict[int, int]:
        return {number: place for place, number in enumerate(self.index.block_ids)}


class _Texts:
    """A file of texts with commas between them."""

    def __init__(self, path: Path) -> None:
        self._starts = _read_numbers(path.with_suffix(".starts"))
        self._file: BinaryIO = path.open("rb")
        self._content = memoryview(mmap(self._file.fileno(), 0, access=ACCESS_READ))

    def between(self, low: int, high: int) -> memoryview:
        if low >= high:
            return self._content[:0]
        return self._content[self._starts[low] : self._starts[high] - 1]
