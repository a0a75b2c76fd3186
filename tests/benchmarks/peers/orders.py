"""dlt reads the same pages by its own REST client and loads them into DuckDB."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

COUNTED = """
    select (select count(distinct id) from landed.orders),
           (select count(distinct id) from landed.orders__line_items__nodes)
"""


def load(
    *, url: str, path: str, asked: dict[str, Any], folder: str, loader: str | None
) -> list[int]:
    """Load every order and what is nested in it; `loader` None is dlt's own choice."""
    client = RESTClient(
        url,
        paginator=JSONResponseCursorPaginator(
            cursor_path="data.orders.pageInfo.endCursor", cursor_body_path="variables.after"
        ),
    )

    @dlt.resource(name="orders", primary_key="id")
    def orders() -> Iterator[list[Any]]:
        yield from client.paginate(
            path, method="POST", json=asked, data_selector="data.orders.nodes"
        )

    warehouse = Path(folder) / "dlt.duckdb"
    warehouse.parent.mkdir(parents=True)
    pipeline = dlt.pipeline(
        "orders",
        pipelines_dir=str(Path(folder) / "pipelines"),
        destination=dlt.destinations.duckdb(str(warehouse)),
        dataset_name="landed",
    )
    pipeline.run(orders(), loader_file_format=loader)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        [(loaded, lines)] = connection.execute(COUNTED).fetchall()
    return [int(loaded), int(lines)]
