"""A list of every record says what is gone, unless it has lost too many."""

from datetime import timedelta

import duckdb
import pytest

from orchestration.checks.landing_facts import unmoved
from orchestration.checks.list_facts import not_vanished
from orchestration.extract.streams import STREAMS, TRANSACTION_TYPES, System
from tests.checks.landed import NOON, batch, credit, rows

CREDITS = STREAMS[System.NETSUITE, "credit_memos"]
DELETED = STREAMS[System.NETSUITE, "deleted_records"]
LISTED = STREAMS[System.NETSUITE, "document_ids"]


def test_two_years_of_lists_and_totals_are_judged_within_the_memory_of_the_last_ones(tmp_path):
    """A rank over all that was ever listed held a gigabyte for a million documents."""
    of_a_week = f"{NOON:%Y-%m-%d %H:%M:%S+00}"
    last_week = NOON + timedelta(weeks=103)
    batch(tmp_path, LISTED, rows({"id": 0, "type": "CustCred"}), source="netsuite", at=last_week)
    with duckdb.connect() as writer:
        writer.execute(f"""
            copy (
                select id, 'CustCred' as type, _store, _batch_id, _run_id,
                    timestamptz '{of_a_week}' + to_days(7 * week::integer) as _extracted_at
                from range(20000) as documents (id), range(104) as weeks (week),
                    (select 'netsuite' as _store, 'batch' as _batch_id, 'run' as _run_id)
            ) to '{tmp_path}/lists.parquet';
            copy (
                select 'CustCred' as type, currency, 1 as postingperiod, 1 as document_count,
                    1::decimal(20, 4) as document_total, 'run' || hour as _run_id,
                    hour || '-' || reading as _batch_id,
                    timestamptz '{of_a_week}' + to_hours(hour::integer) as _extracted_at
                from range(17520) as hours (hour), range(2) as readings (reading),
                    range(40) as currencies (currency)
            ) to '{tmp_path}/totals.parquet';
        """)
    with duckdb.connect(config={"temp_directory": "", "threads": 1}) as warehouse:
        warehouse.execute(f"""
            create schema netsuite;
            create view netsuite.document_ids as from '{tmp_path}/lists.parquet';
            create view netsuite.control_totals as from '{tmp_path}/totals.parquet';
            create table netsuite.deleted_records (recordid bigint);
        """)
        for name in TRANSACTION_TYPES:
            warehouse.execute(
                f'create table netsuite."{name}" (id bigint, _extracted_at timestamptz)'
            )
        warehouse.execute(f"""
            insert into netsuite.credit_memos
            select id, timestamptz '{of_a_week}' from range(20000) as documents (id)
        """)
        warehouse.execute("set memory_limit = '24MB'")

        listed, totals = not_vanished(warehouse, tmp_path, LISTED), unmoved(warehouse)

    assert listed.passed
    assert listed.metadata["known"].value == 20000
    assert totals.passed
    assert totals.metadata["readings"].value == 2


@pytest.mark.parametrize(("vanished", "passes"), [(5, True), (6, False)])
def test_documents_that_vanish_unrecorded_are_a_role_that_lost_a_permission(
    tmp_path, warehouse, vanished, passes
):
    deleted = {"recordid": 0, "type": "CustCred", "deleteddate": "2026-03-20T10:00:00Z"}
    listed = [{"id": number, "type": "CustCred"} for number in range(vanished + 1, 50)]
    headers = rows(*(credit(number) for number in range(50)))
    batch(tmp_path, CREDITS, headers, source="netsuite")
    batch(tmp_path, DELETED, rows(deleted), source="netsuite")
    batch(tmp_path, LISTED, rows(*listed), source="netsuite", at=NOON + timedelta(days=7))

    result = not_vanished(warehouse(), tmp_path, LISTED)

    assert result.passed is passes
    assert result.metadata["vanished"].value == vanished


# By its list of ids: a stream of findings, a row of it, and of the list.
FINDINGS = {
    "inspection_ids": ("inspections", lambda number: {"id": number}),
    "stock_move_ids": (
        "inventory_details",
        lambda number: {
            **dict.fromkeys(("inventorynumber", "inventorystatus", "bin", "line"), 0),
            "transaction": number,
            "type": "StatChng",
        },
    ),
}


@pytest.mark.parametrize("census", FINDINGS)
@pytest.mark.parametrize(
    ("listed", "passes"),
    [(range(5, 9), True), (range(6, 9), False), ((), False)],
    ids=["a few gone", "many gone", "none listed"],
)
def test_findings_that_vanish_unrecorded_are_a_role_that_lost_a_permission(
    tmp_path, warehouse, census, listed, passes
):
    name, finding = FINDINGS[census]
    landed, ids = STREAMS[System.NETSUITE, name], STREAMS[System.NETSUITE, census]
    batch(tmp_path, landed, rows(*map(finding, range(9))), source="netsuite")
    later = NOON + timedelta(days=7)
    batch(tmp_path, ids, rows(*({"id": one} for one in listed)), source="netsuite", at=later)

    result = not_vanished(warehouse(), tmp_path, ids)

    assert result.passed is passes
    assert result.metadata["vanished"].value == 9 - len(listed)
    assert "run `returns doctor`" in result.metadata["remedy"].value


def test_findings_that_are_not_asked_for_any_more_did_not_vanish(tmp_path, warehouse):
    inspections, ids = (
        STREAMS[System.NETSUITE, name] for name in ("inspections", "inspection_ids")
    )
    batch(tmp_path, inspections, rows({"id": 1}), source="netsuite")
    batch(tmp_path, ids, source="netsuite", at=NOON + timedelta(days=7))

    assert not_vanished(warehouse(), tmp_path, ids).passed
