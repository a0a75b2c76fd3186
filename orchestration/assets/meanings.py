"""What each published table and column means, as the models describe themselves."""

import json

from orchestration.assets import project
from orchestration.assets.publication import Row

MART_SCHEMA = "marts"


def meaning_rows() -> list[Row]:
    """Return one row per mart, without a column name, and one per column of it."""
    manifest = json.loads(project.prepared_manifest().read_text(encoding="utf-8"))
    rows: list[Row] = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] != MART_SCHEMA:
            continue
        rows.append(_row(node["name"], node, column=None))
        rows += [_row(node["name"], said, column=name) for name, said in node["columns"].items()]
    return rows


def _row(table: str, described: Row, *, column: str | None) -> Row:
    return {
        "table_name": table,
        "column_name": column,
        "data_type": described.get("data_type"),
        "description": " ".join(str(described["description"]).split()),
    }
