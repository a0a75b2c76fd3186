"""Storefront refunds against ERP credits by key: the variance models beside the peers."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner

from orchestration.assets.project import PROJECT
from orchestration.landing import create_source_views
from tests.benchmarks.measured import PEERS, Measured, measure
from tests.benchmarks.peers.keys import found
from tests.benchmarks.sizes import Size
from tests.benchmarks.table import Section, took
from tests.dbt_project.model_bench import ModelBench

AS_OF = "2026-06-01T00:00:00Z"
MODELS = (
    "int_case_amounts",
    "int_case_root_causes",
    "int_case_reversals",
    "int_case_variances",
)
# Where in a thousand cases a document is missing, and where an amount is another one.
MISSING_CREDIT, MISSING_REFUND = "number % 500 = 1", "number % 500 = 2"
OTHER_PRICE, OTHER_TAX = "number % 150 = 7", "number % 150 = 77"
CASE = "printf('case-%08d', number)"
AMOUNT = "number * 7919 % 100000 + 1000"
CREDITED = f"{AMOUNT} + case when {OTHER_PRICE} or {OTHER_TAX} then 30 else 0 end"
FOUND = """
    select
        case
            when has_refund and not has_credit then 'missing credits'
            when has_credit and not has_refund then 'missing refunds'
            else 'other amounts'
        end,
        list(case_key order by case_key)
    from intermediate.int_case_variances
    where has_refund <> has_credit or storefront_minor <> erp_minor
    group by 1
"""
CAUSES = """
    select root_cause, count(*) from intermediate.int_case_variances
    where root_cause <> 'none' group by 1 order by 1
