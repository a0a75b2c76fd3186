"""The next window starts where landed changes end."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import compact, land, resume_at
from tests.landing.conftest import answer_of

ORDERS = STREAMS[System.SHOPIFY, "orders"]
READ_AT = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
LATER = READ_AT + timedelta(days=5)
HOUR = timedelta(hours=1)
SEARCHED = [one for one in STREAMS.values() if one.system is System.SHOPIFY and one.cursor]


def resumed(root, source="us"):
    return resume_at(root, ORDERS, source, overlap=HOUR)


def test_without_anything_landed_everything_is_read(root):
    assert resumed(root) is None


def test_the_window_starts_an_overlap_before_the_newest_change(root, landed):
    landed("orders", {"id": "o1", "updatedAt": "2026-03-19T10:00:00Z"})
    landed("orders", {"id": "o2", "updatedAt": "2026-03-19T12:00:00Z"})
    landed("orders", {"id": "o1", "updatedAt": "2026-03-19T11:00:00Z"})

    assert resumed(root) == datetime(2026, 3, 19, 11, tzinfo=UTC)


@pytest.mark.parametrize("stream", SEARCHED, ids=lambda stream: stream.name)
def test_the_window_starts_no_later_than_the_run_that_read(root, landed, stream):
    """A reading of hours met one part's changes at its end, and another's at its beginning."""
    paid = {"status": "PAID", "associatedPayout": {"status": "PAID"}}
    landed(
        stream.name,
        {"id": "v1", stream.cursor: "2026-03-20T05:00:00Z", **paid},
        {"id": "v2", stream.cursor: "2026-03-20T11:00:00Z", **paid},
        extracted_at=READ_AT,
    )
    landed(stream.name, since=READ_AT, extracted_at=READ_AT + 6 * HOUR)

    assert resume_at(root, stream, "us", overlap=HOUR) == READ_AT - HOUR


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


@pytest.mark.parametrize("beside", ["chosen", "chosen before it was marked", "unanswered"])
def test_what_else_lands_of_a_stream_does_not_make_it_forget_what_was_rejected(
    root, landed, beside
):
    landed("orders", {"id": "o1", "updatedAt": "2026-03-10T10:00:00Z"})
    landed(
        "orders",
        {"id": "o2", "updatedAt": "2026-03-15T10:00:00Z", "test": "perhaps"},
        {"id": "o3", "updatedAt": "2026-03-19T10:00:00Z"},
    )
    by_id = ORDERS.read_by_id("orders_by_id")
    chosen = answer_of(by_id, [{"id": "o1", "updatedAt": "2026-03-10T10:00:00Z"}])
    land(
        root,
        by_id,
        [] if beside == "unanswered" else [chosen],
        source="us",
        run_id="run-2",
        extracted_at=READ_AT + HOUR,
        since=None,
        is_partial=beside == "chosen",
    )

    assert resumed(root) == datetime(2026, 3, 15, 9, tzinfo=UTC)


def test_a_reject_that_does_not_tell_its_change_has_its_whole_window_read_again(root, landed):
    since = datetime(2026, 3, 12, tzinfo=UTC)
    last = {"id": "o3", "updatedAt": "2026-03-19T10:00:00Z"}
    landed("orders", {"id": "o2", "updatedAt": "yesterday"}, last, since=since)
    assert resumed(root) == since - HOUR

    landed("orders", {"id": "o2", "updatedAt": "yesterday"}, last)

    assert resumed(root) is None


@pytest.fixture
def inspections(root, landed):
    """Return a function that lands what runs were answered, four a day, and one that resumes."""
    stream = STREAMS[System.NETSUITE, "inspections"]

    def run(number, *, is_shown):
        at = READ_AT + number * 6 * HOUR
        usual = {"since": None, "run_id": f"run-{number}", "extracted_at": at, "watermark": at}
        if is_shown:
            landed("inspections", system=System.NETSUITE, source="netsuite", **usual)
        else:
            land(root, stream, [], source="netsuite", **usual)

    def resumes():
        days = timedelta(days=3)
        return resume_at(root, stream, "netsuite", overlap=HOUR, daily_overlap=days, now=LATER)

    return run, resumes


@pytest.mark.parametrize("is_compacted", [False, True])
def test_a_stream_that_was_not_shown_is_read_from_the_beginning_once_it_is(
    root, inspections, is_compacted
):
    run, resumes = inspections
    for number in range(20):
        run(number, is_shown=False)
    if is_compacted:
        assert compact(root, now=LATER).made == 1

    assert resumes() is None


@pytest.mark.parametrize("is_compacted", [False, True])
def test_a_stream_that_was_hidden_for_a_time_is_read_since_it_was_last_shown(
    root, inspections, is_compacted
):
    run, resumes = inspections
    for number in range(20):
        run(number, is_shown=number < 4)
    if is_compacted:
        assert compact(root, now=LATER).made == 1

    assert resumes() == READ_AT + timedelta(hours=18) - timedelta(days=3)
