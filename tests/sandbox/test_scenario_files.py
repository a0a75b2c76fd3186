"""What a scenario file must say; each mistake is told in one sentence with its remedy."""

import pytest
import yaml

from orchestration.sandbox.scenario import ScenarioError, ledger_actions, read_scenarios
from orchestration.sandbox.server import serve

from .conftest import SCENARIOS, START, Clock, Storefront


@pytest.fixture
def content():
    return yaml.safe_load((SCENARIOS / "clean_single_return.yaml").read_text())


def saved(folder, content, name="flow"):
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def complaint(*files):
    with pytest.raises(ScenarioError) as told:
        read_scenarios(files)
    text = str(told.value)
    assert "\n" not in text
    return text


def test_an_unknown_block_is_named_with_the_known_ones(tmp_path, content):
    said = complaint(saved(tmp_path, content | {"retuns": []}))
    assert "flow: unknown block retuns" in said
    assert "returns" in said.partition(";")[2]


def test_an_unknown_block_of_the_erp_is_named(tmp_path, content):
    content["erp"]["memos"] = []
    assert "erp.memos" in complaint(saved(tmp_path, content))


@pytest.mark.parametrize(
    ("system", "block", "field"),
    [
        (None, "returns", "order"),
        (None, "refunds", "return"),
        (None, "dispositions", "return"),
        ("erp", "sales_orders", "order"),
        ("erp", "invoices", "sales_order"),
        ("erp", "return_authorizations", "created_from"),
        ("erp", "return_authorizations", "storefront_return"),
        ("erp", "receipts", "return_authorization"),
        ("erp", "inspections", "receipt"),
        ("erp", "credits", "created_from"),
        ("erp", "credits", "applied_to"),
    ],
)
def test_a_ref_of_nothing_is_named_with_its_place(tmp_path, content, system, block, field):
    (content[system] if system else content)[block][0][field] = "nobody"
    said = complaint(saved(tmp_path, content))
    assert f"{block}.{field} names 'nobody'" in said
    assert "use one of these refs" in said


def test_a_line_of_nothing_is_named(tmp_path, content):
    content["erp"]["receipts"][0]["lines"][0]["line"] = "cup"
    with (
        pytest.raises(ScenarioError, match=r"'cup'.*mug"),
        serve(tmp_path / "books", [saved(tmp_path, content)]),
    ):
        pass


def test_an_inspection_of_what_its_receipt_does_not_have_is_refused(tmp_path, content):
    content["erp"]["inspections"][0]["line"] = "cup"
    with (
        pytest.raises(ScenarioError, match=r"inspections names line 'cup'.*does not have"),
        serve(tmp_path / "books", [saved(tmp_path, content)]),
    ):
        pass


@pytest.mark.parametrize("limit", [500, {"dollar": 500}, {"USD": "much"}])
def test_an_approval_limit_is_an_amount_for_a_currency(tmp_path, content, limit):
    content["policy"] = {"refund_approval_limit": limit}
    assert "policy.refund_approval_limit" in complaint(saved(tmp_path, content))


def test_an_erp_that_holds_no_blocks_is_refused(tmp_path, content):
    content["erp"] = True
    assert "erp is no record" in complaint(saved(tmp_path, content))


def test_an_order_name_is_used_once_in_a_folder(tmp_path, content):
    said = complaint(saved(tmp_path, content, "first"), saved(tmp_path, content, "second"))
    assert "second: order #1001 of store us is already in first" in said


def test_a_ref_is_used_once_in_a_block(tmp_path, content):
    content["orders"].append(content["orders"][0] | {"name": "#2"})
    assert "two records 'o1'" in complaint(saved(tmp_path, content))


def test_a_file_without_a_clock_is_refused(tmp_path, content):
    del content["as_of"]
    assert "as_of is missing" in complaint(saved(tmp_path, content))


def test_a_missing_field_is_named_with_its_record(tmp_path, content):
    del content["orders"][0]["currency"]
    assert "orders (o1) lacks currency" in complaint(saved(tmp_path, content))


@pytest.mark.parametrize("text", ["- a list", "title: [unclosed", ""])
def test_what_is_no_scenario_is_refused_by_name(tmp_path, text):
    file = tmp_path / "odd.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=r"odd\.yaml"):
        read_scenarios([file])


def test_confirmed_actions_name_the_storefronts_records(tmp_path, content):
    content["actions"] = [
        {"action": "restock", "return": "r1", "line": "mug", "quantity": 1, "at": START}
    ]
    file = saved(tmp_path, content)
    (action,) = ledger_actions(read_scenarios([file]))
    with serve(tmp_path / "books", [file], clock=Clock()) as running:
        door = Storefront(running.environment)
        ids = [action["order_line_id"], action["location_id"]]
        found = door.read("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids)
    assert [node["__typename"] for node in found["nodes"]] == ["LineItem", "Location"]
    assert action["sku"] == "MUG-BLUE"
    assert action["confirmed_at"] == "2026-04-01T12:30:15Z"
