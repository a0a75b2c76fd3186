"""The syncs in Dagster: set off by passed checks alone, and asking the gate once more."""

import json
from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.checks.keys import PUBLICATION_IS_COMPLETE
from orchestration.gates import PUBLICATION
from orchestration.ledger import State
from orchestration.resources import resources
from orchestration.sync.assets import key_of, sync_assets
from tests.sync.marts import write_publication
from tests.sync.wire import served
from tests.sync.world import gate

HELD = gate(line=2, decision="held", hold_reasons=["not_inspected"])
RESTOCK = key_of("restock")
KEYS = [asset.key for asset in sync_assets]
SYNCED = dg.AssetSelection.assets(*KEYS)


@dg.asset(key=PUBLICATION)
def publication():
    return dg.MaterializeResult(metadata={"file": "one.duckdb"})


@dg.asset_check(asset=PUBLICATION, name=PUBLICATION_IS_COMPLETE.name, blocking=True)
def publication_is_complete():
    return dg.AssetCheckResult(passed=True)


EVERYTHING = [publication, publication_is_complete, *sync_assets]


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def published(tmp_path):
    folder = tmp_path / "published"
    moved = ["quarantine", "hold_for_inspection", "restock", "write_off"]
    write_publication(folder, rows=[*(gate(action) for action in moved), HELD])
    return folder


@pytest.fixture
def configured(world, tmp_path, published, monkeypatch):
    """Settings that point everything at this test's world; later ones go over them."""
    with served(world.books) as url:
        settings = {
            "RETURNS_HOME": str(tmp_path),
            "LEDGER_URL": world.url,
            "SHOPIFY_STORES": "us",
            "SHOPIFY_US_URL": url,
            "SHOPIFY_US_ACCESS_TOKEN": "token",
            "SYNC_MODE": "live",
            "SYNC_LIVE_SINCE": "*/*=1970-01-01",
            # The publication is of another day than the one this is run on.
            "SYNC_STALE_AFTER_HOURS": "0",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield published


def run(instance, *, only=None):
    return dg.materialize(
        EVERYTHING,
        selection=only,
        instance=instance,
        resources=resources,
        raise_on_error=False,
    )


def why_it_failed(result):
    (failed, *_) = (event for event in result.all_events if event.is_step_failure)
    return failed.step_failure_data.user_failure_data.description


def metadata(result, key):
    (made,) = (
        event.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == key
    )
    return {name: value.value for name, value in made.metadata.items()}


@pytest.mark.usefixtures("configured")
def test_a_checked_publication_is_applied_in_order_and_its_counts_are_told(world, instance):
    result = run(instance)

    assert result.success
    assert [changes for _, _, changes in world.books.journal] == [
        {"available": -1, "quality_control": 1},
        {"quality_control": 1},
        {"quality_control": -1, "available": 1},
        {"quality_control": -1, "damaged": 1},
    ]
    told = metadata(result, RESTOCK)
    assert (told["confirmed"], told["refused"], told["unknown"]) == (1, 0, 0)
    assert told["held_by_reason"] == {"not_inspected": 1}
    assert told["publication"] == "p"
    assert {record.run_id for record in world.ledger.intents()} == {result.run_id}
    assert "quality_control 11" in world.ledger.attempts("restock-1")[0].answer


@pytest.mark.usefixtures("configured")
def test_a_closed_gate_ends_the_run_before_anything_is_sent_and_says_why(world, instance):
    result = run(instance, only=SYNCED)

    assert not result.success
    assert "publication_is_complete is missing" in why_it_failed(result)
    assert world.books.write_count == 0


def test_a_file_other_than_the_one_checked_is_not_acted_on(world, instance, configured):
    (configured / "current.json").write_text(json.dumps({"id": "two", "file": "two.duckdb"}))
    gone = run(instance)
    (configured / "two.duckdb").write_bytes(next(configured.glob("*.duckdb")).read_bytes())

    result = run(instance)

    assert "two.duckdb is gone" in why_it_failed(gone)
    assert "two.duckdb is published" in why_it_failed(result)
    assert world.books.write_count == 0


@pytest.mark.usefixtures("configured")
def test_numbers_that_are_too_old_are_not_acted_on(world, instance, monkeypatch):
    monkeypatch.setenv("SYNC_STALE_AFTER_HOURS", "")

    result = run(instance)

    assert "knows what happened until 2026-06-30 00:00 UTC" in why_it_failed(result)
    assert world.books.write_count == 0


@pytest.mark.usefixtures("configured")
def test_dry_is_what_settings_without_a_mode_mean(world, instance, monkeypatch):
    monkeypatch.setenv("SYNC_MODE", "")

    result = run(instance)

    assert metadata(result, RESTOCK)["mode"] == "dry"
    assert metadata(result, RESTOCK)["planned"] == 1
    assert world.books.write_count == 0


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SYNC_LIVE_SINCE", "", "has no live_since for us"),
        ("SYNC_LIVE_SINCE", "yesterday", "SYNC_LIVE_SINCE"),
        ("SYNC_MODE", "sometimes", "SYNC_MODE"),
        ("LEDGER_URL", "sqlite:////proc/nowhere/ledger.sqlite", "LEDGER_URL"),
    ],
)
def test_settings_that_cannot_be_acted_on_end_the_run_with_their_name(
    world, instance, monkeypatch, name, value, said
):
    monkeypatch.setenv(name, value)

    assert said in why_it_failed(run(instance))
    assert world.books.write_count == 0


