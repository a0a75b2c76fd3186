"""SuiteQL over REST: pages, strings, the dialect, and what is refused."""

import pytest

from tests.sandbox.everything.calls import CLIENT

IDS = "SELECT t.id FROM transaction t ORDER BY t.id"
ONE = "SELECT {} AS x FROM transaction t WHERE t.tranid = 'CM901'"


def value(erp, expression, *parameters):
    (row,) = erp.rows(ONE.format(expression), *parameters)
    return row.get("x")


def test_an_answer_is_strings_without_nulls_and_with_links(erp):
    answer = erp.post(
        "SELECT t.ID, t.Memo, t.exchangerate, t.tranid FROM transaction t WHERE t.tranid = 'CM901'"
    )

    body = answer.json()
    assert answer.headers["content-type"] == "application/vnd.oracle.resource+json"
    (item,) = body["items"]
    assert item.pop("links") == []
    assert set(item) == {"id", "exchangerate", "tranid"}
    assert all(isinstance(each, str) for each in item.values())
    assert item["exchangerate"] == "0.9"
    assert (body["count"], body["hasMore"], body["offset"], body["totalResults"]) == (
        1,
        False,
        0,
        1,
    )


def test_a_page_is_a_thousand_rows_at_most(erp):
    query = "SELECT a.id FROM transaction a, transaction b ORDER BY a.id, b.id"

    body = erp.post(query).json()

    assert (body["count"], body["hasMore"]) == (1000, True)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("TO_CHAR(t.trandate, 'YYYY-MM-DD')", "2026-03-15"),
        ("TO_CHAR(t.trandate, 'DD/MM/YYYY')", "15/03/2026"),
        # the account is in Arizona, seven hours behind UTC
        ("TO_CHAR(t.createddate, 'YYYY-MM-DD HH24:MI:SS')", "2026-03-15 16:30:00"),
        (
            'TO_CHAR(SYS_EXTRACT_UTC(t.createddate), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')',
            "2026-03-15T23:30:00Z",
        ),
        ("t.createddate", "3/15/2026"),
        ("NVL(t.memo, 'none')", "none"),
        ("DECODE(t.type, 'CustCred', 'credit', 'other')", "credit"),
        ("CASE WHEN t.voided = 'F' THEN 'valid' END", "valid"),
        ("t.tranid || '/' || t.type", "CM901/CustCred"),
        ("BUILTIN.CF(t.status)", "CustCred:B"),
        ("BUILTIN.DF(t.currency)", "USD"),
        ("BUILTIN.DF(t.postingperiod)", "2026-03"),
        ("t.memo", None),
    ],
)
def test_an_expression_means_what_it_means_in_oracle(erp, expression, expected):
    assert value(erp, expression) == expected


@pytest.mark.parametrize(
    ("condition", "parameters"),
    [
        ("t.tranid = ?", ["CM901"]),
        ("t.tranid = ? AND t.id > ?", ["CM901", "9"]),
        ("t.tranid = ? AND t.id + 1 > ?", ["CM901", "9"]),
        ("t.tranid IN (?, ?)", ["CM901", "nothing"]),
        (
            "t.tranid = ? AND t.createddate >= TO_DATE(?, 'YYYY-MM-DD HH24:MI:SS')",
            ["CM901", "2026-03-15 16:30:00"],
        ),
        (
            "t.tranid = ? AND SYS_EXTRACT_UTC(t.createddate)"
            """ <= TO_TIMESTAMP(?, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
            ["CM901", "2026-03-15T23:30:00Z"],
        ),
    ],
)
def test_bound_text_is_read_as_what_the_column_holds(erp, condition, parameters):
    rows = erp.rows(f"SELECT t.tranid FROM transaction t WHERE {condition}", *parameters)

    assert rows == [{"tranid": "CM901"}]


def test_join_marks_keep_rows_without_a_partner(erp):
    query = """SELECT t.tranid, i.itemid FROM transactionline l, transaction t, item i
      WHERE t.id = l.transaction AND i.id (+) = l.item AND t.tranid = 'CM902' ORDER BY l.id"""

    assert erp.rows(query) == [{"tranid": "CM902"}, {"tranid": "CM902", "itemid": "ADJUSTMENT"}]


def test_rownum_counts_rows_before_they_are_put_in_order(erp):
    newest = [row["id"] for row in erp.rows("SELECT t.id FROM transaction t ORDER BY t.id DESC")]
    nested = "SELECT * FROM (SELECT t.id FROM transaction t ORDER BY t.id DESC) WHERE ROWNUM <= 3"
    flat = "SELECT t.id FROM transaction t WHERE ROWNUM <= 3 ORDER BY t.id DESC"

    assert [row["id"] for row in erp.rows(nested)] == newest[:3]
    assert len(erp.rows(flat)) == 3
    assert (
        len(erp.rows("SELECT t.id FROM transaction t WHERE t.type = 'RtnAuth' AND ROWNUM = 1"))
        == 1
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT t.colour FROM transaction t", "colour"),
        ("SELECT x.id FROM nothing x", "Record 'nothing' was not found"),
        ("SELECT x.id FROM transactionlinelink x", "was not found"),
        ("SELECT * FROM read_text('erp.duckdb')", "was not found"),
        ("SELECT * FROM information_schema.tables", "was not found"),
        ("WITH x AS (SELECT 1 AS id FROM DUAL) SELECT id FROM x", "not supported"),
        ("SELECT t.id FROM transaction t LIMIT 5", "not supported"),
        ("SELECT t.id FROM transaction t FETCH FIRST 5 ROWS ONLY", "not supported"),
        ("DELETE FROM transaction", "Only one SELECT"),
        ("SELECT 1 FROM DUAL; SELECT 2 FROM DUAL", "Only one SELECT"),
        ("SELECT FROM WHERE", "Invalid search query"),
        ("SELECT t.id FROM transaction t WHERE t.id = ?", "1 placeholders and 0 parameters"),
        ("SELECT TO_CHAR(t.trandate, 'QQQ') FROM transaction t", "date format"),
    ],
)
def test_what_suiteql_lacks_is_refused(erp, query, words):
    assert words in erp.refusal(query)


@pytest.mark.parametrize(
    "body", ["", "[1]", '{"query": "SELECT"}', '{"q": "SELECT 1 FROM DUAL", "params": [null]}']
)
def test_a_body_without_a_query_is_refused(erp, body):
    answer = CLIENT.post(erp.url, content=body, headers=erp.headers)

    assert answer.status_code == 400
