"""From when stores are touched: read from the setting, and said by the gates as by the senders."""

from datetime import UTC, datetime

import pytest

from orchestration.resources.live_since import as_variable, parse_live_since, since

NESTED = "*/*=2026-01-01,*/restock=2026-02-01,us/*=2026-03-01,us/restock=2026-04-01T08:00:00+02:00"


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("*/*=2026-01-01", "2026-01-01T00:00:00+00:00"),
        ("*/*=2026-01-01,*/restock=2026-02-01", "2026-02-01T00:00:00+00:00"),
        ("*/restock=2026-02-01, us/*=2026-03-01", "2026-03-01T00:00:00+00:00"),
        ("us/*=2026-03-01,us/restock=2026-04-01T08:00:00+02:00", "2026-04-01T08:00:00+02:00"),
    ],
)
def test_the_nearest_name_says_when_a_store_went_live(text, begins):
    found = since(parse_live_since(text), store="us", action="restock")

    assert found.isoformat() == begins


def test_a_store_and_an_action_that_no_name_fits_did_not_go_live():
    assert since(parse_live_since("uk/*=2026-01-01"), store="us", action="restock") is None


@pytest.mark.parametrize(
    "text",
    ["us=2026-01-01", "us/restock", "us/restock=soon", "/=2026-01-01", "us/'=2026-01-01"],
)
def test_a_day_of_going_live_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=r"is not written store/action=date|has no date"):
        parse_live_since(text)


def test_the_build_is_told_the_days_in_the_order_in_which_they_count():
    told = as_variable(parse_live_since(NESTED))

    assert [(day["store"], day["action"]) for day in told] == [
        ("us", "restock"),
        ("us", "*"),
        ("*", "restock"),
        ("*", "*"),
    ]
    assert told[0]["since"] == datetime(2026, 4, 1, 6, tzinfo=UTC).isoformat()
