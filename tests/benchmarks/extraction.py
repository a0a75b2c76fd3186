"""Extraction: a store's orders by pages and in bulk, beside dlt, a plain client and the floors."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from orchestration.sandbox.storefront_limits import Limits
from tests.benchmarks.measured import PEERS, Measured, measure
from tests.benchmarks.replay.recording import WIDTH
from tests.benchmarks.replay.server import UNLIMITED, Replaying, replaying
from tests.benchmarks.sizes import Size
from tests.benchmarks.table import Section, took
from tests.benchmarks.ways import GRAPHQL, PAGE, asked

WAYS = "tests.benchmarks.ways"
COLUMNS = ("way", "orders", "seconds", "CPU s", "peak MiB", "orders/s", "orders/CPU s")
TIMES_DLT, TIMES_FLOOR, MOST_MIB, FLAT = 12.0, 1.5, 400.0, 1.1
WINDOWS, OF_THE_BUCKET = 8, 1.1
FAR = Limits(latency_seconds=0.1)
# A small shop's bucket is restored at 100 points a second: this is ten of them, to be done sooner.
BUCKET = Limits(size=4_000, restore_rate=1_000)


def sections(size: Size, scratch: Path) -> Iterator[Section]:
    """Yield what extraction takes, side by side, and how it keeps to a store's limits."""
    recording = scratch / "recording.json"
    recorded = measure(
        "tests.benchmarks.replay.recording:record", returns=size.recorded_returns, file=recording
    ).said
    proven = _proven(recording, scratch)
    section = Section("Extraction", COLUMNS, size.is_judged)
    section.notes.append(
        f"{recorded} orders recorded from the sandbox; {proven} answers and bulk objects of the"
        " replay equal the recorded ones byte for byte."
    )
    books = _books(recording, scratch, orders=size.orders)
    ways = _read_in_every_way(section, books, scratch, orders=size.orders)
    dlt = _read_by_dlt(section, recording, scratch, orders=size.dlt_orders)
    _hold_to_peers(section, ways, dlt, orders=size.orders, dlt_orders=size.dlt_orders)
    shutil.rmtree(books)
    _hold_to_memory(section, ways, recording, scratch, size=size)
    yield section
    yield _paced(recording, scratch, size=size)


def _proven(recording: Path, scratch: Path) -> int:
    books = _books(recording, scratch, orders=None)
    with replaying(books) as replay:
        proven = measure(
            "tests.benchmarks.replay.proof:prove", url=replay.url, recording=recording
        )
    return int(proven.said)


def _books(recording: Path, scratch: Path, *, orders: int | None) -> Path:
    folder = scratch / f"books-{orders or 'recorded'}"
    measure(
        "tests.benchmarks.replay.books:write_books",
        recording=recording,
        folder=folder,
        orders=orders,
    )
    return folder


def _read_in_every_way(
    section: Section, books: Path, scratch: Path, *, orders: int
) -> dict[str, Measured]:
    pages, out = scratch / "pages.jsonl", scratch / "out"
    with replaying(books, UNLIMITED) as replay:
        ways = {
            "floor: pages to nothing": measure(f"{WAYS}:fetch", url=replay.url),
            "floor: bulk file to nothing": measure(f"{WAYS}:fetch_bulk", url=replay.url),
            "httpx and r.json(), nothing stored": measure(f"{WAYS}:plain", url=replay.url),
        }
        before = replay.statistics()["cpu_seconds"]
        ways["this project, paged"] = _landed(replay, "paged", out / "paged", orders=orders)
        used = replay.statistics()["cpu_seconds"] - before
        ways["this project, bulk"] = _landed(replay, "bulk", out / "bulk", orders=orders)
        measure(f"{WAYS}:fetch", url=replay.url, file=pages)
    ways["floor: DuckDB reads local pages"] = measure(
        f"{WAYS}:parse", file=pages, folder=out / "parsed"
    )
    ways["floor: DuckDB reads the local bulk file"] = measure(
        f"{WAYS}:parse_bulk", file=books / "bulk.jsonl", folder=out / "parsed-bulk"
    )
    assert ways["floor: DuckDB reads local pages"].said == orders
    assert ways["httpx and r.json(), nothing stored"].said == orders
    pages.unlink()
    shutil.rmtree(out)
    for name, way in ways.items():
        section.add(name, orders, *took(way), *_rates(way, orders=orders))
    section.notes.append(f"The replay used {used:.1f} CPU seconds while the project paged.")
    return ways


def _landed(
    replay: Replaying, way: str, folder: Path, *, orders: int, width: int = WIDTH
) -> Measured:
    landed = measure(f"{WAYS}:{way}", url=replay.url, folder=folder, width=width)
    assert landed.said == orders, f"{way} landed {landed.said} of {orders} orders"
    shutil.rmtree(folder)
    return landed


