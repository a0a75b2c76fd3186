"""What a rehearsal says of marts that are as expected, and of marts that are not."""

from datetime import UTC, date, datetime

import duckdb
import pytest
import yaml

from orchestration.rehearsal import ScenarioError, compare, grouped, read_folder, untied

LIFECYCLE = {"case": "#1-R1", "current_stage": "complete", "is_falsely_complete": False}
VARIANCE = {"case": "#1-R1", "erp_amount": "25.92", "settled_amount": None}
GATE = {
    "case": "#1-R1",
    "action": "restock",
    "sku": "MUG",
    "quantity": 1,
    "decision": "held",
    "hold_reasons": ["unlinked"],
}


@pytest.fixture
def folder(tmp_path):
    """Writes a scenario file of order #1 that expects the given parts."""

    def write(name="one", *, as_of="2026-03-20T00:00:00Z", policy=None, order="#1", **expected):
        content = {
            "as_of": as_of,
            "policy": policy or {},
            "orders": [{"name": order}],
            "expected": expected,
        }
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content))
        return tmp_path

    return write


@pytest.fixture
def warehouse(tmp_path):
    """Marts that hold one case of order #1, with one row in each part but the exposure."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("""
            create schema marts;
            create table marts.fct_return_lifecycle as
            select 'us/return/1' as case_key, '#1-R1' as case_name, '#1' as order_name,
                   'complete' as current_stage, false as is_falsely_complete,
                   timestamptz '2026-03-12 00:00:00+00' as credited_at;
            create table marts.fct_refund_variance as
            select 'us/return/1' as case_key, cast(25.92 as decimal(18, 2)) as erp_amount,
                   cast(null as decimal(18, 2)) as settled_amount;
            create table marts.fct_restock_exposure as
            select 'us/return/1' as case_key, 'MUG' as sku where false;
            create table marts.fct_sync_gates as
            select 'us/return/1' as case_key, 'restock' as action, 'MUG' as sku, 1 as quantity,
                   'held' as decision, ['unlinked'] as hold_reasons
            union all
            select 'us/return/1', 'notify', null, null, 'ready', [];
            create table marts.fct_tie_out as
            select 'credits' as control, 'all' as store, 'USD' as currency, '2026-03' as period,
                   1 as source_count, cast(25.92 as decimal(18, 3)) as source_amount,
                   1 as mart_count, cast(25.92 as decimal(18, 3)) as mart_amount, true as is_tied
        """)
    return path


def verdicts(warehouse, folder):
    return {verdict.name: verdict for verdict in compare(warehouse, read_folder(folder))}


def test_rows_as_expected_are_ok_and_other_actions_are_not_asked(folder, warehouse):
    path = folder(lifecycle=[LIFECYCLE], variance=[VARIANCE], exposure=[], gates=[GATE])

    assert verdicts(warehouse, path)["one"].is_ok


def test_a_cent_is_a_difference_and_is_said_by_column(folder, warehouse):
    wrong = {**VARIANCE, "erp_amount": "25.91"}
    path = folder(lifecycle=[LIFECYCLE], variance=[wrong], gates=[GATE])

    (difference,) = verdicts(warehouse, path)["one"].differences

    assert difference == "variance: #1-R1 differs in erp_amount: expected 25.91, found 25.92"


@pytest.mark.parametrize("amount", ["25.920", "25.9200", 25.92])
def test_amounts_are_equal_as_decimals_whatever_their_zeros_and_quotes(folder, warehouse, amount):
    path = folder(
        lifecycle=[LIFECYCLE], variance=[{**VARIANCE, "erp_amount": amount}], gates=[GATE]
    )

    assert verdicts(warehouse, path)["one"].is_ok


@pytest.mark.parametrize("amount", ["nothing", "n/a", "25,92"])
def test_what_is_no_amount_is_a_difference(folder, warehouse, amount):
    path = folder(
        lifecycle=[LIFECYCLE], variance=[{**VARIANCE, "erp_amount": amount}], gates=[GATE]
    )

    (difference,) = verdicts(warehouse, path)["one"].differences

    assert difference.endswith(f"expected {amount}, found 25.92")


@pytest.mark.parametrize(
    "said",
    ["2026-03-12T00:00:00Z", "2026-03-12", date(2026, 3, 12), datetime(2026, 3, 12, tzinfo=UTC)],
    ids=["time", "day", "unquoted day", "unquoted time"],
)
def test_a_moment_is_the_same_with_and_without_quotes(folder, warehouse, said):
    wanted = {**LIFECYCLE, "credited_at": said}
    path = folder(lifecycle=[wanted], variance=[VARIANCE], gates=[GATE])

    assert verdicts(warehouse, path)["one"].is_ok


def test_a_document_may_go_without_a_number_of_its_own(folder, warehouse):
    path = folder(lifecycle=[LIFECYCLE], variance=[VARIANCE], gates=[GATE])
    file = path / "one.yaml"
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**content, "erp": {"credits": [{"ref": "cm1"}]}}))

    assert verdicts(warehouse, path)["one"].is_ok


def test_zero_is_not_null(folder, warehouse):
    path = folder(
        lifecycle=[LIFECYCLE], variance=[{**VARIANCE, "settled_amount": "0.00"}], gates=[GATE]
    )

    assert not verdicts(warehouse, path)["one"].is_ok


def test_a_control_that_does_not_tie_out_is_told_beside_the_files(folder, warehouse):
    path = folder(lifecycle=[LIFECYCLE], variance=[VARIANCE], gates=[GATE])
    assert untied(warehouse) == []
    with duckdb.connect(warehouse) as connection:
        connection.execute("update marts.fct_tie_out set mart_amount = 25.91, is_tied = false")

    (said,) = untied(warehouse)

    assert said.startswith("does not tie out: control=credits, store=all, currency=USD")
    assert verdicts(warehouse, path)["one"].is_ok


def test_a_row_too_many_is_unexpected(folder, warehouse):
    path = folder(lifecycle=[LIFECYCLE], variance=[VARIANCE], gates=[])

    (difference,) = verdicts(warehouse, path)["one"].differences

    assert difference.startswith("gates: unexpected")


def test_a_row_listed_twice_is_missing_once(folder, warehouse):
    path = folder(lifecycle=[LIFECYCLE], variance=[VARIANCE], gates=[GATE, GATE])

    (difference,) = verdicts(warehouse, path)["one"].differences

    assert difference.startswith("gates: missing")


def test_a_column_that_does_not_exist_is_a_difference(folder, warehouse):
    path = folder(
        lifecycle=[{**LIFECYCLE, "is_imagined": None}], variance=[VARIANCE], gates=[GATE]
    )

    assert not verdicts(warehouse, path)["one"].is_ok


def test_rows_of_no_file_are_told_at_the_end(folder, warehouse):
    path = folder(order="#2", lifecycle=[], variance=[], gates=[])

    found = verdicts(warehouse, path)

    assert found["one"].is_ok
    assert len(found["(rows of no file)"].differences) == 3


def test_files_of_one_clock_and_policy_share_a_run(folder):
    folder("a")
    folder("b")
    folder("c", as_of="2026-03-25T00:00:00Z")
    path = folder("d", policy={"grace_days": 3, "refund_approval_limit": {"USD": 100}})

    groups = grouped(read_folder(path))

    policies = {tuple(s.name for s in group.scenarios): group.variables for group in groups}
    strict = {"grace_days": 3, "refund_approval_limits": {"USD": 100}}
    assert policies == {("a", "b"): {}, ("d",): strict, ("c",): {}}


def test_a_name_that_is_not_there_is_refused(folder):
    with pytest.raises(ScenarioError, match="no scenario nowhere"):
        read_folder(folder(), only=["nowhere"])


def test_a_folder_without_scenarios_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="holds no scenario files"):
        read_folder(tmp_path)
