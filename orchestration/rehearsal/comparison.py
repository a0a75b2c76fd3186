"""Rehearsed return flows: what scenario files expect, held against what the marts say."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
import yaml

Row = dict[str, Any]
# The same loader in C, where PyYAML was built with it: ten times as fast.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

GATE_ACTIONS = ("quarantine", "restock", "issue_refund")
PARTS = {
    "lifecycle": "fct_return_lifecycle",
    "variance": "fct_refund_variance",
    "exposure": "fct_restock_exposure",
    "gates": "fct_sync_gates",
}
# Expected and found rows that are not equal are shown side by side when these agree.
IDENTITY = ("case", "action", "sku")
ROWS = """
    select cases.case_name as "case", cases.order_name as _order_name, part.*
    from marts.{table} as part
    inner join marts.fct_return_lifecycle as cases on part.case_key = cases.case_key
    {condition}
"""
UNTIED = """
    select control, store, currency, period, source_count, source_amount, mart_count, mart_amount
    from marts.fct_tie_out
    where not is_tied
    order by control, store, currency, period
"""
MARTS = "select table_name from information_schema.tables where table_schema = 'marts'"


class ScenarioError(ValueError):
    """A scenario file cannot be rehearsed as it is written: mend the file."""


@dataclass(frozen=True)
class Scenario:
    """One file: what was recorded, and what the marts must say of it."""

    path: Path
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the file is called, here and in `--only`."""
        return self.path.stem

    @property
    def as_of(self) -> datetime:
        """The clock of the run."""
        return _instant(self.content["as_of"])

    @property
    def variables(self) -> dict[str, Any]:
        """The file's policy, as the build's variables."""
        policy = self.content.get("policy") or {}
        variables = {}
        if policy.get("grace_days") is not None:
            variables["grace_days"] = policy["grace_days"]
        if policy.get("refund_approval_limit"):
            variables["refund_approval_limits"] = policy["refund_approval_limit"]
        return variables

    @property
    def names(self) -> set[str]:
        """Every name by which a row of the marts is known to belong to this file."""
        erp = self.content.get("erp") or {}
        expected = self.content.get("expected") or {}
        return {
            *(str(order["name"]) for order in self.content.get("orders") or []),
            *(str(returned["name"]) for returned in self.content.get("returns") or []),
            *(
                str(document["number"])
                for kind in ("return_authorizations", "credits")
                for document in erp.get(kind) or []
                if "number" in document
            ),
            *(str(row["case"]) for rows in expected.values() for row in rows or []),
        }


@dataclass(frozen=True)
class Verdict:
    """What one file's rehearsal found; no differences means that every row is as expected."""

    name: str
    differences: tuple[str, ...]

    @property
    def is_ok(self) -> bool:
        """Whether nothing is missing, extra or different."""
        return not self.differences


@dataclass(frozen=True)
class Group:
    """Files that share a clock and a policy, and therefore one run."""

    as_of: datetime
    variables: dict[str, Any]
    scenarios: tuple[Scenario, ...]


def scenario_files(folder: Path, *, only: Sequence[str] = ()) -> list[Path]:
    """Return the scenario files of a folder, or those named; unknown names are refused."""
    paths = {path.stem: path for path in sorted(folder.glob("*.y*ml"))}
    unknown = sorted(set(only) - set(paths))
    if unknown:
        raise ScenarioError(f"{folder} has no scenario {', '.join(unknown)}")
    if not paths:
        raise ScenarioError(f"{folder} holds no scenario files (*.yaml)")
    return [path for name, path in paths.items() if not only or name in only]


def read_folder(folder: Path, *, only: Sequence[str] = ()) -> list[Scenario]:
    """Read the scenario files of a folder, or those named."""
    return [_read(path) for path in scenario_files(folder, only=only)]


def grouped(scenarios: Sequence[Scenario]) -> list[Group]:
    """Put files together that may be loaded together, earliest clock first."""
    groups: dict[tuple[datetime, str], list[Scenario]] = {}
    for scenario in scenarios:
        key = (scenario.as_of, json.dumps(scenario.variables, sort_keys=True))
        groups.setdefault(key, []).append(scenario)
    return [
        Group(as_of, members[0].variables, tuple(members))
        for (as_of, _), members in sorted(groups.items())
    ]


