"""What was answered becomes a batch: typed rows, rejects with reasons, and nothing by halves."""

import hashlib
import json
import os
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import zstandard

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import committed_batches, land, sweep_unfinished
from tests.landing.conftest import answer_of

ORDERS = STREAMS[System.SHOPIFY, "orders"]
READ_AT = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)


def money(amount):
    return {"shopMoney": {"amount": amount, "currencyCode": "USD"}, "presentmentMoney": None}


def order(number, **fields):
    named = {"id": f"gid://shopify/Order/{number}", "updatedAt": "2026-03-19T10:00:00Z"}
    return dict.fromkeys(ORDERS.columns) | named | fields


def folders(root):
    return list(root.glob("*/*/*/*"))


def test_text_becomes_the_declared_types_at_every_depth(landed, query):
    line = {
        "id": "l1",
        "quantity": 3,
        "originalUnitPriceSet": money("19.99"),
        "taxLines": [{"title": "VAT", "rate": 0.0825, "priceSet": money("1.65")}],
        "fieldWeNeverAskedFor": 1,
    }
    payment = {"id": "p1", "createdAt": "2026-03-19T10:00:00-05:00"}
    record = order(1, test=False, lineItems={"nodes": [line]}, transactions=[payment])

    landed("orders", record)

    (row,) = query(
        'select test, "lineItems".nodes[1], transactions[1]."createdAt", name from shopify.orders'
    )
    assert row[0] is False
    assert row[1]["quantity"] == 3
    assert row[1]["originalUnitPriceSet"]["shopMoney"]["amount"] == Decimal("19.9900")
    assert row[1]["taxLines"][0]["rate"] == Decimal("0.08250000")
    assert row[2] == datetime(2026, 3, 19, 15, tzinfo=UTC)
    assert row[3] is None


def test_an_erp_row_lands_from_text_with_its_nulls_left_out(landed, query):
    row = {
        "links": [],
        "id": "9007199254740993",
        "trandate": "2026-03-10",
        "exchangerate": "1.0850000001",
        "foreigntotal": "-21.78",
        "lastmodifieddate": "2026-03-11T00:00:01Z",
    }

    batch = landed("credit_memos", row, system=System.NETSUITE, source="netsuite")

    assert query(
        "select id, trandate, exchangerate, foreigntotal, tranid from netsuite.credit_memos"
    ) == [
        (9007199254740993, date(2026, 3, 10), Decimal("1.0850000001"), Decimal("-21.7800"), None)
    ]
    assert batch.cursor_max == datetime(2026, 3, 11, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"test": "perhaps"}, "perhaps"),
        ({"createdAt": "20/03/2026 10:00"}, "invalid timestamp"),
        ({"createdAt": 1700000000}, "1700000000"),
        ({"lineItems": [1]}, "got `array`"),
        ({"lineItems": {"nodes": {}}}, "Expected ARRAY"),
        ({"lineItems": {"nodes": [{"quantity": "many"}]}}, "many"),
        ({"lineItems": {"nodes": [{"quantity": 3_000_000_000}]}}, "3000000000"),
        ({"lineItems": {"nodes": [{"quantity": 1.5}]}}, "more digits than its column"),
        ({"lineItems": {"nodes": [{"quantity": "1.5"}]}}, "more digits than its column"),
        ({"totalRefundedSet": money("0.00005")}, "more digits than its column"),
        ({"totalRefundedSet": money("1,234.50")}, "1,234.50"),
        ({"totalRefundedSet": money("NaN")}, "NaN"),
        ({"totalRefundedSet": money("")}, "decimal"),
        ({"totalRefundedSet": money("99999999999999999.99")}, "out of range"),
        ({"id": None}, "id is missing"),
        ({"name": {"text": "#2"}}, "got `object` - at `$.name`"),
    ],
)
def test_a_record_that_does_not_fit_is_kept_with_its_reason_and_the_others_land(
    landed, query, fields, reason
):
    bad = order(2) | fields

    batch = landed("orders", order(1), bad, order(3))

    assert (batch.rows, batch.rejects) == (2, 1)
    ((record, why, stream, store, run_id),) = query(
        "select record, reason, _stream, _store, _run_id from shopify._rejects"
    )
    assert json.loads(record) == bad
    assert reason in why
    assert "jsonl" not in why
    assert (stream, store, run_id) == ("orders", "us", "run-1")


