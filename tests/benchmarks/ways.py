"""The measured ways to read a store's orders: the project's two, a plain one, the floors."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import httpx

from orchestration.extract.streams.shopify import ORDER_LINE
from orchestration.extract.streams.stream import struct
from orchestration.landing import land, land_export
from tests.benchmarks.replay.recording import (
    API_VERSION,
    CLOCK,
    ORDERS,
    STORE,
    client_of,
    nodes_in,
    place_of,
)

RUN_ID = "0" * 32
PAGE = 25
NEXT = re.compile(rb'"pageInfo":\{"hasNextPage":(true|false),"endCursor":"([^"]*)"')
GRAPHQL = f"/admin/api/{API_VERSION}/graphql.json"


def paged(*, url: str, folder: str, width: int) -> int:
    """Land every order by pages, as a run does; return the rows."""
    with client_of(url, width=width) as client:
        answers = client.pages(ORDERS, since=None)
        batch = land(
            Path(folder),
            ORDERS,
            answers,
            source=STORE,
            run_id=RUN_ID,
            extracted_at=CLOCK,
            since=None,
        )
    return _orders_of(batch.folder(Path(folder)))


def bulk(*, url: str, folder: str, width: int) -> int:
    """Land every order by a bulk operation, as a first run does; return the rows."""
    with client_of(url, width=width) as client:
        batch = land_export(
            Path(folder), ORDERS, client, source=STORE, run_id=RUN_ID, extracted_at=CLOCK
        )
    return _orders_of(batch.folder(Path(folder)))


def read(*, url: str, width: int) -> int:
    """Read every page by the project's client and store nothing; return the distinct orders."""
    with client_of(url, width=width) as client:
        pages = client.pages(ORDERS, since=None)
        return len({place_of(node) for page in pages for node in nodes_in(page)})


def plain(*, url: str) -> int:
    """Read every page into Python's objects and look at each; nothing is stored."""
    orders = 0
    lines = 0
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        after: str | None = None
        while True:
            answer = http.post(GRAPHQL, json=asked(after)).json()
            page = answer["data"]["orders"]
            for order in page["nodes"]:
                orders += 1
                lines += len(order["lineItems"]["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return orders
            after = page["pageInfo"]["endCursor"]


def fetch(*, url: str, file: str | None = None) -> int:
    """Fetch every page, one after another, to nothing or to a file, a page a line."""
    size = 0
    target = Path(file or "/dev/null").open("wb")  # noqa: SIM115 - closed below
    with target, httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        after: str | None = None
        while True:
            body = http.post(GRAPHQL, json=asked(after)).content
            size += len(body)
            if file:
                target.write(body + b"\n")
            found = NEXT.search(body)
            if found is None or found[1] == b"false":
                return size
            after = found[2].decode()


def fetch_bulk(*, url: str) -> int:
    """Fetch the bulk file to nothing."""
    size = 0
    with httpx.stream("GET", f"{url}/bulk/objects.jsonl", trust_env=False) as response:
        for chunk in response.iter_bytes():
            size += len(chunk)
    return size


def parse(*, file: str, folder: str) -> int:
    """Load local pages into a table of the declared columns by DuckDB alone."""
    kind = struct(orders=struct(nodes=struct(**ORDERS.columns) + "[]"))
    return _loaded(
        f"""
        select unnest(data.orders.nodes) as record
        from read_ndjson('{file}', columns = {{'data': '{kind}'}})
        """,
        folder,
    )


def parse_bulk(*, file: str, folder: str) -> int:
    """Load a local bulk file into a table by DuckDB alone: its objects are not joined."""
    columns = {**_line_columns(), **ORDERS.columns, "__parentId": "VARCHAR"}
    for name in ("lineItems", "shippingLines", "returns"):
        del columns[name]
    declared = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    return _loaded(f"select * from read_ndjson('{file}', columns = {{{declared}}})", folder)


def asked(after: str | None) -> Mapping[str, Any]:
    """Return the request of one page, as the project's client asks it."""
    variables = {"after": after, "first": PAGE, "query": "", "reverse": False}
    return {"query": ORDERS.query, "variables": variables}


def _line_columns() -> dict[str, str]:
    """Return the columns of an order's line, by DuckDB's own reading of their type."""
    with duckdb.connect() as connection:
        described = connection.execute(f"describe select unnest(null::{ORDER_LINE})").fetchall()
    return {name: kind for name, kind, *_ in described}


def _loaded(select: str, folder: str) -> int:
    Path(folder).mkdir(parents=True, exist_ok=True)
    with duckdb.connect(Path(folder) / "floor.duckdb") as connection:
        connection.execute(f"create table loaded as {select}")
        [(rows,)] = connection.execute("select count(*) from loaded").fetchall()
    return int(rows)


def _orders_of(batch: Path) -> int:
    with duckdb.connect() as connection:
        counted = f"select count(distinct id) from read_parquet('{batch / 'rows.parquet'}')"
        [(orders,)] = connection.execute(counted).fetchall()
    return int(orders)
