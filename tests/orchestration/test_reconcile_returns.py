"""The whole job, in process: what lands, what is checked, and what a publication says of it."""

import json
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import dagster as dg
import duckdb
import pytest
from pydantic import Field

from orchestration.assets.landed import landed_assets
from orchestration.assets.models import models
from orchestration.assets.publication import current
from orchestration.assets.publish import publication
from orchestration.checks.facts import facts
from orchestration.checks.keys import PUBLICATION_IS_COMPLETE
from orchestration.checks.rollup import publication_is_complete
from orchestration.extract.errors import DeniedError, StopError
from orchestration.extract.streams import System
from orchestration.resources import CustomerKeysResource, Home, LedgerResource, SyncResource

AS_OF = "2026-03-20T00:00:00+00:00"


class Source:
    """Answers every stream with the records it is given, all fields in each; none of any other."""

    def __init__(self, records=None, *, refuses=(), fails=()):
        self.records = records or {}
        self.refuses = refuses
        self.fails = fails
        self.missing = Counter()

    def pages(self, stream, *, since):  # noqa: ARG002 - the client's signature
        if stream.name in self.refuses:
            raise DeniedError(f"no leave to read {stream.name}: grant it")
        if stream.name in self.fails:
            raise StopError(f"the query of {stream.name} is not accepted: check API version")
        answer = self.records.get(stream.name, [])
        answer = answer() if callable(answer) else answer
        if stream.system is System.SHOPIFY:
            answer = [dict.fromkeys(stream.columns) | record for record in answer]
        for name in reversed(stream.records):
            answer = {name: answer}
        yield json.dumps(answer).encode()

    sweep_orders = 10

    def slice(self, stream, *, after, records):  # noqa: ARG002 - the client's signature
        yield from self.pages(stream, since=None)

    def prefers_export(self, stream):  # noqa: ARG002 - the client's signature
        return False

    def server_time(self):
        return datetime(2026, 3, 20, tzinfo=UTC)

    def records_by_id(self, stream, ids):  # noqa: ARG002 - the client's signature
        yield from self.pages(stream, since=None)

    def there(self, stream, ids):  # noqa: ARG002 - the client's signature
        return set(ids)


class Stores(dg.ConfigurableResource):
    """Stores by name, each with its `records`; some refuse streams, or fail to tell of them."""

    records: dict[str, dict[str, list[Any]]] = Field(default_factory=lambda: {"uk": {}, "us": {}})
    refuses: dict[str, list[str]] = Field(default_factory=dict)
    fails: dict[str, list[str]] = Field(default_factory=dict)

    @property
    def stores(self):
        return tuple(sorted(self.records))

    @contextmanager
    def client(self, store, *, tell):  # noqa: ARG002 - the resource's signature
        yield Source(
            self.records[store],
            refuses=self.refuses.get(store, ()),
            fails=self.fails.get(store, ()),
        )


class Erp(dg.ConfigurableResource):
    """An ERP with an item; `moving` counts a document more each time it is asked."""

    is_moving: bool = False
    totals: list[dict[str, str]] = Field(default_factory=list)

    @property
    def lacks(self):
        return frozenset()

    @contextmanager
    def client(self, *, tell):  # noqa: ARG002 - the resource's signature
        item = {"id": "7", "itemid": "MUG", "itemtype": "InvtPart", "isinactive": "F"}
        records = {
            "items": [item],
            "control_totals": lambda: [self._total(), *self.totals],
        }
        yield Source(records)

    def _total(self):
        self._asked = getattr(self, "_asked", 0) + 1
        count = self._asked if self.is_moving else 1
        return {
            "type": "SalesOrd",
            "currency": "USD",
            "postingperiod": "0",
            "document_count": str(count),
        }


def reconciled(home, *, stores=None, erp=None):
    """Run the job once in a home, and return its result and its publication."""
    defs = dg.Definitions(
        assets=[*landed_assets, models, publication],
        asset_checks=[facts, publication_is_complete],
        resources={
            "customer_keys": CustomerKeysResource(),
            "home": Home(),
            "ledger": LedgerResource(),
            "sync": SyncResource(),
            "shopify": stores or Stores(),
            "netsuite": erp or Erp(),
        },
    )
    job = defs.resolve_implicit_global_asset_job_def()
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("RETURNS_HOME", str(home))
        patch.delenv("LEDGER_URL", raising=False)
        patch.setenv("CUSTOMER_SECRET", "a secret of thirty-two characters or more")
        result = job.execute_in_process(
            instance=instance, tags={"returns/as_of": AS_OF}, raise_on_error=False
        )
    return result, current(home / "published")


def asked(file, query):
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(query).fetchall()


def rollup_of(result):
    return next(
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.check_name == PUBLICATION_IS_COMPLETE.name
    )