def _read_by_dlt(section: Section, recording: Path, scratch: Path, *, orders: int) -> Measured:
    books, out = _books(recording, scratch, orders=orders), scratch / "dlt"
    with replaying(books, UNLIMITED) as replay:
        loaded = measure(
            "tests.benchmarks.peers.orders:load",
            python=PEERS,
            url=replay.url,
            path=GRAPHQL,
            asked=asked(None),
            folder=out,
            loader="parquet",
        )
    shutil.rmtree(out)
    shutil.rmtree(books)
    assert loaded.said[0] == orders, f"dlt loaded {loaded.said[0]} of {orders} orders"
    section.add("dlt, parquet loader", orders, *took(loaded), *_rates(loaded, orders=orders))
    return loaded


def _rates(way: Measured, *, orders: int) -> tuple[int, int]:
    return round(orders / way.seconds), round(orders / way.cpu_seconds)


def _hold_to_peers(
    section: Section, ways: dict[str, Measured], dlt: Measured, *, orders: int, dlt_orders: int
) -> None:
    """Hold the rates to dlt's and the time to the floors', by the clock and by CPU seconds."""
    floors = {
        "paged": ("floor: pages to nothing", "floor: DuckDB reads local pages"),
        "bulk": ("floor: bulk file to nothing", "floor: DuckDB reads the local bulk file"),
    }
    for way, (fetched, parsed) in floors.items():
        own = ways[f"this project, {way}"]
        for unit, of in (("seconds", "seconds"), ("CPU seconds", "cpu_seconds")):
            took_dlt = getattr(dlt, of) / dlt_orders * orders
            floor = getattr(ways[fetched], of) + getattr(ways[parsed], of)
            section.require_at_least(
                f"{way}, orders a {unit[:-1]}, times dlt's",
                took_dlt / getattr(own, of),
                bound=TIMES_DLT,
            )
            section.require(
                f"{way}, {unit}, times floor fetch and floor parse",
                getattr(own, of) / floor,
                at_most=TIMES_FLOOR,
            )


def _hold_to_memory(
    section: Section,
    ways: dict[str, Measured],
    recording: Path,
    scratch: Path,
    *,
    size: Size,
) -> None:
    """Read more orders by the project alone: its memory must not grow with them."""
    books = _books(recording, scratch, orders=size.many_orders)
    for way in ("paged", "bulk"):
        with replaying(books, UNLIMITED) as replay:
            many = _landed(replay, way, scratch / "many", orders=size.many_orders)
        fewer = ways[f"this project, {way}"]
        rates = _rates(many, orders=size.many_orders)
        section.add(f"this project, {way}", size.many_orders, *took(many), *rates)
        peak = max(many.peak_mib, fewer.peak_mib)
        section.require(f"{way}, peak MiB", peak, at_most=MOST_MIB)
        section.require(
            f"{way}, peak MiB at {size.many_orders:,} orders, times that at {size.orders:,}",
            many.peak_mib / fewer.peak_mib,
            at_most=FLAT,
        )
    shutil.rmtree(books)


def _paced(recording: Path, scratch: Path, *, size: Size) -> Section:
    """Read by pages from a store that is far away, and from one that limits its clients."""
    section = Section(
        "Extraction within a store's limits",
        ("store", "orders", "seconds", "requests", "most in flight", "throttled"),
        size.is_judged,
    )
    orders = size.paced_orders
    books = _books(recording, scratch, orders=orders)
    with replaying(books) as replay:
        measure(f"{WAYS}:fetch", url=replay.url)
        least = replay.statistics()["points"]
    _, counted = _read_within(section, "100 ms away", books, FAR, orders=orders)
    most = counted["most_in_flight"]
    section.require_at_least("requests in flight at 100 ms", most, bound=WINDOWS)
    name = f"bucket of {BUCKET.size:,.0f} points, {BUCKET.restore_rate:,.0f} a second"
    limited, _ = _read_within(section, name, books, BUCKET, orders=orders)
    section.require(
        "seconds, times what the bucket permits for one reading of each page",
        limited.seconds / ((least - BUCKET.size) / BUCKET.restore_rate),
        at_most=OF_THE_BUCKET,
    )
    section.notes.append(
        f"At 100 ms, pages one after another take {orders / PAGE * FAR.latency_seconds:.1f} s of"
        " waiting alone."
    )
    shutil.rmtree(books)
    return section


def _read_within(
    section: Section, name: str, books: Path, limits: Limits, *, orders: int
) -> tuple[Measured, dict[str, float]]:
    with replaying(books, limits) as replay:
        read = measure(f"{WAYS}:read", url=replay.url, width=WIDTH)
        counted = replay.statistics()
    assert read.said == orders, f"{read.said} of {orders} orders were read"
    numbers = (int(counted[of]) for of in ("requests", "most_in_flight", "throttled"))
    section.add(name, orders, round(read.seconds, 2), *numbers)
    return read, counted