@pytest.mark.usefixtures("configured")
def test_what_a_dead_run_holds_is_taken_over_by_the_next_without_waiting(
    world, instance, monkeypatch
):
    monkeypatch.setenv("SYNC_MODE", "dry")
    ended = run(instance).run_id
    monkeypatch.setenv("SYNC_MODE", "live")
    now = datetime.now(UTC)
    world.ledger.plan(gate().intent, at=now, run_id=ended)
    world.ledger.approve("restock-1", who="policy", at=now)
    world.ledger.claim("restock-1", ended, now)

    result = run(instance)

    assert metadata(result, RESTOCK)["confirmed"] == 1
    assert world.ledger.intent("restock-1").state is State.CONFIRMED


class Daemon:
    """Ticks of the automation, each knowing the last."""

    def __init__(self, instance):
        self.instance = instance
        self.defs = dg.Definitions(
            assets=[*sync_assets, publication],
            asset_checks=[publication_is_complete],
            resources=resources,
        )
        self.cursor = None

    def tick(self):
        result = dg.evaluate_automation_conditions(
            self.defs, instance=self.instance, cursor=self.cursor
        )
        self.cursor = result.cursor
        return [key for key in KEYS if result.get_num_requested(key)]

    def publish(self):
        self.instance.report_runless_asset_event(dg.AssetMaterialization(PUBLICATION))

    def check(self, *, passed):
        self.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=PUBLICATION, check_name=PUBLICATION_IS_COMPLETE.name, passed=passed
            )
        )


def test_the_syncs_are_asked_for_once_the_check_has_passed_and_only_then(instance):
    daemon = Daemon(instance)
    assert daemon.tick() == []

    daemon.publish()
    assert daemon.tick() == []

    daemon.check(passed=True)
    assert daemon.tick() == KEYS
    assert daemon.tick() == []


def test_a_publication_whose_check_fails_asks_for_no_sync(instance):
    daemon = Daemon(instance)
    daemon.tick()

    daemon.publish()
    daemon.check(passed=False)

    assert [daemon.tick(), daemon.tick()] == [[], []]


@pytest.mark.usefixtures("configured")
def test_syncs_that_ran_together_do_not_set_each_other_off(instance):
    daemon = Daemon(instance)
    daemon.tick()
    run(instance)

    first = daemon.tick()
    run(instance, only=SYNCED)

    assert [first, daemon.tick(), daemon.tick()] == [[], [], []]
