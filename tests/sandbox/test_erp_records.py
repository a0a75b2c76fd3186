"""The ERP's record API, as a client of somebody else's meets it."""

import httpx
import pytest

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.identity import number
from orchestration.sandbox.server import serve
from tests.sandbox.conftest import SCENARIOS, Clock, Erp

RMA = "returnAuthorization"
ORDER = number("transaction", "clean_single_return", "so1")


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """Return a function that asks an account whose records may change."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("records")
    with serve(folder, [SCENARIOS / "clean_single_return.yaml"], clock=clock) as running:
        erp = Erp(running.environment, clock)
        headers = {"Authorization": f"Bearer {erp.token()}"}
        with httpx.Client(headers=headers) as client:
            root = running.environment["NETSUITE_URL"] + "/services/rest/record/v1"

            def ask(method, path, **options):
                url = path if path.startswith("http") else f"{root}/{path}"
                return client.request(method, url, **options)

            yield ask


def made(door, external_id):
    body = {"externalId": external_id, "item": {"items": [{"orderLine": 1, "quantity": 1}]}}
    return door("POST", f"salesOrder/{ORDER}/!transform/{RMA}?replace=item", json=body)


def test_a_record_that_was_made_is_where_its_location_leads(door):
    answer = made(door, "return-1")

    assert (answer.status_code, answer.content) == (204, b"")
    found = door("GET", answer.headers["Location"])
    assert found.status_code == 200
    assert found.json()["externalId"] == "return-1"


def test_a_changed_record_names_its_place_too(door):
    first = made(door, "return-2").headers["Location"]

    answer = door("PATCH", f"{RMA}/eid:return-2", json={"memo": "Worn"})

    assert (answer.status_code, answer.headers["Location"]) == (204, first)


def test_a_record_is_shown_with_links_references_and_times_in_utc(door):
    own = number("transaction", "clean_single_return", "ra1")

    found = door("GET", f"{RMA}/{own}").json()

    assert {name: found[name] for name in ("id", "tranId", "tranDate", "total", "status")} == {
        "id": str(own),
        "tranId": "RMA1",
        "tranDate": "2026-03-05",
        "total": 25.92,
        "status": {"id": "G", "refName": "Refunded"},
    }
    assert found["createdDate"] == "2026-03-05T09:10:00Z"
    invoice = str(number("transaction", "clean_single_return", "inv1"))
    assert found["createdFrom"] == {"id": invoice}
    (own_link,), (list_link,) = found["links"], found["item"]["links"]
    assert door("GET", own_link["href"]).json() == found
    assert "memo" not in found
    (line,) = door("GET", list_link["href"]).json()["items"]
    assert (line["quantity"], line["amount"]) == (1.0, 24.0)
    expanded = door("GET", f"{RMA}/{own}?expandSubResources=true").json()
    assert expanded["item"]["items"] == [line]


def test_a_sales_amounts_are_shown_as_people_read_them(door):
    found = door("GET", f"salesOrder/{ORDER}?expandSubResources=true").json()

    assert found["total"] == 25.92
    assert [line["amount"] for line in found["item"]["items"]] == [24.0]


@pytest.mark.parametrize(
    "record", ["salesOrder", "invoice", "itemReceipt", "creditMemo", "returnAuthorization"]
)
def test_a_list_of_records_leads_to_each_of_them(door, record):
    page = door("GET", record, params={"limit": 1}).json()

    assert (page["count"], page["offset"]) == (1, 0)
    (shown,) = page["items"]
    assert door("GET", shown["links"][0]["href"]).json()["id"] == shown["id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "title", "code"),
    [
        ("GET", f"{RMA}/1", 404, "Not Found", "NONEXISTENT_ID"),
        ("GET", f"{RMA}/eid:nobody", 404, "Not Found", "NONEXISTENT_ID"),
        ("PUT", f"{RMA}/1", 405, "Method Not Allowed", "INVALID_METHOD"),
        ("POST", f"{RMA}/1/!transform/salesOrder", 400, "Bad Request", "INVALID_URL"),
        ("GET", "unicorn/1", 400, "Bad Request", "INVALID_URL"),
        ("GET", f"{RMA}?limit=10&offset=5", 400, "Bad Request", "INVALID_PARAMETER"),
    ],
)
def test_what_is_refused_says_so_in_the_erps_shape(door, method, path, status, title, code):
    answer = door(method, path, json={} if method != "GET" else None)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/vnd.oracle.resource+json; type=error"
    said = answer.json()
    assert (said["status"], said["title"]) == (status, title)
    assert [each["o:errorCode"] for each in said["o:errorDetails"]] == [code]


def test_records_draw_from_the_pool_that_queries_draw_from(tmp_path):
    clock, files = Clock(), [SCENARIOS / "clean_single_return.yaml"]
    with serve(tmp_path, files, clock=clock, account=Account(concurrency=0)) as running:
        erp = Erp(running.environment, clock)
        answer = httpx.get(
            running.environment["NETSUITE_URL"] + f"/services/rest/record/v1/{RMA}/1",
            headers={"Authorization": f"Bearer {erp.token()}"},
        )

    assert answer.status_code == 429
    (said,) = answer.json()["o:errorDetails"]
    assert said["o:errorCode"] == "CONCURRENCY_LIMIT_EXCEEDED"
