"""Refunds compared with credits by key, by the tools that compare tables."""

import hashlib
from collections.abc import Iterable
from typing import Any

KEY, AMOUNT = "case_key", "amount_minor"
Found = dict[str, Any]


def by_pandas(*, refunds: str, credited: str) -> Found:
    """An outer merge."""
    import pandas as pd

    sides = pd.read_parquet(refunds), pd.read_parquet(credited)
    merged = sides[0].merge(sides[1], on=KEY, how="outer", indicator="found_in")
    both = merged["found_in"] == "both"
    is_other = both & (merged[f"{AMOUNT}_x"] != merged[f"{AMOUNT}_y"])
    return found(
        merged.loc[merged["found_in"] == "left_only", KEY],
        merged.loc[merged["found_in"] == "right_only", KEY],
        merged.loc[is_other, KEY],
    )


def by_datacompy(*, refunds: str, credited: str) -> Found:
    """Its comparison of Polars frames."""
    import datacompy
    import polars as pl

    sides = pl.read_parquet(refunds), pl.read_parquet(credited)
    compared = datacompy.PolarsCompare(*sides, join_columns=KEY)
    return found(
        compared.df1_unq_rows[KEY], compared.df2_unq_rows[KEY], compared.all_mismatch()[KEY]
    )


def by_reladiff(*, refunds: str, credited: str, database: str) -> Found:
    """Its comparison of two tables of one DuckDB file, loading them included."""
    import duckdb
    import reladiff

    with duckdb.connect(database) as connection:
        for name, file in (("refunds", refunds), ("credits", credited)):
            connection.execute(f"create table {name} as from read_parquet('{file}')")
    sides = [
        reladiff.connect_to_table(f"duckdb://:@/{database}", name, KEY, extra_columns=(AMOUNT,))
        for name in ("refunds", "credits")
    ]
    signs: dict[str, set[str]] = {"-": set(), "+": set()}
    for sign, row in reladiff.diff_tables(*sides, extra_columns=(AMOUNT,)):
        signs[sign].add(row[0])
    gone, new = signs["-"], signs["+"]
    return found(gone - new, new - gone, gone & new)


def found(
    missing_credits: Iterable[str], missing_refunds: Iterable[str], other: Iterable[str]
) -> Found:
    """Return how many keys of each kind were found, and which, as one digest."""
    kinds = {
        "missing credits": sorted(missing_credits),
        "missing refunds": sorted(missing_refunds),
        "other amounts": sorted(other),
    }
    digest = hashlib.sha256(repr(kinds).encode()).hexdigest()
    return {**{kind: len(keys) for kind, keys in kinds.items()}, "digest": digest}
