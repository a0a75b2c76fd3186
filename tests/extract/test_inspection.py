"""An account is asked for its findings where it records them, and nowhere else."""

import pytest

from orchestration.extract.netsuite.inspection import (
    detail_pieces,
    is_recorded,
    parse_inspected_by,
)
from orchestration.extract.netsuite.suiteql import Fields, page_query
from orchestration.extract.streams import STREAMS, System

RECORDS = STREAMS[System.NETSUITE, "inspections"]
DETAILS = STREAMS[System.NETSUITE, "inventory_details"]
LINES = STREAMS[System.NETSUITE, "transaction_lines"]
RECORD_IDS = STREAMS[System.NETSUITE, "inspection_ids"]
MOVE_IDS = STREAMS[System.NETSUITE, "stock_move_ids"]


def query(inspected_by):
    fields = Fields(inspected_by=parse_inspected_by(inspected_by))
    return page_query(DETAILS, fields).text


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("custom_record", [RECORDS, RECORD_IDS, LINES]),
        ("status", [DETAILS, MOVE_IDS, LINES]),
        ("custcol_grade", [DETAILS, LINES]),
        ("custom_record, bin", [RECORDS, RECORD_IDS, DETAILS, MOVE_IDS, LINES]),
    ],
)
def test_a_stream_is_read_where_the_account_has_it(text, recorded):
    streams = (RECORDS, RECORD_IDS, DETAILS, MOVE_IDS, LINES)
    found = [one for one in streams if is_recorded(one, parse_inspected_by(text))]

    assert found == recorded


@pytest.mark.parametrize(
    "text", ["custom", "status,shelf", "custbody_grade", "custcol_a,custcol_b"]
)
def test_what_is_no_place_of_findings_is_refused(text):
    with pytest.raises(ValueError, match="write any of custom_record"):
        parse_inspected_by(text)


def test_a_feature_that_is_off_leaves_nothing_in_the_query():
    by_location = query("location")

    assert "tl.location" in by_location
    assert not any(word in by_location for word in ("inventoryassignment", "ia.", "custcol_"))


def test_bins_without_statuses_are_asked_for_bins_alone():
    by_bin = query("bin,custcol_grade")

    assert "NVL(ia.bin, 0)" in by_bin
    assert "tl.custcol_grade" in by_bin
    assert "ia.inventorystatus" not in by_bin


def test_every_piece_is_there_whatever_is_on():
    assert set(detail_pieces({"status"})) == set(detail_pieces({"location", "bin"}))
