"""A build has thousands of events; it makes no message of one that nobody reads."""

from datetime import UTC, datetime

from dbt_common.events import event_manager

from orchestration.assets.building import build_home

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


def test_a_build_makes_no_message_that_nobody_reads(monkeypatch, tmp_path):
    (tmp_path / "landing").mkdir()
    made = []

    def message(event, **options):
        made.append(type(event).__name__)
        return make(event, **options)

    make = event_manager.msg_from_base_event
    monkeypatch.setattr(event_manager, "msg_from_base_event", message)
    built = build_home(tmp_path, as_of=NOON, variables={}, select=["stg_netsuite__items"])

    assert {result.node.name for result in built.results} >= {"stg_netsuite__items"}
    assert made == []