def test_a_run_in_which_every_fact_holds_publishes_a_complete_edition(tmp_path):
    result, file = reconciled(tmp_path)

    failed = asked(file, "select asset, name, metadata from ops.checks where not passed")
    assert failed == []
    assert result.success
    assert rollup_of(result).passed
    said = "select is_complete, incomplete_stores, epoch(as_of) from ops.publication"
    assert asked(file, said) == [(True, "[]", 1773964800.0)]
    # It says how new each stream is, too.
    rows = "select row_count from ops.freshness where system = 'netsuite' and stream = 'items'"
    assert asked(file, rows) == [(1,)]
    assert asked(file, "select count(*) > 20 from ops.freshness") == [(True,)]
    assert asked(file, "select count(*) > 0 from ops.runs where step = 'models'") == [(True,)]


def pounds(amount):
    return {"amount": amount, "currencyCode": "GBP"}


def bag(amount):
    return {"shopMoney": pounds(amount), "presentmentMoney": pounds(amount)}


def refunded_order(*, booked):
    """An order of one line, refunded without a return; `booked` is what the sales ledger says."""
    line = {
        "id": "l1",
        "sku": "MUG",
        "quantity": 1,
        "currentQuantity": 0,
        "originalUnitPriceSet": bag("12.00"),
        "discountAllocations": [],
        "taxLines": [],
    }
    order = {
        "id": "o1",
        "name": "#1",
        "createdAt": "2026-03-01T10:00:00Z",
        "processedAt": "2026-03-01T10:00:00Z",
        "updatedAt": "2026-03-12T10:00:00Z",
        "currencyCode": "GBP",
        "presentmentCurrencyCode": "GBP",
        "taxesIncluded": True,
        "totalRefundedSet": bag("0.00"),
        "lineItems": {"nodes": [line]},
        "shippingLines": {"nodes": []},
        "transactions": [],
        "refunds": [{"id": "f1"}],
        "returns": {"nodes": []},
    }
    taken = {
        "id": "fl1",
        "quantity": 1,
        "restockType": "NO_RESTOCK",
        "lineItem": {"id": "l1"},
        "subtotalSet": bag("12.00"),
        "totalTaxSet": bag("2.00"),
    }
    refund = {
        "id": "f1",
        "createdAt": "2026-03-12T10:00:00Z",
        "processedAt": "2026-03-12T10:00:00Z",
        "updatedAt": "2026-03-12T10:00:00Z",
        "order": {"id": "o1"},
        "totalRefundedSet": bag("0.00"),
        "refundLineItems": {"nodes": [taken]},
        "refundShippingLines": {"nodes": []},
        "orderAdjustments": {"nodes": []},
        "duties": [],
        "transactions": {"nodes": []},
    }
    sale = {
        "id": "s1",
        "actionType": "RETURN",
        "lineType": "PRODUCT",
        "quantity": -1,
        "totalAmount": bag(booked),
        "lineItem": {"id": "l1"},
    }
    agreement = {
        "__typename": "RefundAgreement",
        "id": "a1",
        "happenedAt": "2026-03-12T10:00:01Z",
        "refund": {"id": "f1"},
        "sales": {"nodes": [sale]},
    }
    ledger = {"id": "o1", "agreements": {"nodes": [agreement]}}
    return {"orders": [order], "refunds": [refund], "sales_agreements": [ledger]}


def unread_refund():
    """A tender and its payout that name a refund which no page of the orders brings."""
    tender = {"id": "t1", "processedAt": "2026-03-12T10:00:00Z", "amount": pounds("-12.00")}
    tender["order"] = {"id": "unread"}
    summary = {"refundsFeeGross": pounds("-12.00"), "refundsFee": pounds("0.00")}
    payout = {
        "id": "p1",
        "issuedAt": "2026-03-14T00:00:00Z",
        "status": "PAID",
        "net": pounds("-12.00"),
        "summary": summary,
    }
    return {"tender_transactions": [tender], "payouts": [payout]}


def order_of_many_payments():
    """A refunded order with as many payments as one answer may list."""
    records = refunded_order(booked="-12.00")
    (order,) = records["orders"]
    payment = {"id": "p1", "kind": "SALE", "status": "SUCCESS", "amountSet": bag("0.12")}
    order["transactions"] = [payment] * 100
    return records


@pytest.fixture(scope="module")
def seven_stores(tmp_path_factory):
    """A run over two stores that are well, and five of which each has a fault of its own."""
    records = {
        "be": {},
        "de": order_of_many_payments(),
        "fr": refunded_order(booked="-12.01"),
        "nl": unread_refund(),
        "se": {},
        "uk": refunded_order(booked="-12.00"),
        "us": refunded_order(booked="-12.00"),
    }
    refuses = {"be": ["orders"], "uk": ["bank_references", "payouts", "tender_transactions"]}
    stores = Stores(records=records, refuses=refuses, fails={"se": ["sales_agreements"]})
    return reconciled(tmp_path_factory.mktemp("home"), stores=stores)