@pytest.mark.parametrize("quantity", [7, "7", 7.0, "7.0"], ids=repr)
def test_a_whole_number_may_be_written_in_any_way(landed, query, quantity):
    landed("orders", order(1, lineItems={"nodes": [{"quantity": quantity}]}))

    assert query('select "lineItems".nodes[1].quantity from shopify.orders') == [(7,)]


def test_a_rate_may_have_more_digits_than_are_kept(landed, query):
    tax = {"title": "VAT", "rate": 0.088749999999, "priceSet": money("1.65")}

    landed("orders", order(1, lineItems={"nodes": [{"taxLines": [tax]}]}))

    rate = 'select "lineItems".nodes[1]."taxLines"[1].rate from shopify.orders'
    assert query(rate) == [(Decimal("0.08875000"),)]


def test_a_field_that_the_storefront_leaves_out_makes_a_reject(landed, query):
    lacking = order(2)
    del lacking["cancelledAt"]
    answer = {"data": {"orders": {"nodes": [order(1), lacking]}}}

    batch = landed("orders", answers=[json.dumps(answer).encode()])

    assert (batch.rows, batch.rejects) == (1, 1)
    ((reason,),) = query("select reason from shopify._rejects")
    assert "missing required field `cancelledAt`" in reason


def test_an_answer_with_text_that_nothing_can_hold_is_kept_whole(landed, query):
    answer = b'{"data":{"orders":{"nodes":[{"id":"o1"},{"id":"o2","name":"\\ud800"}]}}}'

    batch = landed("orders", answers=[answer])

    assert (batch.rows, batch.rejects) == (0, 1)
    assert query("select record from shopify._rejects") == [(answer.decode(),)]


def test_an_answer_of_another_shape_is_a_reject_as_a_whole(landed, query):
    batch = landed("orders", answers=[b'{"data":{"orders":{"nodes":{"a":1}}}}', b"not json"])

    assert (batch.rows, batch.rejects) == (0, 2)
    assert query("select count(*) from shopify.orders") == [(0,)]


def test_misfits_among_many_are_all_found(landed):
    records = [order(n, test="?" if n % 50 == 0 else True) for n in range(500)]

    batch = landed("orders", *records)

    assert (batch.rows, batch.rejects) == (490, 10)


def test_a_misfit_early_in_a_long_extraction_costs_no_other_record(landed, query):
    def answers():
        for page in range(40):
            records = [order(page * 10 + n, name="x" * 100_000) for n in range(10)]
            records[5] |= {"test": "perhaps"} if page == 1 else {}
            yield answer_of(ORDERS, records)

    batch = landed("orders", answers=answers())

    assert (batch.rows, batch.rejects) == (399, 1)
    assert query("select count(distinct id), sum(length(name)) from shopify.orders") == [
        (399, 39_900_000)
    ]


def test_a_page_of_misfits_alone_is_rejects_alone(landed):
    rows = [{"id": str(number), "lastmodifieddate": "yesterday"} for number in range(300)]

    batch = landed("items", *rows, system=System.NETSUITE)

    assert (batch.rows, batch.rejects) == (0, 300)


def test_missing_records_are_no_rows(landed):
    batch = landed("returns", None, {"id": "r1"}, None)

    assert (batch.rows, batch.rejects) == (1, 0)


def test_every_version_of_a_record_lands(landed, query):
    landed("orders", order(1), order(1, updatedAt="2026-03-19T11:00:00Z"))

    assert query("select count(*) from shopify.orders") == [(2,)]


