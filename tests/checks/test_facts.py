"""Each fact fails for the store it is about, and says what it found."""

import json
from datetime import timedelta

import dagster as dg
import duckdb
import pytest

from orchestration.checks.landing_facts import (
    fresh,
    landing_results,
    no_rejects,
    none_gone,
    not_cut,
    of_one_moment,
    unmoved,
)
from orchestration.checks.warehouse_facts import staged, tied_out
from orchestration.extract.streams import STREAMS, System, read_query
from tests.checks.landed import NOON, batch, credit, rows

ORDERS = STREAMS[System.SHOPIFY, "orders"]
TENDER = STREAMS[System.SHOPIFY, "tender_transactions"]
GONE = STREAMS[System.SHOPIFY, "deleted_orders"]
ITEMS = STREAMS[System.NETSUITE, "items"]
CREDITS = STREAMS[System.NETSUITE, "credit_memos"]
LINES = STREAMS[System.NETSUITE, "transaction_lines"]
TAXES = STREAMS[System.NETSUITE, "transaction_tax_details"]
TOTALS = STREAMS[System.NETSUITE, "control_totals"]
STORES = ("uk", "us")


def order(number, *, test=False, **more):
    named = {"id": f"gid://shopify/Order/{number}", "test": test}
    node = dict.fromkeys(ORDERS.columns) | named | more
    return json.dumps({"data": {"orders": {"nodes": [node]}}}).encode()


def total(count):
    row = {"type": "SalesOrd", "currency": "USD", "postingperiod": 0, "document_count": count}
    return json.dumps({"items": [row]}).encode()


def tender(number, *, amount, order=None, test=False):
    named = {"id": f"gid://shopify/TenderTransaction/{number}", "order": order, "test": test}
    money = {"amount": amount, "currencyCode": "USD"}
    node = dict.fromkeys(TENDER.columns) | named | {"amount": money}
    return json.dumps({"data": {"tenderTransactions": {"nodes": [node]}}}).encode()


def test_money_that_went_back_of_an_order_nobody_can_read_is_told_beside_orders_that_are_gone(
    tmp_path, warehouse
):
    lost = {"id": "gid://shopify/Order/7"}
    batch(tmp_path, ORDERS, order(7), source="us")
    batch(tmp_path, GONE, json.dumps({"deleted": [lost]}).encode(), source="us")
    batch(tmp_path, TENDER, tender(1, amount="-5.00", order=lost), source="us")
    batch(tmp_path, TENDER, tender(2, amount="-5.00"), source="uk")
    batch(tmp_path, TENDER, tender(3, amount="-5.00", test=True), source="uk")
    batch(tmp_path, TENDER, tender(4, amount="5.00"), source="uk")

    result = none_gone(warehouse(), stores=STORES)

    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.WARN
    said = json.dumps(result.metadata["failures"].value)
    assert "1 orders were deleted" in said
    assert "1 refunds were paid" in said

    later = NOON + timedelta(hours=1)
    batch(tmp_path, ORDERS, order(7), source="us", at=later)
    batch(tmp_path, TENDER, tender(2, amount="-5.00", order=lost), source="uk", at=later)
    assert none_gone(warehouse(), stores=STORES).passed


def test_a_rejected_record_fails_its_store_until_it_lands(tmp_path, warehouse):
    batch(tmp_path, ORDERS, order(1, test="perhaps"), source="us")

    result = no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES)

    assert not result.passed
    assert result.metadata["stores"].value == {"uk": True, "us": False}

    batch(tmp_path, ORDERS, order(1), source="us", at=NOON + timedelta(hours=1))
    assert no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES).passed


