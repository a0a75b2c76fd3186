"""The resources as Dagster is given them: nothing is read before it is used."""

import os
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from orchestration.resources import SettingsError, resources


@pytest.fixture
def env(monkeypatch, tmp_path):
    settings = {
        "RETURNS_HOME": str(tmp_path / "home"),
        "LEDGER_URL": "",
        "SHOPIFY_STORES": "us,uk",
        "SHOPIFY_US_URL": "https://us.example",
        "SHOPIFY_US_ACCESS_TOKEN": "token-us",
        "SHOPIFY_UK_URL": "https://uk.example",
        "SHOPIFY_UK_ACCESS_TOKEN": "token-uk",
        "SYNC_MODE": "live",
        "SYNC_LIVE_SINCE": "us/restock=2026-12-01",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "home"


def test_everything_has_its_place_in_the_home(env):
    home = resources["home"]

    assert home.path == env
    assert home.landing == env / "landing"
    assert home.warehouse == env / "warehouse.duckdb"
    assert home.published == env / "published"
    assert home.publications_kept == 10


@pytest.mark.usefixtures("env")
def test_a_stores_client_finds_in_the_environment_what_is_written_in_env(tmp_path, monkeypatch):
    token = "hush-hush"  # noqa: S105 - of no account
    written = f"AWS_ACCESS_KEY_ID=written\nAWS_SESSION_TOKEN={token}\nAWS_DEFAULT_REGION=\n"
    (tmp_path / ".env").write_text(written)
    monkeypatch.chdir(tmp_path)
    with patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "set", "RETURNS_LANDING": "s3://bucket/a"}):
        os.environ.pop("AWS_SESSION_TOKEN", None)

        landing = resources["home"].landing

        assert str(landing / "shopify") == "s3://bucket/a/shopify"
        assert os.environ["AWS_ACCESS_KEY_ID"] == "set"
        assert os.environ["AWS_SESSION_TOKEN"] == token
        assert "AWS_DEFAULT_REGION" not in os.environ
        assert token not in repr(landing)


def test_the_ledger_opens_in_a_home_that_is_not_there_yet(env):
    with resources["ledger"].open() as ledger:
        assert ledger.intents() == []

    assert (env / "ledger.sqlite").exists()


@pytest.mark.usefixtures("env")
def test_a_stores_client_is_opened_once_and_closed_at_the_end():
    shopify = resources["shopify"]

    with shopify.clients() as client_for:
        assert client_for("us") is client_for("us")
        assert client_for("us") is not client_for("uk")
    assert shopify.stores == ("us", "uk")


@pytest.mark.usefixtures("env")
def test_how_syncs_act_is_told_as_configured():
    sync = resources["sync"]

    assert sync.mode == "live"
    assert sync.live_since == {("us", "restock"): datetime(2026, 12, 1, tzinfo=UTC)}


@pytest.mark.usefixtures("env")
def test_what_is_missing_is_told_when_it_is_used(monkeypatch):
    monkeypatch.delenv("SHOPIFY_UK_URL")

    with pytest.raises(SettingsError, match="SHOPIFY_UK_URL"):
        assert resources["shopify"].stores
