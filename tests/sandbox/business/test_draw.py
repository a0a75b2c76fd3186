"""A drawn business is the same for a seed, believable, and carries every defect of its rates."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orchestration.sandbox.business import draw_business
from orchestration.sandbox.business.rates import DEFECTS
from orchestration.sandbox.scenario import Scenario, checked
from orchestration.sandbox.source import BusinessSource, read_loaded, write_loaded

CLOCK = datetime(2026, 2, 20, tzinfo=UTC)
SEED, RETURNS = 3, 900


@pytest.fixture(scope="module")
def drawn():
    """A business of nine hundred returns."""
    print(f"seed {SEED}")
    return list(draw_business(RETURNS, seed=SEED, clock=CLOCK))


@pytest.fixture(scope="module")
def orders(drawn):
    """Its orders."""
    return [order for one in drawn for order in one.body.get("orders", [])]


@pytest.fixture(scope="module")
def truth(drawn):
    """What is true of its cases."""
    return [truth for one in drawn for truth in one.truth]


def test_a_seed_and_a_clock_always_give_the_same_books(drawn):
    assert list(draw_business(RETURNS, seed=SEED, clock=CLOCK)) == drawn


def test_another_seed_gives_other_books(drawn):
    other = [one.body for one in draw_business(RETURNS, seed=SEED + 1, clock=CLOCK)]

    assert not [one for one in drawn[:-1] if one.body in other]


def test_it_has_as_many_cases_as_asked_for_each_under_its_own_name(truth):
    assert len({one.case_name for one in truth}) == len(truth) == RETURNS


def test_every_defect_is_planted_at_its_rate(drawn):
    planted = Counter(one.truth[0].defect for one in drawn if one.truth)

    assert {name: planted[name] for name in DEFECTS} == {
        name: max(1, round(RETURNS * rate)) for name, rate in DEFECTS.items()
    }


def test_every_case_has_a_state_that_the_definitions_know(truth):
    assert {one.root_cause for one in truth} == {
        *("none", "not_due", "missing_credit_memo", "missing_refund"),
        *("duplicate_credit_memo", "duplicate_refund", "offsetting", "rounding", "quantity"),
        *("unit_price", "discount_allocation", "tax_code", "tax_rate", "shipping", "fee"),
        *("adjustment", "currency_mismatch"),
    }


def test_the_sandbox_serves_every_flow(drawn):
    assert len(checked([Scenario(one.stem, one.body) for one in drawn])) == len(drawn)


def test_nothing_is_recorded_after_the_clock(drawn):
    late = [moment for one in drawn for moment in _moments(one.body) if moment > CLOCK]

    assert not late


def test_amounts_are_exact(drawn):
    assert not [leaf for one in drawn for leaf in _leaves(one.body) if isinstance(leaf, float)]
    amounts = [leaf for one in drawn for leaf in _leaves(one.body) if isinstance(leaf, Decimal)]
    assert {amount.as_tuple().exponent for amount in amounts if amount} <= {-2, -3, -4, -5}


def test_more_is_sold_before_christmas_than_in_any_other_month(orders):
    months = Counter(order["placed_at"].month for order in orders)

    assert {month for month, _ in months.most_common(2)} == {11, 12}


def test_two_stores_sell_in_their_own_money_and_under_their_own_tax_rules(orders):
    assert {(one["store"], one["currency"], one["taxes_included"]) for one in orders} == {
        ("us", "USD", False),
        ("uk", "GBP", True),
    }
    american = [order for order in orders if order["store"] == "us"]
    codes = {tax["code"] for one in american for line in one["lines"] for tax in line["taxes"]}
    assert len(codes) > 4


def test_it_sells_to_companies_in_bundles_and_at_a_discount(orders):
    lines = [line for order in orders for line in order["lines"]]

    assert 0.05 < sum(order["channel"] == "b2b" for order in orders) / len(orders) < 0.15
    assert len({line["bundle"] for line in lines if line["bundle"]}) == 3
    assert any(line["discount"] and not line["bundle"] for line in lines)


def test_lines_come_back_in_parts_again_and_in_exchange(drawn):
    bodies = [one.body for one in drawn if one.body.get("returns")]

    assert any(len(body["returns"]) == 3 for body in bodies)
    assert any(returned.get("exchanges") for body in bodies for returned in body["returns"])
    statuses = Counter(returned["status"] for body in bodies for returned in body["returns"])
    assert set(statuses) == {"requested", "open", "closed", "declined", "canceled"}


def test_the_books_remember_what_they_were_loaded_from(tmp_path):
    source = BusinessSource(returns=40, seed=3, clock=CLOCK)

    write_loaded(tmp_path, source, source.scenarios())

    loaded = read_loaded(tmp_path)
    assert str(loaded) == "40 generated returns of seed 3"
    assert (loaded.said, loaded.clock) == (source.said, CLOCK)


def _leaves(value):
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [leaf for part in parts for leaf in _leaves(part)]
    return [value]


def _moments(body):
    return [leaf for leaf in _leaves(body) if isinstance(leaf, datetime)]
