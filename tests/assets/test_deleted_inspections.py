"""A finding that was deleted in the ERP passes nothing any more, in extraction and marts alike."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.assets.building import build_home
from orchestration.sandbox.erp_changes import ErpChanges
from orchestration.sandbox.server import serve
from tests.faults.door import environment, extract
from tests.faults.world import EVERYTHING

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FLOWS = [
    SCENARIOS / "erp_first_refund_ready.yaml",
    SCENARIOS / "clean_single_return.yaml",
    SCENARIOS / "inspection" / "inspected_by_status.yaml",
]
AS_OF = datetime(2026, 3, 20, tzinfo=UTC)
READY, MOVED, RESTOCKED = "#1017-R1", "#5771-R1", "#1001-R1"
PASSED = """
    select n.id from customrecord_return_inspection n
    where n.custrecord_inspection_result = 'Pass'
"""
MOVED_TO_GOOD = """
    select t.id from "transaction" t
    inner join transactionline l on l.transaction = t.id and l.quantity = 2
    where t.type = 'StatChng'
"""


class Merchant:
    """A sandbox, and the home of a pipeline that reads it and sends nothing."""

    def __init__(self, folder, running):
        self.home = folder / "home"
        self.variables = {
            **running.environment,
            "RETURNS_HOME": str(self.home),
            "NETSUITE_INSPECTED_BY": "custom_record,status",
        }
        self.erp = running.books.erp

    def run(self):
        """Extract and build; return the units ready to restock, and those on sale uninspected."""
        with environment(self.variables):
            assert extract(EVERYTHING).is_clean
        built = build_home(self.home, as_of=AS_OF, variables={})
        assert [result.node.name for result in built.broken] == []
        with duckdb.connect(self.home / "warehouse.duckdb", read_only=True) as connection:
            ready, exposed = (
                dict(connection.execute(query).fetchall())
                for query in (
                    "select case_name, quantity from marts.fct_sync_gates"
                    " where action = 'restock' and decision = 'ready'",
                    "select case_name, open_quantity from marts.fct_restock_exposure",
                )
            )
        return ready, exposed

    def found(self, query):
        return [row["id"] for row in self.erp.found(query, [])]


@pytest.fixture
def clock():
    """The ERP's time, in a list of one: a test lets it pass."""
    return [datetime(2026, 4, 1, 12, tzinfo=UTC)]


@pytest.fixture
def merchant(tmp_path, clock):
    with serve(tmp_path / "books", FLOWS, clock=lambda: clock[0]) as running:
        yield Merchant(tmp_path, running)


def test_units_whose_finding_was_deleted_are_ready_no_more_and_those_on_sale_are_exposed(
    merchant, clock
):
    assert merchant.run() == ({READY: 1, MOVED: 2}, {})
    changes = ErpChanges(merchant.erp)
    for inspection in merchant.found(PASSED):
        changes.delete_inspection(inspection, at=clock[0], is_recorded=False)
    for move in merchant.found(MOVED_TO_GOOD):
        changes.delete_document(move, at=clock[0], is_recorded=False)

    clock[0] += timedelta(days=7)
    assert merchant.run() == ({}, {RESTOCKED: 1})