def compare(warehouse: Path, scenarios: Sequence[Scenario]) -> Iterator[Verdict]:
    """
    Hold the marts against what each file expects, a verdict a file.

    A row that belongs to no file is nobody's: it comes last, under a name of its own.
    """
    found = _found_rows(warehouse)
    for scenario in scenarios:
        expected = scenario.content.get("expected") or {}
        differences = [
            f"{part}: {difference}"
            for part in PARTS
            for difference in _differences(
                expected.get(part) or [], _take(found[part], scenario.names)
            )
        ]
        yield Verdict(scenario.name, tuple(differences))
    nobodys = [f"{part}: unexpected {_shown(row)}" for part in PARTS for row in found[part]]
    if nobodys:
        yield Verdict("(rows of no file)", tuple(nobodys))


def untied(warehouse: Path) -> list[str]:
    """Return the controls that do not tie out, as sentences: no file answers for them."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        cursor = connection.execute(UNTIED)
        columns = [column[0] for column in cursor.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return [f"does not tie out: {_shown(row)}" for row in rows]


def has_marts(warehouse: Path) -> bool:
    """Whether every compared mart was built; a pipeline that failed may have stopped before."""
    if not warehouse.exists():
        return False
    try:
        with duckdb.connect(warehouse, read_only=True) as connection:
            built = {name for (name,) in connection.execute(MARTS).fetchall()}
    except duckdb.Error:  # a build that broke off may still hold the file
        return False
    return built >= {*PARTS.values(), "fct_tie_out"}


def _read(path: Path) -> Scenario:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 - the safe one
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path} is not YAML: {error}") from error
    if not isinstance(content, dict) or "as_of" not in content or "expected" not in content:
        raise ScenarioError(f"{path} needs at least as_of, orders and expected")
    return Scenario(path, content)


def _found_rows(warehouse: Path) -> dict[str, list[Row]]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return {part: _rows_of(connection, table) for part, table in PARTS.items()}


def _rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    condition = f"where part.action in {GATE_ACTIONS}" if table == "fct_sync_gates" else ""
    cursor = connection.execute(ROWS.format(table=table, condition=condition))
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _take(rows: list[Row], names: set[str]) -> list[Row]:
    """Remove the rows of these orders and cases from the list, and return them."""
    taken = [row for row in rows if row["case"] in names or row["_order_name"] in names]
    rows[:] = [row for row in rows if not (row["case"] in names or row["_order_name"] in names)]
    return taken


def _differences(expected: Sequence[Row], found: list[Row]) -> Iterator[str]:
    """Match rows as multisets: equal ones first, then those that are about the same thing."""
    remaining = list(found)
    unmatched = []
    for row in expected:
        equal = next((other for other in remaining if not _unequal(row, other)), None)
        if equal is None:
            unmatched.append(row)
        else:
            remaining.remove(equal)
    for row in unmatched:
        alike = next((other for other in remaining if _is_about_same(row, other)), None)
        if alike is None:
            yield f"missing {_shown(row)}"
            continue
        remaining.remove(alike)
        yield f"{_label(row)} differs in {'; '.join(_unequal(row, alike))}"
    columns = {name for row in expected for name in row} or set(IDENTITY)
    for row in remaining:
        yield f"unexpected {_shown({name: row.get(name) for name in row if name in columns})}"


def _unequal(expected: Row, found: Row) -> list[str]:
    return [
        f"{name}: expected {_text(value)}, found {_text(found.get(name))}"
        for name, value in expected.items()
        if not _is_equal(value, found.get(name, "no such column"))
    ]


def _is_equal(expected: object, found: object) -> bool:
    """What YAML reads as a number or a time, for want of quotes, is the same as its text."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    try:
        if isinstance(found, Decimal | int) and isinstance(expected, str | int | float):
            return Decimal(str(expected)) == found
        if isinstance(found, datetime) and isinstance(expected, str | date):
            return _instant(expected) == found
    except (InvalidOperation, ValueError):
        return False
    return str(expected) == found if isinstance(expected, int) else expected == found


def _instant(said: object) -> datetime:
    moment = said if isinstance(said, datetime) else datetime.fromisoformat(str(said))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_about_same(expected: Row, found: Row) -> bool:
    return all(_is_equal(expected[name], found.get(name)) for name in IDENTITY if name in expected)


def _label(row: Row) -> str:
    return " ".join(str(row[name]) for name in IDENTITY if row.get(name) is not None)


def _shown(row: Row) -> str:
    return ", ".join(
        f"{name}={_text(value)}" for name, value in row.items() if not name.startswith("_")
    )


def _text(value: object) -> str:
    return "null" if value is None else str(value)
