"""What a published file says of its rows, and of the actions it knows."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orchestration.sync.publication import NoPublicationError, current_file, read_publication
from tests.sync.marts import write_publication
from tests.sync.world import gate


def test_the_rows_of_one_action_are_read_as_they_are_published(tmp_path):
    row = gate("restock", amount=Decimal("12.50"), currency="USD", hold_reasons=("a", "b"))
    file = write_publication(tmp_path, rows=[row, gate("quarantine")])

    assert read_publication(file, "restock").rows == (row,)


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
    with pytest.raises(NoPublicationError, match="run the build"):
        current_file(tmp_path)

    assert write_publication(tmp_path) == current_file(tmp_path)