def test_the_answers_are_kept_as_received_one_a_line(landed, root):
    flat = b'{"data":{"orders":{"nodes":[]}}}'
    spread = b'{\n  "data": {\n    "orders": {"nodes": [{"id": "a\\nb"}]}\n  }\n}'

    batch = landed("orders", answers=[flat, spread])

    with zstandard.open(batch.folder(root) / "answers.jsonl.zst", "rb") as file:
        lines = file.read().splitlines()
    assert lines[0] == flat
    assert json.loads(lines[1]) == json.loads(spread)
    assert (batch.answers, len(lines)) == (2, 2)


def test_no_answers_are_a_batch_too(landed, query):
    options = {"source": "us", "run_id": "run-1", "extracted_at": READ_AT}

    batch = land(landed.root, ORDERS, [], since=READ_AT, **options)

    assert (batch.answers, batch.rows, batch.cursor_max) == (0, 0, None)
    assert batch.since == READ_AT
    assert query("select * from shopify.orders") == []


def test_the_manifest_tells_what_is_in_the_files(landed, root):
    batch = landed("orders", order(1), order(2, test="?"))

    (found,) = committed_batches(root, ORDERS)
    assert found == batch
    assert set(batch.sha256) == {"answers.jsonl.zst", "rows.parquet", "rejects.parquet"}
    for name, digest in batch.sha256.items():
        content = (batch.folder(root) / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert {path.name for path in batch.folder(root).iterdir()} == {*batch.sha256, "manifest.json"}


def test_an_extraction_that_fails_leaves_nothing(landed, root):
    def answers():
        yield b'{"data":{"orders":{"nodes":[{"id":"o1"}]}}}'
        raise ConnectionError("the source went away")

    with pytest.raises(ConnectionError):
        landed("orders", answers=answers())
    assert folders(root) == []


def test_an_extraction_that_fails_late_leaves_no_thread_behind(landed, root):
    def answers():
        for page in range(20):
            yield answer_of(ORDERS, [order(page, name="x" * 1_000_000)])
        raise ConnectionError("the source went away")

    before = threading.active_count()
    with pytest.raises(ConnectionError):
        landed("orders", answers=answers())

    assert threading.active_count() == before
    assert folders(root) == []


def test_a_census_lands_whole_or_not_at_all_and_is_kept_to_be_looked_at(landed, root, query):
    listed = {"id": 7, "type": "CustInvc"}

    with pytest.raises(UnreadableAnswerError, match="named 1 document ids that cannot be read"):
        landed("document_ids", listed, {"id": None, "type": "RtnAuth"}, system=System.NETSUITE)

    assert query("select id from netsuite.document_ids") == []
    (kept,) = (root / "netsuite" / "_unreadable").iterdir()
    with zstandard.open(kept, "rb") as file:
        assert json.loads(file.read())["items"][0]["id"] in (7, "7")
    assert landed("document_ids", listed, system=System.NETSUITE).rows == 1


def test_two_batches_of_one_moment_are_two_in_the_order_they_were_made(landed, query):
    landed("orders", order(1, name="first"))
    landed("orders", order(1, name="second"))

    rows = query("select name from shopify.orders order by _batch_id")
    assert rows == [("first",), ("second",)]


def test_what_a_killed_extraction_left_is_not_read_and_is_swept_later(landed, root, query):
    batch = landed("orders", order(1))
    (batch.folder(root) / "manifest.json").unlink()
    now = batch.folder(root).stat().st_mtime

    assert query("select count(*) from shopify.orders") == [(0,)]
    assert sweep_unfinished(root, before=datetime.fromtimestamp(now - 60, UTC)) == 0
    assert sweep_unfinished(root, before=datetime.fromtimestamp(now + 60, UTC)) == 1
    assert folders(root) == []


def test_a_committed_batch_is_never_swept(landed, root):
    batch = landed("orders", order(1))
    os.utime(batch.folder(root), (0, 0))

    assert sweep_unfinished(root, before=READ_AT) == 0


def test_a_record_larger_than_a_readers_default_lands(landed):
    note = "x" * (17 * 2**20)

    assert landed("refunds", {"id": "f1", "note": note}).rows == 1
