"""SuiteQL as the ERP answers it: pages, values, functions, and what it does not speak."""

from datetime import UTC, datetime

import pytest

from orchestration.extract.netsuite.suiteql import (
    Fields,
    asked_for,
    measure_query,
    order_of,
    page_query,
)
from orchestration.extract.streams import NETSUITE_STREAMS, STREAMS, System
from orchestration.sandbox.identity import number

DETAILS = STREAMS[System.NETSUITE, "inventory_details"]
KINDS = {"ItemRcpt", "StatChng"}
DOCUMENTS = "SELECT t.id FROM transaction t ORDER BY t.id"
AUTHORIZATION = number("transaction", "clean_single_return", "ra1")


def one(erp, expression, *parameters):
    (row,) = erp.rows(f"SELECT {expression} AS answer FROM DUAL", *parameters)
    return row["answer"]


def test_pages_by_offset_cover_every_row_once(erp):
    whole = erp.post(DOCUMENTS).json()
    pages, offset = [], 0
    while True:
        page = erp.post(DOCUMENTS, limit=7, offset=offset).json()
        pages.append(page)
        if not page["hasMore"]:
            break
        offset += 7
    assert [row for page in pages for row in page["items"]] == whole["items"]
    assert {page["totalResults"] for page in pages} == {whole["count"]}
    assert pages[0]["count"] == 7
    assert {link["rel"] for link in pages[0]["links"]} == {"self", "next", "last"}
    assert {link["rel"] for link in pages[1]["links"]} == {
        *("first", "previous", "self", "next", "last")
    }
    assert {link["rel"] for link in pages[-1]["links"]} == {"first", "previous", "self"}


def test_links_lead_to_the_pages_they_name(erp):
    page = erp.post(DOCUMENTS, limit=7, offset=7).json()
    places = {link["rel"]: int(link["href"].rpartition("=")[2]) for link in page["links"]}

    assert places == {
        "first": 0,
        "previous": 0,
        "self": 7,
        "next": 14,
        "last": (page["totalResults"] - 1) // 7 * 7,
    }


@pytest.mark.parametrize(
    "page",
    [
        {"limit": 1001},
        {"limit": 0},
        {"limit": 10, "offset": 5},
        {"limit": 10, "offset": -10},
        {"limit": 1, "offset": 1000},
    ],
)
def test_a_page_that_cannot_be_is_refused(erp, page):
    assert erp.refusal(DOCUMENTS, **page)


def test_a_page_past_the_end_is_empty_and_still_counts(erp):
    total = erp.post(DOCUMENTS).json()["totalResults"]
    page = erp.post(DOCUMENTS, limit=500, offset=5000).json()
    assert (page["items"], page["hasMore"], page["totalResults"]) == ([], False, total)


def test_every_value_is_text_nulls_are_left_out_and_keys_are_lower_case(erp):
    (row,) = erp.rows(
        "SELECT t.ID, t.Type, t.memo, t.foreigntotal, t.trandate FROM transaction t "
        "WHERE t.id = ?",
        str(AUTHORIZATION),
    )
    assert row == {
        "links": [],
        "id": str(AUTHORIZATION),
        "type": "RtnAuth",
        "foreigntotal": "-25.92",
        "trandate": "3/5/2026",
    }


def test_names_and_column_case_do_not_matter_but_codes_do(erp):
    count = "SELECT COUNT(*) AS n FROM Transaction WHERE TYPE = '{}'"
    assert int(erp.rows(count.format("RtnAuth"))[0]["n"]) > 0
    assert erp.rows(count.format("rtnauth"))[0]["n"] == "0"


def test_functions_of_the_dialect_are_answered(erp):
    assert one(erp, "NVL(NULL, 'none')") == "none"
    assert (
        one(erp, "TO_CHAR(TO_DATE(?, 'YYYY-MM-DD'), 'DD.MM.YYYY')", "2026-03-05") == "05.03.2026"
    )
    stamp = """'YYYY-MM-DD"T"HH24:MI:SS"Z"'"""
    moment = f"TO_CHAR(TO_TIMESTAMP(?, {stamp}), 'YYYY-MM-DD HH24:MI:SS')"
    assert one(erp, moment, "2026-03-05T01:02:03Z") == "2026-03-05 01:02:03"
    assert one(erp, "TO_CHAR(12.50)") == "12.50"


