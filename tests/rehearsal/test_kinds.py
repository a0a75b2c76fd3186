"""Which kind of flow a file is about is read from what it records."""

from copy import deepcopy

import pytest

from orchestration.rehearsal import kinds_of

PLAIN = {
    "orders": [
        {
            "ref": "o1",
            "currency": "USD",
            "channel": "d2c",
            "lines": [{"ref": "mug", "quantity": 2}],
        }
    ],
    "returns": [
        {"ref": "r1", "order": "o1", "status": "open", "lines": [{"line": "mug", "quantity": 2}]}
    ],
    "refunds": [],
    "erp": {"credits": [{"ref": "cm1", "kind": "credit_memo"}]},
}


def changed(**blocks):
    return {**deepcopy(PLAIN), **blocks}


def order(**said):
    return changed(orders=[{**PLAIN["orders"][0], **said}])


def returned(**said):
    return changed(returns=[{**PLAIN["returns"][0], **said}])


def test_a_plain_return_of_everything_is_of_no_kind():
    assert kinds_of(PLAIN) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (returned(lines=[{"line": "mug", "quantity": 1}]), "partial"),
        (order(lines=[{"ref": "mug", "quantity": 2, "bundle": "SET"}]), "bundle"),
        (changed(erp={"kits": [{"ref": "set", "lines": ["mug"]}]}), "bundle"),
        (order(channel="b2b"), "account_credit"),
        (returned(exchanges=[{"amount": "5.00"}]), "exchange"),
        (order(presentment={"currency": "EUR", "rate": "0.92"}), "multi_currency"),
        (changed(erp={"currency": "EUR"}), "multi_currency"),
        (changed(erp={"credits": [{"exchange_rate": "1.12"}]}), "multi_currency"),
        (order(taxes_included=True), "tax_inclusive"),
    ],
)
def test_what_a_file_records_says_its_kind(content, kind):
    assert kinds_of(content) == [kind]


def test_a_line_that_does_not_come_back_at_all_makes_a_return_partial():
    lines = [{"ref": "mug", "quantity": 2}, {"ref": "lid", "quantity": 1, "bundle": "SET"}]

    assert kinds_of(order(lines=lines)) == ["partial"]


def test_a_refund_without_a_return_is_a_flow_of_its_own():
    refund = {"order": "o1", "lines": [{"line": "mug", "quantity": 1}]}

    assert kinds_of(changed(returns=[], refunds=[refund])) == ["partial"]


def test_two_returns_that_make_a_whole_are_each_partial():
    half = {"order": "o1", "status": "open", "lines": [{"line": "mug", "quantity": 1}]}

    assert kinds_of(changed(returns=[half, half])) == ["partial"]


@pytest.mark.parametrize("status", ["declined", "canceled"])
def test_what_was_refused_takes_nothing(status):
    assert kinds_of(returned(status=status, lines=[{"line": "mug", "quantity": 1}])) == []


def test_units_that_an_edit_took_off_did_not_come_back():
    refund = {"order": "o1", "lines": [{"line": "mug", "quantity": 1, "removed": True}]}

    assert kinds_of(changed(returns=[], refunds=[refund])) == []