"""
# What the models read, made of the two sides; what is not named here stays empty.
INPUTS = {
    "int_cases": "case_key, 'us' as store",
    "int_case_currencies": "case_key, 'USD' as currency, false as is_currency_mismatch",
    "int_case_expected_amounts": """
        case_key, coalesce(refund_minor, credit_minor) as expected_minor
    """,
    "int_case_stages": "case_key, 'not_required' as inspection_status",
    "int_case_milestones": """
        case_key,
        case when refund_minor is not null then timestamptz '2026-03-01 00:00:00Z' end
            as refunded_at,
        case when credit_minor is not null then timestamptz '2026-03-02 00:00:00Z' end
            as credited_at
    """,
    "int_case_line_amounts": f"""
        case_key,
        coalesce(refund_minor, 0) as storefront_total_minor,
        coalesce(credit_minor, 0) as erp_total_minor,
        coalesce(refund_minor, credit_minor) as expected_reversal_minor,
        coalesce(refund_minor, credit_minor) as authorized_reversal_minor,
        1 as authorized_quantity,
        0 as quantity_component_minor,
        case when {OTHER_TAX} then 0 else coalesce(refund_minor - credit_minor, 0) end
            as price_component_minor,
        0 as discount_component_minor,
        case when {OTHER_TAX} then coalesce(refund_minor - credit_minor, 0) else 0 end
            as tax_component_minor,
        (refund_minor is not null)::integer as storefront_quantity,
        (credit_minor is not null)::integer as erp_quantity
    """,
}
ONE_SIDED = {"int_case_storefront_amounts": "refund_minor", "int_case_credits": "credit_minor"}


def sections(size: Size, scratch: Path) -> Iterator[Section]:
    """Yield how long each takes to find exactly what was planted."""
    files = {"refunds": scratch / "refunds.parquet", "credited": scratch / "credits.parquet"}
    planted = plant(files, cases=size.keys)
    measure("tests.benchmarks.variance:build_empty", home=scratch / "home")
    section = Section(
        f"Refunds against credits, {size.keys:,} cases", ("by", "seconds", "CPU s", "peak MiB")
    )
    compared = {
        "this project's variance models": measure(
            "tests.benchmarks.variance:by_models", home=scratch / "home", **files
        ),
        "pandas, outer merge": _peer("by_pandas", **files),
        "datacompy on Polars": _peer("by_datacompy", **files),
        "reladiff on DuckDB": _peer("by_reladiff", **files, database=scratch / "reladiff.duckdb"),
    }
    for name, way in compared.items():
        causes = way.said.pop("causes", None)
        assert way.said == planted, f"{name} found {way.said} where {planted} was planted"
        section.add(name, *took(way))
        if causes:
            said = ", ".join(f"{count:,} {cause}" for cause, count in causes.items())
            section.notes.append(f"Ours also says why: {said}.")
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in planted.items() if kind != "digest")
    section.notes.append(f"Planted, and found by every one of them key by key: {kinds}.")
    section.notes.append(
        "Ours builds its input tables and computes components, fees, ages and causes of every case"
        " meanwhile; the others say which keys differ."
    )
    yield section


def _peer(function: str, **arguments: Any) -> Measured:
    return measure(f"tests.benchmarks.peers.keys:{function}", python=PEERS, **arguments)


def plant(files: dict[str, Path], *, cases: int) -> dict[str, Any]:
    """Write both sides, and return what differs between them."""
    sides = {
        "refunds": (AMOUNT, MISSING_REFUND),
        "credited": (CREDITED, MISSING_CREDIT),
    }
    with duckdb.connect() as connection:
        connection.execute(f"create view numbers as select range as number from range({cases})")
        for side, (amount, is_missing) in sides.items():
            connection.execute(f"""
                copy (
                    select {CASE} as case_key, ({amount})::bigint as amount_minor
                    from numbers where not ({is_missing})
                ) to '{files[side]}' (format parquet)
            """)
        is_other = f"({OTHER_PRICE} or {OTHER_TAX}) and not ({MISSING_CREDIT} or {MISSING_REFUND})"
        keys = [
            [
                key
                for (key,) in connection.execute(
                    f"select {CASE} from numbers where {of}"
                ).fetchall()
            ]
            for of in (MISSING_CREDIT, MISSING_REFUND, is_other)
        ]
    return found(*keys)


def build_empty(*, home: str) -> None:
    """Build the variance mart and all before it over nothing: every table with its types."""
    folder = Path(home)
    folder.mkdir()
    with duckdb.connect(folder / "warehouse.duckdb") as connection:
        create_source_views(connection, folder / "landing")
    os.environ["RETURNS_HOME"] = home
    told = json.dumps({"as_of": AS_OF})
    asked = ["build", "--quiet", "--select", "+fct_refund_variance", "--vars", told]
    asked += ["--exclude-resource-type", "unit_test"]
    asked += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    asked += ["--target-path", str(folder / "dbt"), "--log-path", str(folder / "dbt")]
    built = dbtRunner().invoke(asked)
    if not built.success:
        raise RuntimeError(str(built.exception or built.result))


def by_models(*, home: str, refunds: str, credited: str) -> dict[str, Any]:
    """Run the compiled models over both sides; the causes are counted beside what was found."""
    bench = ModelBench(Path(home) / "warehouse.duckdb", Path(home) / "dbt" / "compiled", [])
    connection = bench.connection
    connection.execute(f"""
        create temp table sides as
        select
            case_key,
            refunds.amount_minor as refund_minor,
            credits.amount_minor as credit_minor,
            right(case_key, 8)::bigint as number
        from read_parquet('{refunds}') as refunds
        full join read_parquet('{credited}') as credits using (case_key)
    """)
    for table, columns in INPUTS.items():
        connection.execute(f"insert into intermediate.{table} by name select {columns} from sides")
    for table, amount in ONE_SIDED.items():
        connection.execute(
            f"insert into intermediate.{table} by name"
            f" select case_key from sides where {amount} is not null"
        )
    for model in MODELS:
        connection.execute(f"insert into intermediate.{model} by name {bench.sql[model]}")
    kinds = dict(connection.execute(FOUND).fetchall())
    names = ("missing credits", "missing refunds", "other amounts")
    causes = dict(connection.execute(CAUSES).fetchall())
    return {**found(*(kinds.get(name, []) for name in names)), "causes": causes}
