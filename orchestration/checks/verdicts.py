"""Verdicts in the form that the publication keeps: of one fact, and of one fact a store."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg


def by_store(
    asset: dg.AssetKey, name: str, *, failures: Mapping[str, str], stores: Sequence[str]
) -> dg.AssetCheckResult:
    """
    Return a verdict that holds for each of these stores by itself; without stores, for all.

    A failure of something that is not one of the stores fails for all.
    """
    is_of_stores = bool(stores) and set(failures) <= set(stores)
    metadata: dict[str, Any] = {"failures": dict(failures)}
    if is_of_stores:
        metadata["stores"] = {store: store not in failures for store in stores}
    return dg.AssetCheckResult(
        asset_key=asset, check_name=name, passed=not failures, metadata=metadata
    )
