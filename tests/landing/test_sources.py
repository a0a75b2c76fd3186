"""Views over what is committed, whatever is there."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import land

ITEMS = STREAMS[System.NETSUITE, "items"]
READ_AT = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
STAMPS = ["_store", "_batch_id", "_extracted_at", "_run_id"]


def types_of(query):
    """Return every view's columns with their types, by the view's name."""
    found = {}
    for schema, view, column, kind in query(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where not internal order by column_index"
    ):
        found.setdefault((schema, view), {})[column] = kind
    return found


def test_landed_columns_have_the_types_of_the_empty_views(landed, query):
    empty = types_of(query)

    for stream in STREAMS.values():
        landed(stream.name, dict.fromkeys(stream.key, "1"), system=stream.system)

    assert types_of(query) == empty
    for stream in STREAMS.values():
        assert list(empty[stream.system, stream.name]) == [*stream.columns, *STAMPS]
    assert query("select count(*) from netsuite.transaction_links") == [(1,)]


def test_a_view_is_over_every_source(landed, query):
    landed("returns", {"id": "r1"}, source="us")
    landed("returns", {"id": "r1"}, source="uk")

    assert query("select _store, id from shopify.returns order by all") == [
        ("uk", "r1"),
        ("us", "r1"),
    ]


def test_there_is_a_view_of_rejects_even_without_any(query):
    for system in System:
        assert query(f'select _stream, record, reason, _store from "{system}"._rejects') == []


def test_batches_of_an_earlier_declaration_are_read_as_todays(root, landed, query):
    earlier = replace(ITEMS, columns={"id": "VARCHAR", "itemid": "VARCHAR", "gone": "VARCHAR"})
    answer = b'{"items":[{"id":"7","itemid":"MUG","gone":"x"}]}'
    options = {"source": "netsuite", "run_id": "run-0", "extracted_at": READ_AT, "since": None}
    land(root, replace(earlier, cursor=None), [answer], **options)
    landed("items", {"id": "8", "itemid": "PEN"}, system=System.NETSUITE)

    assert query("select id, itemid, itemtype from netsuite.items order by id") == [
        (7, "MUG", None),
        (8, "PEN", None),
    ]


def test_a_thousand_batches_are_one_view(root, landed, query):
    batch = landed("items", {"id": "8"}, system=System.NETSUITE)
    folder = batch.folder(root)
    for number in range(1_000):
        twin = folder.with_name(f"{folder.name}-{number}")
        twin.mkdir()
        for file in folder.iterdir():
            (twin / file.name).hardlink_to(file)
        twin_manifest = twin / "manifest.json"
        twin_manifest.unlink()
        twin_manifest.write_bytes(
            msgspec.json.encode(msgspec.structs.replace(batch, batch_id=twin.name))
        )

    assert query("select count(*) from netsuite.items") == [(1_001,)]