def test_a_reject_without_a_key_fails_until_as_much_is_read_again_without_one(tmp_path, warehouse):
    def passes():
        return no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES).passed

    week_ago = NOON - timedelta(days=7)
    batch(tmp_path, ORDERS, order(1, id=None), source="us", since=week_ago)
    assert not passes()

    later = (NOON + timedelta(hours=hours) for hours in range(1, 9))
    batch(tmp_path, ORDERS, order(1), source="us", at=next(later), since=NOON)
    assert not passes(), "not as much was read"
    batch(tmp_path, ORDERS, order(1), source="uk", at=next(later), since=week_ago)
    assert not passes(), "another store was read"
    batch(tmp_path, ORDERS, source="us", at=next(later), since=week_ago)
    assert not passes(), "the store did not answer"
    batch(tmp_path, ORDERS, order(1, id=None), source="us", at=next(later), since=week_ago)
    assert not passes(), "there was one again"
    batch(tmp_path, ORDERS, order(2), source="us", at=next(later), since=week_ago)
    assert passes()
    batch(tmp_path, ORDERS, order(3, id=None), source="us", at=next(later), since=week_ago)
    assert not passes(), "there is a new one"


@pytest.mark.parametrize("again", ["under another key", "gone"])
def test_a_reject_with_a_key_fails_until_its_document_is_read_again_without_one(
    tmp_path, warehouse, again
):
    def passes():
        return no_rejects(warehouse(), tmp_path, TAXES, stores=STORES).passed

    tax = {"transaction": 7, "line": 1, "lastmodifieddate": "2026-03-20T10:00:00Z"}
    too_fine = tax | {"taxcode": 3, "taxamount": "1.123456789"}
    batch(tmp_path, TAXES, rows(too_fine), source="netsuite")
    assert not passes()
    batch(tmp_path, TAXES, source="netsuite", at=NOON + timedelta(hours=1))
    assert not passes(), "no document was read"
    batch(tmp_path, TAXES, rows(too_fine), source="netsuite", at=NOON + timedelta(hours=2))
    assert not passes(), "it does not fit yet"

    corrected = [] if again == "gone" else [tax | {"taxcode": 4, "taxamount": "1.12"}]
    batch(tmp_path, TAXES, rows(*corrected), source="netsuite", at=NOON + timedelta(hours=3))
    assert passes()


def test_a_reject_with_a_key_is_not_settled_by_a_reading_of_less(tmp_path, warehouse):
    day_ago, later = "2026-03-19T12:00:00Z", NOON + timedelta(hours=1)
    batch(tmp_path, ORDERS, order(1, test="perhaps", updatedAt=day_ago), source="us")
    batch(tmp_path, ORDERS, order(2, updatedAt=day_ago), source="us", at=later, since=NOON)

    assert not no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES).passed


def test_a_reject_without_a_key_is_settled_by_a_reading_that_begins_with_its_own_change(
    tmp_path, warehouse
):
    changed = {"updatedAt": f"{NOON - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
    batch(tmp_path, ORDERS, order(1, id=None, **changed), source="us")
    newer = NOON + timedelta(hours=1)
    batch(tmp_path, ORDERS, order(1), source="us", at=newer, since=NOON - timedelta(hours=25))

    assert no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES).passed


def test_chosen_records_are_no_reading_that_settles_a_reject_without_a_key(tmp_path, warehouse):
    changed = {"updatedAt": "2026-03-19T00:00:00Z"}
    batch(tmp_path, ORDERS, order(1, **changed), order(2, id=None, **changed), source="us")
    by_id = ORDERS.read_by_id("orders_by_id")
    named = json.dumps({"data": {"nodes": [dict.fromkeys(ORDERS.columns) | {"id": "o3"}]}})
    later = (NOON + timedelta(hours=hours) for hours in range(1, 5))
    batch(tmp_path, by_id, named.encode(), source="us", at=next(later), is_partial=True)
    assert not no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES).passed
    batch(tmp_path, by_id, named.encode(), source="us", at=next(later))
    assert not no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES).passed, "not marked yet"

    batch(tmp_path, ORDERS, order(1, **changed), source="us", at=next(later))
    assert no_rejects(warehouse(), tmp_path, ORDERS, stores=STORES).passed


