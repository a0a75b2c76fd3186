"""One return flow with more lines than fit on any first page."""

from pathlib import Path
from typing import Any

import yaml

SCENARIOS = Path(__file__).parent / "scenarios"
# The flow it is made from, with the same order's name: a folder holds one of the two.
LIKENESS = "clean_single_return.yaml"


def long_flow(lines: int) -> dict[str, Any]:
    """Return a flow of so many lines, all returned, refunded and disposed of."""
    content = yaml.safe_load((SCENARIOS / LIKENESS).read_text(encoding="utf-8"))
    (line,) = content["orders"][0]["lines"]
    names = [f"mug{number}" for number in range(lines)]
    content["orders"][0]["lines"] = [line | {"ref": name} for name in names]
    content["returns"][0]["lines"] = [
        {"line": name, "quantity": 1, "reason": "unwanted"} for name in names
    ]
    (refunded,) = content["refunds"][0]["lines"]
    content["refunds"][0]["lines"] = [refunded | {"line": name} for name in names]
    (disposed,) = content["dispositions"]
    content["dispositions"] = [disposed | {"line": name} for name in names]
    content["erp"] = {"sales_orders": [{"ref": "so1", "order": "o1", "number": "SO1001"}]}
    return content
