"""What a published file says of its rows, and of the actions it knows."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest

from orchestration.sync.publication import (
    NoPublicationError,
    current_file,
    read_publication,
    read_row,
)
from tests.sync.marts import add_unauthorized, write_publication
from tests.sync.world import gate


def test_the_rows_of_one_action_are_read_as_they_are_published(tmp_path):
    row = gate("restock", amount=Decimal("12.50"), currency="USD", hold_reasons=("a", "b"))
    file = write_publication(tmp_path, rows=[row, gate("quarantine")])

    assert list(read_publication(file, "restock").rows) == [row]


def test_stages_that_are_done_at_once_are_taken_in_their_order(tmp_path):
    keys = {"confirmation": "c", "inspection": "a", "posting": "b"}
    rows = [gate("notify", told=stage, gate_key=key) for stage, key in keys.items()]
    file = write_publication(tmp_path, rows=[*reversed(rows), gate("notify", decision="done")])

    assert list(read_publication(file, "notify").rows) == rows
    assert read_row(file, "a") == rows[1]


def test_what_a_call_about_a_case_needs_of_it_stands_beside_its_row(tmp_path):
    row = gate("issue_refund", order_line_id=None, amount=Decimal("12.50"), currency="USD")
    file = write_publication(tmp_path, rows=[row])
    with duckdb.connect(file) as connection:
        connection.execute(
            "update marts.fct_return_lifecycle"
            " set order_id = 'o', return_id = 'r', inspection_status = 'done'"
        )
        for number, event in (("CM2", "credited"), ("CM1", "credited"), ("CM0", "credit_voided")):
            connection.execute(
                "insert into marts.fct_return_stage_events values (?, ?, 'credit_memo', ?, now())",
                [row.case_key, event, number],
            )
        connection.execute(
            "insert into marts.fct_return_lines"
            " values (?, 'l', 'MUG', 2, 1), (?, 'm', 'CUP', 1, 0)",
            [row.case_key, row.case_key],
        )
        connection.execute(
            "insert into marts.fct_refund_variance values (?, -7.5)", [row.case_key]
        )

    (found,) = read_publication(file, "issue_refund").rows

    assert json.loads(found.details) == {
        "order_id": "o",
        "order_name": None,
        "return_id": "r",
        "rma_id": None,
        "credits": ["CM2", "CM1"],
        "lines": [{"order_line_id": "l", "quantity": 1}],
        "shipping": "7.500",
        "quote": None,
        "refund": {"amount": "12.50", "currency": "USD"},
        "inspection": "done",
    }


def test_a_row_that_is_disposed_of_late_says_so_and_of_which_return(tmp_path):
    row = gate("restock")
    file = write_publication(tmp_path, rows=[row])
    with duckdb.connect(file) as connection:
        connection.execute("update marts.fct_sync_gates set inventory_method = 'dispositions'")
        connection.execute("update marts.fct_return_lifecycle set return_id = 'r'")

    (found,) = read_publication(file, "restock").rows

    assert json.loads(found.details) == {"method": "dispositions", "return_id": "r"}


@pytest.mark.parametrize(
    ("changes", "credited", "is_due"),
    [
        ({}, 0, True),
        ({"approved_at": "2026-06-29 00:00:01+00"}, 0, False),
        ({"link_method": "ambiguous"}, 0, False),
        ({"rma_id": "7"}, 0, False),
        ({"confirmation_status": "in_progress"}, 0, False),
        ({"current_stage": "cancelled"}, 0, False),
        ({"kind": "erp_only"}, 0, False),
        ({}, 1, False),
    ],
)
def test_an_authorization_is_due_for_a_return_the_erp_never_heard_of_in_a_day(
    tmp_path, changes, credited, is_due
):
    file = write_publication(tmp_path)
    add_unauthorized(file, credited=credited, **changes)

    rows = list(read_publication(file, "open_rma").rows)

    assert len(rows) == int(is_due)
    if is_due:
        assert json.loads(rows[0].details)["lines"] == [{"order_line_id": "l", "quantity": 2}]


@pytest.mark.parametrize(
    ("as_of", "landed", "known_until"),
    [
        ("2026-07-02 00:00:00+00", "2026-07-01 00:00:00+00", datetime(2026, 7, 1, tzinfo=UTC)),
        ("2026-06-30 02:00:00+02", "2026-07-01 00:00:00+00", datetime(2026, 6, 30, tzinfo=UTC)),
        ("2026-07-02 00:00:00+00", None, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_file_knows_actions_up_to_its_clock_and_to_the_ledgers_extraction(
    tmp_path, as_of, landed, known_until
):
    file = write_publication(tmp_path, as_of=as_of, landed=landed)

    assert read_publication(file, "restock").known_until == known_until


def test_the_stores_whose_facts_failed_are_named(tmp_path):
    file = write_publication(tmp_path, stores='["uk"]')

    assert read_publication(file, "restock").incomplete_stores == {"uk"}


def test_the_pointer_names_the_file_and_without_one_there_is_nothing_to_act_on(tmp_path):
    with pytest.raises(NoPublicationError, match="returns run"):
        current_file(tmp_path)

    assert write_publication(tmp_path) == current_file(tmp_path)
