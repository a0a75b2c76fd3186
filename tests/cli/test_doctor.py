"""A look at both systems says what stops a run, and what to do about it."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.cli.doctor import examine, show
from orchestration.extract.findings import mind, well
from orchestration.extract.streams import STREAMS, System
from orchestration.resources import resources
from orchestration.resources.capabilities import known_capabilities
from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.server import serve
from tests.object_store import SECRET, object_store

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FILES = [SCENARIOS / "clean_single_return.yaml", SCENARIOS / "two_partial_returns.yaml"]


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Return a function that looks at a sandbox of such an account, and what it said."""
    for name in os.environ:
        if name.startswith(("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_")):
            monkeypatch.delenv(name)

    def examined(*, settings=None, **preferences):
        # So wide that no sentence is broken.
        console = Console(width=600, record=True, soft_wrap=True, file=io.StringIO())
        with serve(tmp_path / "books", FILES, account=Account(**preferences)) as running:
            pointing = {**running.environment, "RETURNS_HOME": str(tmp_path / "home")}
            for name, value in (pointing | (settings or {})).items():
                monkeypatch.setenv(name, value)
            return examine(console), " ".join(console.export_text().split())

    return examined


def test_a_sound_account_stops_nothing_and_its_capabilities_are_kept(look, tmp_path):
    is_well, said = look()

    assert is_well
    for found in (
        "let in",
        "shows its times -7 h from UTC",
        "every field that is read is there",
        "no document of type CashSale, CashRfnd is visible",
        "the pool holds 5: 2 queries at once",
        "SuiteTax",
        "2026-07 is served",
        "all that reading needs",
    ):
        assert found in said
    known = known_capabilities(tmp_path / "home")
    assert known.lacks == frozenset()
    assert known.has["transactionline.amount"] is False
    assert {row["linktype"] for row in known.observed["link_types"]} >= {"SaleRet", "ShipRcpt"}


def test_a_version_that_is_retired_stops_a_run(look):
    is_well, said = look(settings={"SHOPIFY_API_VERSION": "2025-07"})

    assert not is_well
    assert "2025-07 was asked for and 2026-04 is served" in said
    assert "set SHOPIFY_API_VERSION to a version that is still supported" in said


def test_a_landing_in_a_store_is_written_to_or_said_to_be_out_of_reach(look):
    with object_store() as address:
        is_well, said = look(settings={"RETURNS_LANDING": address})
        assert is_well
        assert f"Landing {address} is reached" in said

        is_well, said = look(settings={"RETURNS_LANDING": "s3://elsewhere/landing"})

    assert not is_well
    assert "RETURNS_LANDING: s3://elsewhere/landing/.probe cannot be reached" in said
    assert "The specified bucket does not exist): check the address" in said
    assert SECRET not in said


def test_what_a_role_hides_is_found_by_links_that_lead_nowhere(look):
    is_well, said = look(hides=frozenset({"SalesOrd"}))

    assert not is_well
    assert "links lead to documents of type SalesOrd that the role hides" in said
    assert "give the role View on Sales Order" in said


def test_a_field_that_is_not_there_stops_a_run_and_is_named(look):
    is_well, said = look(lacks=frozenset({"transaction.custbody_storefront_return_id"}))

    assert not is_well
    assert "Unknown identifier 'custbody_storefront_return_id'" in said
    assert "check the field names in the settings" in said


def test_what_a_feature_leaves_out_is_told_and_not_asked_for(look, tmp_path, monkeypatch):
    lacks = {"deletedrecord", "transactionline.linelastmodifieddate"}

    is_well, said = look(lacks=frozenset(lacks))

    assert is_well
    assert "give the role View on Deleted Records" in said
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))
    assert resources["netsuite"].lacks == lacks
    with serve(tmp_path / "books", FILES, account=Account(lacks=frozenset(lacks))) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        with resources["netsuite"].client() as client:
            for name in ("deleted_records", "line_changes"):
                assert list(client.pages(STREAMS[System.NETSUITE, name], since=None)) == []


def test_where_findings_are_recorded_and_none_is_visible_the_permission_is_named(look):
    is_well, said = look(
        settings={"NETSUITE_INSPECTED_BY": "custom_record,status"},
        lacks=frozenset({"customrecord_return_inspection"}),
    )

    assert is_well
    assert "no document of type CashSale, CashRfnd, StatChng is visible" in said
    assert "give the role View on Cash Sale, Cash Refund, Inventory Status Change" in said
    assert "take custom_record out of NETSUITE_INSPECTED_BY" in said


def test_legacy_tax_stops_a_run(look):
    is_well, said = look(lacks=frozenset({"transactiontaxdetail"}))

    assert not is_well
    assert "legacy tax" in said


@pytest.mark.parametrize(("minutes", "stops"), [(-2, False), (10, True)])
def test_clocks_that_are_apart_are_told(look, minutes, stops):
    is_well, said = look(clock_ahead=timedelta(minutes=minutes))

    assert is_well is not stops
    assert "clock be set by NTP" in said


def test_a_role_that_may_not_read_the_limit_is_given_two_queries(look):
    _, said = look(is_administrator=False)

    assert "the role may not read the account's limit: 2 queries at once" in said


def test_credentials_that_are_not_accepted_are_all_that_is_told(look):
    is_well, said = look(
        settings={"NETSUITE_CERTIFICATE_ID": "another", "SHOPIFY_US_ACCESS_TOKEN": "another"}
    )

    assert not is_well
    assert "check client id, certificate id" in said
    assert "renew it in the settings" in said
    assert "permissions" not in said


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_keeps_to_the_terminal(width):
    console = Console(width=width, record=True, soft_wrap=True, file=io.StringIO())
    long = "transactionline.linelastmodifieddate is not there " * 3

    show(console, "ERP", [mind("left out", long, long), well("login", "let [in]")])

    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= width
    assert any("let [in]" in line for line in lines)
