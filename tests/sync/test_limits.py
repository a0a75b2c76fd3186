"""How much may move without a person is a table that a person changes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orchestration.gates import LIMITS_FILE, LimitsError, Measure, read_limits
from orchestration.sync.actions import ACTIONS
from orchestration.sync.values import Outcome
from tests.sync.bench import LIVE

TABLE = LIMITS_FILE.read_text()


def written(folder, text):
    file = folder / "limits.csv"
    file.write_text(text)
    return file


def test_every_action_has_limits():
    limits = read_limits()

    assert set(limits) == set(ACTIONS)
    assert limits["issue_refund"].measure is Measure.AMOUNT


def test_an_amount_is_held_to_the_limits_of_its_own_currency():
    limits = read_limits()["issue_refund"]

    assert limits.of("USD").per_row == limits.of("EUR").per_row == 10_000
    assert limits.of("JPY").per_row == 1_500_000
    assert limits.of("KWD").per_day == 30_000


def test_a_changed_table_is_what_a_run_keeps_to(bench, tmp_path):
    changed = TABLE.replace("issue_refund,,amount,10000", "issue_refund,,amount,200")
    policy = replace(LIVE, limits=read_limits(written(tmp_path, changed)))

    held = bench.run(bench.refund_gate(), action="issue_refund", policy=policy)
    bench.ledger.approve("issue_refund-1", who="finance", at=bench.clock())
    paid = bench.run(bench.refund_gate(), action="issue_refund", policy=policy)

    assert held.held_by_reason == {"above_row_limit": 1}
    assert paid.counts == {Outcome.CONFIRMED: 1}


def test_a_currency_of_its_own_is_held_to_its_own_line(bench, tmp_path):
    line = "issue_refund,USD,amount,211,300,300\n"
    policy = replace(LIVE, limits=read_limits(written(tmp_path, TABLE + line)))

    held = bench.run(bench.refund_gate(), action="issue_refund", policy=policy)

    assert bench.refund_gate().amount == Decimal("211.86")
    assert held.held_by_reason == {"above_row_limit": 1}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("action,", "deed,", "its first line is not action,currency,measure,per_row"),
        ("restock,,units,50", "restok,,units,50", "line 5: 'restok' is no action; those are"),
        ("restock,,units,50", "restock,,pallets,50", "'pallets' is no measure: rows, units or"),
        ("restock,,units,50", "restock,USD,units,50", "units have no currency; leave it empty"),
        ("refund,JPY", "refund,Yen", "line 8: 'Yen' is no currency such as JPY"),
        ("restock,,units,50,", "restock,,units,-5,", "are whole numbers, zero or more, not -5,"),
        ("restock,,units,50,2000", "restock,,units,50,40", "per_row is more than per_run"),
        ("restock,,units,50,2000,10000", "restock,,units,50", "are whole numbers"),
        ("notify,,rows,1,250,10000\n", "", "notify has no line with an empty currency"),
        ("notify,", "open_rma,", "open_rma has a line above already; keep one"),
        ("JPY,amount", "JPY,rows", "rows have no currency; leave it empty"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_the_line_and_the_remedy(
    tmp_path, old, new, said
):
    with pytest.raises(LimitsError, match=r"limits\.csv") as caught:
        read_limits(written(tmp_path, TABLE.replace(old, new)))

    assert said in str(caught.value)


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LimitsError, match=r"gone\.csv cannot be read: check its path"):
        read_limits(tmp_path / "gone.csv")