def test_faults_of_stores_hold_these_and_no_other(seven_stores):
    result, file = seven_stores

    assert rollup_of(result).passed
    assert asked(file, "select is_complete, incomplete_stores from ops.publication") == [
        (False, '["be", "de", "fr", "nl", "se"]')
    ]


def test_of_a_store_that_cannot_be_read_nothing_lands(seven_stores):
    _, file = seven_stores

    extracted = "select store from ops.checks where name = 'every_store_is_extracted'"
    verdicts = f"{extracted} and asset = 'shopify/orders' and not passed"
    assert asked(file, verdicts) == [("be",)]
    landed = "select source from ops.freshness where stream = 'orders' order by all"
    assert asked(file, landed) == [("de",), ("fr",), ("nl",), ("se",), ("uk",), ("us",)]


def test_a_witness_that_knows_more_than_was_read_does_not_tie_out(seven_stores):
    _, file = seven_stores

    untied = "select control, period, source_amount, mart_amount from marts.fct_tie_out"
    assert asked(file, f"{untied} where not is_tied and store = 'nl' order by all") == [
        ("payouts", "2026-03", -12, 0),
        ("settlements", "2026-03", 12, 0),
        ("tender_transactions", "2026-03", 12, 0),
    ]


def test_a_cent_that_the_sales_ledger_books_otherwise_does_not_tie_out(seven_stores):
    _, file = seven_stores

    said = "select period, source_amount, mart_amount, is_tied from marts.fct_tie_out"
    [(*other, is_tied)] = asked(
        file, f"{said} where control = 'sales_agreements' and store = 'fr'"
    )
    assert (other, is_tied) == (["2026-03", Decimal("12.010"), 12], False)
    [(*same, is_tied)] = asked(file, f"{said} where control = 'sales_agreements' and store = 'us'")
    assert (same, is_tied) == (["2026-03", 12, 12], True)


def test_a_list_that_may_have_been_cut_is_kept_and_named(seven_stores):
    _, file = seven_stores

    failed = "select store, metadata from ops.checks where name = 'no_list_is_cut' and not passed"
    [(store, said)] = asked(file, failed)
    assert store == "de"
    assert "there may be more transactions of o1: raise how many orders.graphql asks for" in said
    assert asked(file, "select count(*) from marts.dim_orders where store = 'de'") == [(1,)]


def test_what_may_not_be_read_is_named_and_leaves_the_money_as_it_is(seven_stores):
    """A token without scopes for banking and payouts: the other controls speak for the store."""
    result, file = seven_stores

    reference = "select bank_reference from marts.fct_refund_variance where store = 'uk'"
    assert asked(file, reference) == [(None,)]
    (evaluation,) = [
        check
        for check in result.get_asset_check_evaluations()
        if check.asset_key == dg.AssetKey(["shopify", "payouts"])
        and check.check_name == "every_store_is_extracted"
    ]
    assert set(evaluation.metadata["unavailable"].value) == {"uk"}


def test_a_witness_that_fails_otherwise_is_missed_and_holds_its_store(seven_stores):
    _, file = seven_stores

    missed = "select asset, name, metadata from ops.checks where store = 'se' and not passed"
    [(*extracted, said), (*fresh, _)] = asked(file, f"{missed} order by name")
    assert extracted == ["shopify/sales_agreements", "every_store_is_extracted"]
    assert "check API version" in said
    assert fresh == ["shopify/sales_agreements", "is_fresh"]


@pytest.fixture(scope="module")
def unsound_erp(tmp_path_factory):
    """A run over an ERP that moves while it is read, and counts a credit that no page brought."""
    total = {"type": "CustCred", "currency": "USD", "postingperiod": "202603"}
    unread = total | {"document_count": "1", "document_total": "-24.00"}
    return reconciled(tmp_path_factory.mktemp("home"), erp=Erp(is_moving=True, totals=[unread]))


def stopping(result):
    """Return the facts of which each stops every store."""
    return {said.partition(": ")[2] for said in rollup_of(result).metadata["failed"].value}


def test_an_erp_that_moves_while_it_is_read_leaves_the_publication_incomplete(unsound_erp):
    result, file = unsound_erp

    assert not result.success
    assert not rollup_of(result).passed
    assert "totals_did_not_move_during_the_extraction" in stopping(result)
    assert asked(file, "select is_complete from ops.publication") == [(False,)]


def test_a_credit_that_the_erp_counts_and_no_page_brought_stops_every_store(unsound_erp):
    result, file = unsound_erp

    assert not rollup_of(result).passed
    assert stopping(result) == {
        "every_erp_control_ties_out",
        "totals_did_not_move_during_the_extraction",
    }
    untied = "select control, source_amount, mart_amount from marts.fct_tie_out where not is_tied"
    assert asked(file, untied) == [("credit_totals", 24, 0)]