def test_the_time_is_the_accounts_own_and_converts_to_utc(erp):
    # The account's zone is seven hours behind.
    assert one(erp, "TO_CHAR(SYSDATE, 'YYYY-MM-DD HH24:MI:SS')") == "2026-04-01 05:30:15"
    utc = "TO_CHAR(SYS_EXTRACT_UTC(SYSDATE), 'YYYY-MM-DD HH24:MI:SS')"
    assert one(erp, utc) == "2026-04-01 12:30:15"
    made = """TO_CHAR(SYS_EXTRACT_UTC(t.createddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    (row,) = erp.rows(
        f"SELECT {made} AS made, TO_CHAR(t.createddate, 'HH24:MI') AS shown "
        "FROM transaction t WHERE t.id = ?",
        str(AUTHORIZATION),
    )
    assert (row["made"], row["shown"]) == ("2026-03-05T09:10:00Z", "02:10")


def test_the_same_text_asked_later_tells_the_later_time(erp):
    asked = "TO_CHAR(SYSDATE, 'MI:SS')"
    before = one(erp, asked)
    erp.clock.pass_by(seconds=20)
    try:
        assert (before, one(erp, asked)) == ("30:15", "30:35")
    finally:
        erp.clock.pass_by(seconds=-20)


def test_row_numbers_limit_a_sorted_query_from_outside(erp):
    everything = erp.rows(DOCUMENTS)
    nested = f"SELECT * FROM ({DOCUMENTS}) WHERE ROWNUM <= 3"
    assert erp.rows(nested) == everything[:3]
    assert erp.rows(nested.replace("<= 3", "< 3")) == everything[:2]


def test_a_status_is_a_letter_and_its_composite_names_the_type(erp):
    (row,) = erp.rows(
        "SELECT t.status AS letter, BUILTIN.CF(t.status) AS whole FROM transaction t "
        "WHERE t.id = ?",
        str(AUTHORIZATION),
    )
    assert (row["letter"], row["whole"]) == ("G", "RtnAuth:G")


@pytest.mark.parametrize(
    "text",
    [
        "WITH x AS (SELECT 1 AS a FROM DUAL) SELECT a FROM x",
        f"{DOCUMENTS} LIMIT 5",
        f"{DOCUMENTS} FETCH FIRST 5 ROWS ONLY",
        "DELETE FROM transaction",
        "SELECT 1 FROM DUAL; SELECT 2 FROM DUAL",
        "SELECT FROM WHERE",
        "SELECT t.favouritecolour FROM transaction t",
        "SELECT id FROM nowhere",
        f"SELECT id FROM transaction WHERE id IN ({', '.join(map(str, range(1001)))})",
    ],
)
def test_what_the_dialect_lacks_is_refused(erp, text):
    assert erp.refusal(text)


def test_an_unknown_column_is_named(erp):
    assert "favouritecolour" in erp.refusal("SELECT t.favouritecolour FROM transaction t")


@pytest.mark.parametrize("parameters", [[], ["1", "2"]])
def test_parameters_must_match_their_placeholders(erp, parameters):
    assert "placeholders" in erp.refusal("SELECT id FROM item WHERE id = ?", *parameters)


def test_a_null_parameter_is_refused(erp):
    assert erp.refusal("SELECT id FROM item WHERE id = ?", None)


@pytest.mark.parametrize(
    "place", ["custom_record", "status", "bin", "location", "custcol_inspection_grade"]
)
def test_the_place_of_units_is_told_whichever_of_it_an_account_has(erp, place):
    query = page_query(DETAILS, Fields(inspected_by=frozenset({place})))

    rows = erp.rows(query.text)

    units = {kind: [float(r["quantity"]) for r in rows if r["type"] == kind] for kind in KINDS}
    assert {row["type"] for row in rows} == KINDS
    assert min(units["ItemRcpt"]) > 0
    assert sum(units["StatChng"]) == 0


@pytest.mark.parametrize("since", [None, datetime(2024, 1, 1, tzinfo=UTC)], ids=["all", "since"])
@pytest.mark.parametrize("stream", NETSUITE_STREAMS, ids=lambda stream: stream.name)
def test_every_query_of_the_extraction_is_answered_page_after_page(erp, stream, since):
    part = asked_for(stream, since=since)
    first = page_query(stream, Fields(), part=part)
    rows = erp.rows(first.text, *first.parameters)
    assert rows
    last = [rows[0][key.name] for key in order_of(stream, part)]
    following = page_query(stream, Fields(), part=part, after=last)
    assert erp.rows(following.text, *following.parameters) == rows[1:]
    measured = measure_query(stream, Fields(), part=part)
    (measure,) = erp.rows(measured.text, *measured.parameters)
    assert measure["row_count"] == str(len(rows))