def test_what_a_store_does_not_say_settles_no_reject(tmp_path, warehouse):
    agreements = STREAMS[System.SHOPIFY, "sales_agreements"]
    nameless = json.dumps({"data": {"nodes": [dict.fromkeys(agreements.columns)]}}).encode()
    batch(tmp_path, agreements, nameless, source="us")
    batch(tmp_path, agreements, source="us", at=NOON + timedelta(hours=1), is_partial=True)

    assert not no_rejects(warehouse(), tmp_path, agreements, stores=STORES).passed


def test_what_is_read_by_id_is_settled_by_the_next_reading_without_rejects(tmp_path, warehouse):
    returns = STREAMS[System.SHOPIFY, "returns"]
    nameless = json.dumps({"data": {"nodes": [dict.fromkeys(returns.columns)]}}).encode()
    batch(tmp_path, returns, nameless, source="us")
    assert not no_rejects(warehouse(), tmp_path, returns, stores=STORES).passed

    batch(tmp_path, returns, source="us", at=NOON + timedelta(hours=1))
    assert no_rejects(warehouse(), tmp_path, returns, stores=STORES).passed


def test_a_list_as_long_as_was_asked_for_may_have_been_cut_until_it_is_read_with_more(
    tmp_path, warehouse
):
    entry = {"id": "f"}
    cut = order("o1", refunds=[entry] * ORDERS.capped["refunds"])
    batch(tmp_path, ORDERS, cut, source="us")

    result = not_cut(warehouse(), ORDERS, stores=STORES)

    assert result.metadata["stores"].value == {"uk": True, "us": False}
    assert "more refunds of gid://shopify/Order/o1" in result.metadata["failures"].value["us"]

    whole = order("o1", refunds=[entry])
    batch(tmp_path, ORDERS, whole, source="us", at=NOON + timedelta(hours=1))
    assert not_cut(warehouse(), ORDERS, stores=STORES).passed


def test_a_capped_list_is_asked_for_as_many_as_are_declared():
    for stream in STREAMS.values():
        for name, size in stream.capped.items():
            for document in (stream.name, f"{stream.name}_by_id"):
                text = read_query(stream.system, f"{document}.graphql")
                assert f" {name}(first: {size}) {{" in text


def test_a_store_not_read_for_two_days_is_not_fresh_and_the_other_is(tmp_path):
    batch(tmp_path, ORDERS, order(1), source="us", at=NOON - timedelta(days=2))
    batch(tmp_path, ORDERS, order(2), source="uk")

    result = fresh(tmp_path, ORDERS, now=NOON, stores=STORES)

    assert result.metadata["stores"].value == {"uk": True, "us": False}


def test_a_store_that_is_configured_no_more_holds_itself_and_need_not_be_fresh(
    tmp_path, warehouse
):
    batch(tmp_path, ORDERS, order(1, test="perhaps"), source="gone", at=NOON - timedelta(days=9))
    for store in STORES:
        batch(tmp_path, ORDERS, order(2), source=store)

    results = {
        (result.asset_key, result.check_name): result
        for result in landing_results(
            warehouse(), tmp_path, stores=[*STORES, "gone"], asked=STORES, now=NOON
        )
    }

    rejects = no_rejects(warehouse(), tmp_path, ORDERS, stores=[*STORES, "gone"])
    found = results[rejects.asset_key, rejects.check_name]
    assert found.metadata["stores"].value == {"gone": False, "uk": True, "us": True}
    is_fresh = fresh(tmp_path, ORDERS, now=NOON, stores=STORES)
    assert results[is_fresh.asset_key, is_fresh.check_name].passed


def test_an_erp_that_was_never_read_is_not_fresh(tmp_path):
    result = fresh(tmp_path, ITEMS, now=NOON, stores=STORES)

    assert not result.passed
    assert result.metadata["failures"].value == {"netsuite": "never"}


@pytest.mark.parametrize(("after", "is_unmoved"), [(3, True), (4, False)])
def test_totals_are_compared_within_the_run_alone(tmp_path, warehouse, after, is_unmoved):
    batch(tmp_path, TOTALS, total(2), source="netsuite", run_id="an earlier run")
    batch(tmp_path, TOTALS, total(3), source="netsuite")
    batch(tmp_path, TOTALS, total(after), source="netsuite")

    result = unmoved(warehouse())

    assert result.passed is is_unmoved
    assert result.metadata["moved"].value == ([] if is_unmoved else ["SalesOrd USD"])


