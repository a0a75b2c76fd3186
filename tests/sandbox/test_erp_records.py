"""The ERP's record API, as a client of somebody else's meets it."""

from decimal import Decimal

import httpx
import pytest

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.identity import number
from orchestration.sandbox.server import serve
from tests.sandbox.conftest import SCENARIOS, Clock, Erp

RMA = "returnAuthorization"
ORDER = number("transaction", "clean_single_return", "so1")


@pytest.fixture(scope="module")
def erp_of_door(tmp_path_factory):
    """An account whose records may change."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("records")
    with serve(folder, [SCENARIOS / "clean_single_return.yaml"], clock=clock) as running:
        yield Erp(running.environment, clock)


@pytest.fixture(scope="module")
def door(erp_of_door):
    """Return a function that asks about the account's records."""
    headers = {"Authorization": f"Bearer {erp_of_door.token()}"}
    root = erp_of_door.url.replace("query/v1/suiteql", "record/v1")
    with httpx.Client(headers=headers) as client:

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


def transformed(door, source, to, body=None):
    """Make a document of an authorization, and return the answer and how the source stands."""
    answer = door("POST", f"{source}/!transform/{to}", json=body or {})
    return answer, door("GET", source).json()["status"]["id"]


def test_an_authorization_is_received_and_credited_to_its_end(door):
    source = made(door, "return-3").headers["Location"]

    receipt, after_receipt = transformed(door, source, "itemReceipt")
    credit, after_credit = transformed(door, source, "creditMemo")
    again, _ = transformed(door, source, "creditMemo")

    assert [receipt.status_code, credit.status_code, again.status_code] == [204, 204, 400]
    assert (after_receipt, after_credit) == ("F", "G")
    goods = door("GET", receipt.headers["Location"] + "?expandSubResources=true").json()
    assert [line["quantity"] for line in goods["item"]["items"]] == [1.0]
    assert "total" not in goods
    money = door("GET", credit.headers["Location"] + "?expandSubResources=true").json()
    assert (money["total"], money["status"]) == (25.92, {"id": "A"})
    assert money["createdFrom"] == {"id": source.rpartition("/")[2]}


def test_a_transform_takes_the_lines_it_is_told_to(door):
    source = made(door, "return-4").headers["Location"]
    left_out = {"item": {"items": [{"orderLine": 1, "itemReceive": False}]}}

    nothing = door("POST", f"{source}/!transform/itemReceipt?replace=item", json=left_out)
    too_many, _ = transformed(
        door, source, "creditMemo", {"item": {"items": [{"orderLine": 1, "quantity": 2}]}}
    )

    assert [nothing.status_code, too_many.status_code] == [400, 400]
    assert door("GET", source).json()["status"]["id"] == "B"


def test_what_is_made_of_another_is_linked_and_adds_up(door, erp_of_door):
    source = made(door, "return-5").headers["Location"]
    credit, _ = transformed(door, source, "creditMemo")
    own, authorization = (
        place.rpartition("/")[2] for place in (credit.headers["Location"], source)
    )

    lines = erp_of_door.rows(
        "SELECT l.mainline, l.foreignamount FROM transactionline l WHERE l.transaction = ?", own
    )
    total = sum(Decimal(line["foreignamount"]) for line in lines if line["mainline"] == "F")
    (main,) = (line["foreignamount"] for line in lines if line["mainline"] == "T")
    (link,) = erp_of_door.rows(
        "SELECT l.previousdoc, l.linktype FROM nexttransactionlinelink l WHERE l.nextdoc = ?", own
    )
    assert (Decimal(main), total) == (Decimal("-25.92"), Decimal("25.92"))
    assert (link["previousdoc"], link["linktype"]) == (authorization, "OrdBill")


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
