"""A build that stopped at a failing test is no build to start from, nor is a file that is none."""

from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.assets.building import WarehouseError, build_home

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
STOPS = "every_refund_belongs_to_one_case"


def test_what_a_failing_test_left_out_is_built_with_everything_the_next_time(tmp_path):
    def build():
        return build_home(tmp_path, as_of=NOON, variables={})

    (tmp_path / "landing").mkdir()
    build()
    with duckdb.connect(tmp_path / "warehouse.duckdb") as warehouse:
        warehouse.execute(
            "insert into intermediate.int_storefront_refunds (store, refund_id)"
            " values ('us', 'of no case')"
        )

    stopped = build()
    assert stopped.is_of_changes
    assert [result.node.name for result in stopped.failed] == [STOPS]
    assert stopped.broken == []
    assert "fct_return_lifecycle" in {result.node.name for result in stopped.left_out}

    mended = build()
    assert not mended.is_of_changes
    assert mended.failed == mended.left_out == []


def test_a_warehouse_that_is_none_any_more_is_named_with_the_remedy(tmp_path):
    (tmp_path / "warehouse.duckdb").write_bytes(b"no database at all" * 1_000)

    with pytest.raises(WarehouseError, match=r"warehouse\.duckdb.*`returns rebuild`"):
        build_home(tmp_path, as_of=NOON, variables={})
