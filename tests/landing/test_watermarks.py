"""The next window starts where landed changes end."""

from datetime import UTC, datetime, timedelta

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import resume_at

ORDERS = STREAMS[System.SHOPIFY, "orders"]
READ_AT = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def resumed(root, source="us"):
    return resume_at(root, ORDERS, source, overlap=HOUR)


def test_without_anything_landed_everything_is_read(root):
    assert resumed(root) is None


def test_the_window_starts_an_overlap_before_the_newest_change(root, landed):
    landed("orders", {"id": "o1", "updatedAt": "2026-03-19T10:00:00Z"})
    landed("orders", {"id": "o2", "updatedAt": "2026-03-19T12:00:00Z"})
    landed("orders", {"id": "o1", "updatedAt": "2026-03-19T11:00:00Z"})

    assert resumed(root) == datetime(2026, 3, 19, 11, tzinfo=UTC)


def test_the_window_starts_no_later_than_the_run_that_read(root, landed):
    """A reading of hours met one place's levels at its end, and another's at its beginning."""
    levels = STREAMS[System.SHOPIFY, "inventory_levels"]
    landed(
        "inventory_levels",
        {"id": "v1", "updatedAt": "2026-03-20T05:00:00Z"},
        {"id": "v2", "updatedAt": "2026-03-20T11:00:00Z"},
        extracted_at=READ_AT,
    )

    assert resume_at(root, levels, "us", overlap=HOUR) == READ_AT - HOUR


def test_a_quiet_day_keeps_the_window_where_it_was(root, landed):
    landed("orders", {"id": "o1", "updatedAt": "2026-03-19T10:00:00Z"})
    landed("orders")

    assert resumed(root) == datetime(2026, 3, 19, 9, tzinfo=UTC)


def test_each_store_has_a_window_of_its_own(root, landed):
    landed("orders", {"id": "o1", "updatedAt": "2026-03-19T10:00:00Z"}, source="uk")

    assert resumed(root, source="us") is None


def test_a_batch_that_was_not_committed_moves_nothing(root, landed):
    batch = landed("orders", {"id": "o1", "updatedAt": "2026-03-19T10:00:00Z"})
    (batch.folder(root) / "manifest.json").unlink()

    assert resumed(root) is None


def test_the_window_goes_back_to_the_oldest_entry_that_was_not_paid_out(root, landed):
    entries = STREAMS[System.SHOPIFY, "balance_transactions"]
    waiting = {"id": "b1", "transactionDate": "2026-03-15T10:00:00Z"}
    landed("balance_transactions", waiting | {"associatedPayout": {"status": "PENDING"}})
    last = {"id": "b2", "transactionDate": "2026-03-19T10:00:00Z"}
    landed("balance_transactions", last | {"associatedPayout": {"status": "PAID"}})
    assert resume_at(root, entries, "us", overlap=HOUR) == datetime(2026, 3, 15, 9, tzinfo=UTC)

    paid = waiting | {"associatedPayout": {"status": "PAID"}}
    landed("balance_transactions", paid, extracted_at=READ_AT + HOUR)

    assert resume_at(root, entries, "us", overlap=HOUR) == datetime(2026, 3, 19, 9, tzinfo=UTC)


def test_what_has_not_moved_for_half_a_year_is_not_waited_for(root, landed):
    payouts = STREAMS[System.SHOPIFY, "payouts"]
    landed("payouts", {"id": "p1", "issuedAt": "2025-09-01T00:00:00Z", "status": "SCHEDULED"})
    landed("payouts", {"id": "p2", "issuedAt": "2026-03-19T10:00:00Z", "status": "PAID"})

    assert resume_at(root, payouts, "us", overlap=HOUR) == datetime(2026, 3, 19, 9, tzinfo=UTC)


def test_the_window_goes_back_to_what_was_rejected_until_it_fits(root, landed):
    landed("orders", {"id": "o1", "updatedAt": "2026-03-10T10:00:00Z"})
    landed(
        "orders",
        {"id": "o2", "updatedAt": "2026-03-15T10:00:00Z", "test": "perhaps"},
        {"id": "o3", "updatedAt": "2026-03-19T10:00:00Z"},
    )
    assert resumed(root) == datetime(2026, 3, 15, 9, tzinfo=UTC)

    landed("orders", {"id": "o2", "updatedAt": "2026-03-15T10:00:00Z"})

    assert resumed(root) == datetime(2026, 3, 19, 9, tzinfo=UTC)


def test_a_reject_that_does_not_tell_its_change_has_its_whole_window_read_again(root, landed):
    since = datetime(2026, 3, 12, tzinfo=UTC)
    last = {"id": "o3", "updatedAt": "2026-03-19T10:00:00Z"}
    landed("orders", {"id": "o2", "updatedAt": "yesterday"}, last, since=since)
    assert resumed(root) == since - HOUR

    landed("orders", {"id": "o2", "updatedAt": "yesterday"}, last)

    assert resumed(root) is None