def test_totals_that_were_asked_for_once_stand_for_a_reading_without_an_end(tmp_path, warehouse):
    batch(tmp_path, TOTALS, total(3), source="netsuite", run_id="an earlier run")
    batch(tmp_path, TOTALS, total(3), source="netsuite", run_id="an earlier run")
    assert unmoved(warehouse()).passed

    batch(tmp_path, TOTALS, total(3), source="netsuite", run_id="killed")

    assert not unmoved(warehouse()).passed


def test_a_record_that_staging_lost_is_counted(tmp_path, warehouse):
    batch(tmp_path, ORDERS, order(1), source="us")
    batch(tmp_path, ORDERS, order(1), source="us", at=NOON + timedelta(hours=1))
    connection = warehouse()
    connection.execute("create schema staging")
    connection.execute("create table staging.stg_shopify__orders as select 1 as x")

    assert staged(connection, "stg_shopify__orders").passed

    connection.execute("delete from staging.stg_shopify__orders")
    lost = staged(connection, "stg_shopify__orders")
    assert not lost.passed
    assert (lost.metadata["landed"].value, lost.metadata["staged"].value) == (1, 0)


def test_an_untied_control_is_the_stores_own_or_the_erps(warehouse):
    connection = warehouse()
    connection.execute("""
        create schema marts;
        create table marts.fct_tie_out as
        select * from (values
            ('refunds', 'storefront', 'us', 'USD', '2026-03', 2, 20.00, 2, 20.00, true),
            ('refunds', 'storefront', 'uk', 'GBP', '2026-03', 2, 20.00, 1, 10.00, false),
            ('payouts', 'processor', 'us', 'USD', '2026-03', 1, -9.00, 1, -9.00, true),
            ('credits', 'erp', 'all', 'USD', '2026-03', 3, 30.00, 3, 30.00, true)
        ) as controls (control, system, store, currency, period, source_count, source_amount,
                       mart_count, mart_amount, is_tied)
    """)

    of_stores, of_erp = tied_out(connection, stores=STORES)

    assert of_stores.metadata["stores"].value == {"uk": False, "us": True}
    assert of_erp.passed


def test_lines_of_another_version_than_their_header_are_named(tmp_path, warehouse):
    lines = [
        {"transaction": number, "id": 1, "lastmodifieddate": f"2026-03-20T1{number}:00:00Z"}
        for number in (0, 1, 2)
    ]
    headers = rows(credit(0), credit(1))
    batch(tmp_path, CREDITS, headers, source="netsuite")
    batch(tmp_path, LINES, rows(*lines), source="netsuite")

    result = of_one_moment(warehouse(), tmp_path)

    assert not result.passed
    assert result.metadata["first"].value == [1, 2]


def test_of_years_of_versions_only_lists_that_were_ever_so_long_are_looked_at(tmp_path):
    """A rank over every version of every order held half a gigabyte for a hundred thousand."""
    with duckdb.connect() as writer:
        writer.execute(f"""
            copy (
                select
                    'us' as _store, 'gid://shopify/Order/' || (1000000 + number) as id,
                    range(if(number = 7 and version = 2, 100, 1)) as transactions,
                    range(if(number < 9 and version < 2, 100, 1)) as refunds,
                    timestamptz '2026-03-20 12:00:00+00' + to_hours(version::integer)
                        as _extracted_at,
                    'batch' || version as _batch_id
                from range(3) as versions (version), range(200000) as orders (number)
            ) to '{tmp_path}/orders.parquet'
        """)
    with duckdb.connect(config={"temp_directory": "", "threads": 1}) as warehouse:
        warehouse.execute(f"""
            create schema shopify; create view shopify.orders as from '{tmp_path}/orders.parquet';
            set memory_limit = '32MB'
        """)
        result = not_cut(warehouse, ORDERS, stores=("us",))

    assert not result.passed
    assert "transactions of gid://shopify/Order/1000007:" in str(result.metadata)
