"""Every SuiteQL text the client sends, held against what is known of the ERP's tables."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import sqlglot
from sqlglot import exp

from orchestration.extract.netsuite import Fields, NetSuiteClient
from orchestration.extract.netsuite.suiteql import asked_for, order_of, page_query
from orchestration.extract.streams import NETSUITE_STREAMS
from orchestration.sandbox.erp_books import TABLES
from tests.contract.suiteql_rules import ordered_by, problems, selected

QUERIES = Path(__file__).parents[2] / "orchestration" / "extract" / "netsuite" / "queries"
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
NOW = "2026-03-20T06:00:00Z"


class Account:
    """Answers each query with one row of what it selects, and then with none."""

    def __init__(self):
        self.asked = []

    def __call__(self, request):
        body = json.loads(request.content)
        self.asked.append((request, body["q"], body.get("params", [])))
        items = []
        if "FROM DUAL" in body["q"]:
            items = [{"server_time": NOW}]
        elif "AS row_count" in body["q"]:
            items = [{"row_count": "0", "lowest": "", "highest": ""}]
        elif "((" not in body["q"]:
            names = [one.alias_or_name for one in selected(body["q"])]
            items = [{name: NOW if name.endswith("date") else "1" for name in names}]
        return httpx.Response(200, json={"items": items, "count": len(items), "hasMore": False})


@pytest.fixture(scope="module")
def asked():
    """Return every request of a first and of a later extraction, first pages and further ones."""
    account = Account()
    http = httpx.Client(base_url="https://erp.example", transport=httpx.MockTransport(account))
    with http:
        client = NetSuiteClient(http, fields=Fields(), page_rows=1)
        for stream in NETSUITE_STREAMS:
            for since in (None, SINCE):
                list(client.pages(stream, since=since))
            if "document" in stream.parameters:
                list(client.records_by_id(stream, range(1, 1200)))
        client.server_time()
    return account.asked


@pytest.fixture(scope="module")
def texts(asked):
    return sorted({text for _, text, _ in asked})


def test_every_query_that_is_kept_is_sent(texts):
    kept = {path.name for path in QUERIES.glob("*.sql")}
    read = {first_table(text) for text in texts}

    assert kept == {f"{stream.document or stream.name}.sql" for stream in NETSUITE_STREAMS}
    assert {first_table(filled(stream)) for stream in NETSUITE_STREAMS} <= read


def first_table(text):
    return sqlglot.parse_one(text, read="oracle").find(exp.Table).name.lower()


def filled(stream):
    """Return a stream's text with nothing asked of its rows."""
    return page_query(stream, Fields()).text


def test_every_text_names_known_tables_and_columns_and_keeps_to_the_dialect(texts):
    assert len(texts) > 2 * len(NETSUITE_STREAMS)
    assert {text: found for text in texts if (found := problems(text))} == {}


def test_every_request_is_one_page_from_the_start_with_all_its_parameters(asked):
    for request, text, parameters in asked:
        assert request.headers["Prefer"] == "transient"
        assert 1 <= int(request.url.params["limit"]) <= 1000
        assert request.url.params["offset"] == "0"
        found = sqlglot.parse_one(text, read="oracle").find_all(exp.Placeholder)
        assert len(parameters) == len(list(found))
        assert all(isinstance(value, str) for value in parameters)


@pytest.mark.parametrize("stream", NETSUITE_STREAMS, ids=lambda stream: stream.name)
def test_a_page_is_ordered_by_the_key_that_the_next_one_follows(stream):
    order = order_of(stream, asked_for(stream, since=None))

    assert order
    assert ordered_by(filled(stream)) == tuple(key.expression.lower() for key in order)


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"transactionlinelink"}))
def test_the_sandbox_has_no_column_that_is_not_known_of_the_erp(table):
    columns = sqlglot.parse_one(f"create table t ({TABLES[table]})", read="duckdb")
    names = [column.name for column in columns.find_all(exp.ColumnDef)]
    text = f"SELECT {', '.join(f't.{name} AS c{number}' for number, name in enumerate(names))}"

    assert names
    assert [said for said in problems(f"{text} FROM {table} t") if "is unknown" in said] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT t.id FROM transactions t", "table transactions is unknown"),
        ("SELECT t.createdfrom FROM transaction t", "createdfrom of transaction is unknown"),
        ("SELECT l.amount FROM transactionline l", "amount of transactionline is unknown"),
        ("SELECT w.b FROM (SELECT t.id AS a FROM transaction t) w", "not in the subselect"),
        ("SELECT x.id FROM transaction t", "names no table"),
        ("SELECT id FROM transaction t, item i", "does not name its table"),
        ("SELECT * FROM transaction t", "selects *"),
        ("WITH w AS (SELECT t.id FROM transaction t) SELECT w.id FROM w", "WITH"),
        ("SELECT t.id FROM transaction t FETCH FIRST 5 ROWS ONLY", "LIMIT"),
        (
            "SELECT t.id FROM transaction t INNER JOIN item i ON i.id = t.id,"
            " currency c WHERE c.id (+) = t.currency",
            "mixes (+)",
        ),
        (f"SELECT t.id FROM transaction t WHERE t.id IN ({', '.join(['1'] * 1001)})", "IN"),
        ("SELECT t.trandate FROM transaction t", "trandate without TO_CHAR"),
        ("SELECT TO_CHAR(t.createddate, 'YYYY') AS y FROM transaction t", "session's time zone"),
        ("SELECT t.id FROM transaction t WHERE t.trandate > '2026-01-01'", "no date"),
        ("SELECT t.id FROM transaction t WHERE t.type = 'rtnauth'", "'rtnauth' is unknown"),
        ("SELECT t.id FROM transaction t WHERE t.status = 'CustInvc:B'", "matches nothing"),
        ("SELECT t.id FROM transaction t WHERE BUILTIN.DF(t.entity) = 'x'", "displayed value"),
        ("SELECT t.id + 'x' AS a FROM transaction t", "with +"),
        ("DELETE FROM transaction", "is not one SELECT"),
        ("SELECT FROM WHERE", "cannot be read"),
    ],
)
def test_a_text_the_erp_would_not_take_is_found(text, said):
    assert said in " | ".join(problems(text))
