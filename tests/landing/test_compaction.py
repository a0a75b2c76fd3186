"""Many batches become one: nothing is lost, nothing counts twice, whenever it is killed."""

import hashlib
import random
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import msgspec
import pytest
import zstandard

from orchestration.assets.landed_batches import LandedBatches, names_of
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import (
    BrokenEvidenceError,
    NewerLandingError,
    committed_batches,
    compact,
    create_source_views,
    every_part,
    land,
    resume_at,
    unsettled_batches,
)
from orchestration.landing.compaction import GRACE, verify
from orchestration.landing.manifest import ANSWERS, FORMAT, MANIFEST, PARTS, ROWS, commit
from tests.landing.conftest import READ_AT, answer_of, landing_into

ORDERS = STREAMS[System.SHOPIFY, "orders"]
PROJECT = Path(__file__).parents[2]
SEED = 20260320
DAYS = 20
NOW = READ_AT + timedelta(days=DAYS + 1)
EVERY_ROW = """
    select count(*), count(distinct _batch_id), sum(hash(landed)::hugeint)
    from shopify.orders as landed
"""
COMPACTOR = f"""
import sys
from datetime import datetime
from pathlib import Path
from orchestration.landing import compact
print("begun", flush=True)
compact(Path(sys.argv[1]), now=datetime.fromisoformat("{NOW.isoformat()}"))
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def landed_month(tmp_path_factory):
    """A month of days on each of which one order is new and an old one changed, in two stores."""
    landed = landing_into(tmp_path_factory.mktemp("month") / "landing")
    for day in range(DAYS):
        at = READ_AT + timedelta(days=day)
        for store in ("us", "uk"):
            landed(
                "orders",
                {"id": f"o{day}", "updatedAt": at.isoformat(), "test": False},
                {"id": f"o{day // 2}", "updatedAt": at.isoformat(), "test": True},
                source=store,
                extracted_at=at,
                since=at - timedelta(days=1) if day else None,
                run_id=f"run-{day}",
            )
    return landed.root


@pytest.fixture
def month(landed_month, root):
    """Such a month, to change."""
    return shutil.copytree(landed_month, root)


def folders(root, name="orders", store="us"):
    return sorted((root / "shopify" / name / store).iterdir())


def test_every_version_of_every_record_is_still_there_with_where_it_came_from(month, query):
    before = query("select * from shopify.orders order by all")
    resumed = resume_at(month, ORDERS, "us", overlap=timedelta(hours=1))
    known = names_of(committed_batches(month, ORDERS))

    done = compact(month, now=NOW)

    found = list(committed_batches(month, ORDERS, source="us"))
    assert done.made == 2
    assert [batch.merged for batch in found] == [done.parts // 2] + [0] * (len(found) - 1)
    assert len(found) < DAYS // 3
    assert query("select * from shopify.orders order by all") == before
    assert resume_at(month, ORDERS, "us", overlap=timedelta(hours=1)) == resumed
    news = LandedBatches(month, list(committed_batches(month, ORDERS))).beside(known)
    assert (news.extractions, news.lost) == (frozenset(), frozenset())


def test_the_answers_of_each_extraction_can_be_proved_within_the_merged_ones(month):
    landed = {batch.batch_id: batch for batch in committed_batches(month, ORDERS, source="us")}
    said = {name: (batch.folder(month) / ANSWERS).read_bytes() for name, batch in landed.items()}
    compact(month, now=NOW)
    compact(month, now=NOW + GRACE)

    merged = next(iter(committed_batches(month, ORDERS, source="us")))
    verify(month, merged)
    content = (merged.folder(month) / ANSWERS).read_bytes()
    start = 0
    for part in every_part(month, merged):
        piece = content[start : start + part.answers_bytes]
        start += part.answers_bytes
        assert piece == said[part.batch_id]
        assert hashlib.sha256(piece).hexdigest() == landed[part.batch_id].sha256[ANSWERS]
        assert (part.rows, part.since) == (2, landed[part.batch_id].since)
    assert start == len(content)
    with zstandard.open(
        merged.folder(month) / ANSWERS, "rb", dctx=zstandard.ZstdDecompressor()
    ) as lines:
        assert lines.read(8) == b'{"data":'


def test_what_was_replaced_is_removed_a_day_later_and_a_reader_of_before_is_not_disturbed(month):
    with duckdb.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        create_source_views(reader, month)
        before = reader.execute(EVERY_ROW).fetchall()
        first = compact(month, now=NOW)
        assert compact(month, now=NOW + GRACE / 2).removed == 0
        assert reader.execute(EVERY_ROW).fetchall() == before

    assert compact(month, now=NOW + GRACE).removed == first.parts
    assert len(folders(month)) == len(list(committed_batches(month, ORDERS, source="us")))


def test_batches_that_were_merged_are_merged_again_with_later_ones(month, landed, query):
    compact(month, now=NOW)
    for day in range(DAYS, DAYS + 20):
        at = READ_AT + timedelta(days=day)
        landed("orders", {"id": f"o{day}"}, extracted_at=at, run_id=f"run-{day}")
    before = query(EVERY_ROW)
    later = NOW + timedelta(days=20)

    compact(month, now=later, fewest=8)

    merged = next(iter(committed_batches(month, ORDERS, source="us")))
    assert merged.merged > DAYS
    verify(month, merged)
    assert query(EVERY_ROW) == before
    compact(month, now=later + GRACE)
    assert query(EVERY_ROW) == before


def test_what_was_read_again_as_it_was_is_there_as_it_was_read_first_and_last(landed, query):
    said = [True, True, True, True, False, False, False, True] + [False] * 10
    for hour, test in enumerate(said):
        at = READ_AT + timedelta(hours=hour)
        open_order = {"id": "open", "test": test}
        landed("orders", open_order, {"id": f"o{hour}"}, extracted_at=at, run_id=f"run-{hour}")
    newest = "select max(_extracted_at) from shopify.orders"
    before = query(newest)

    compact(landed.root, now=NOW, apart=timedelta(0))

    kept = query(
        "select hour(_extracted_at), test from shopify.orders where id = 'open' order by 1"
    )
    first = READ_AT.hour
    assert [hour - first for hour, _ in kept] == [0, 3, 4, 6, 7, 8, 15, 16, 17]
    assert [test for _, test in kept] == [said[hour - first] for hour, _ in kept]
    assert query("select count(*) from shopify.orders where id <> 'open'") == [(len(said),)]
    assert query(newest) == before
    merged = next(committed_batches(landed.root, ORDERS, source="us"))
    assert merged.rows == 16 + 7
    assert [part.rows for part in every_part(landed.root, merged)] == [2] * 16
    verify(landed.root, merged)


def test_a_manifest_of_many_says_as_much_after_months_as_after_days(landed):
    sizes = []
    for day in range(61):
        at = READ_AT + timedelta(days=day)
        landed("orders", {"id": f"o{day}"}, extracted_at=at, since=at, run_id=f"run-{day}")
        if day in (20, 40, 60):
            compact(landed.root, now=at)
            compact(landed.root, now=at + GRACE)
            merged = next(committed_batches(landed.root, ORDERS, source="us"))
            assert merged.merged == day - 2
            sizes.append((len(merged.parts), len(merged.replaces)))

    assert len(every_part(landed.root, merged)) == merged.merged
    assert len({parts for parts, _ in sizes}) == 1
    assert max(replaced for _, replaced in sizes) <= 22


@pytest.mark.parametrize("limit", ["FEW_PARTS", "FEW_ROWS"])
def test_a_merged_batch_that_has_grown_is_not_written_again(landed, monkeypatch, limit):
    monkeypatch.setattr(f"orchestration.landing.compaction.{limit}", 10)
    for day in range(40):
        at = READ_AT + timedelta(days=day)
        landed("orders", {"id": f"o{day}"}, extracted_at=at, run_id=f"run-{day}")
        compact(landed.root, now=at)

    found = list(committed_batches(landed.root, ORDERS, source="us"))
    assert [batch.merged for batch in found if batch.merged] == [10, 10, 10]
    assert compact(landed.root, now=READ_AT + timedelta(days=41)).made == 0


def test_a_build_opens_no_merged_batch_that_it_knows(month):
    known = names_of(committed_batches(month, ORDERS))
    compact(month, now=NOW)
    after = list(committed_batches(month, ORDERS))
    beside = LandedBatches(month, after).beside
    assert beside(known).batches == []

    for file in month.rglob(PARTS):
        file.unlink()
    assert beside(names_of(after)).extractions == frozenset()


def test_of_a_merged_batch_only_what_is_new_in_it_is_new(month, landed):
    late = {"extracted_at": READ_AT + timedelta(days=3, hours=1), "run_id": "late"}
    known = names_of(committed_batches(month, ORDERS))
    new = landed("orders", {"id": "late"}, **late)
    compact(month, now=NOW)
    compact(month, now=NOW + GRACE)
    landing = LandedBatches(month, list(committed_batches(month, ORDERS)))

    news = landing.beside(known)

    assert news.extractions == {("shopify", "orders", "us", new.batch_id)}
    assert [batch.source for batch in news.batches] == ["us"]
    assert news.lost == frozenset()
    gone = ("shopify", "orders", "us", "20250101T000000000000Z-0000-gone")
    assert landing.beside(known | {gone}).lost == {gone}


def test_whatever_a_history_held_it_is_gone_on_from_where_it_was_before_it_was_merged(landed):
    print(f"seed {SEED}")
    chance = random.Random(SEED)  # noqa: S311 - a test that can be repeated
    streams = [STREAMS[key] for key in ((System.SHOPIFY, "orders"), (System.NETSUITE, "items"))]
    hours = [timedelta(hours=each) for each in (1, 24, 72)]
    for history in range(12):
        stream = streams[history % 2]
        root = landed.root / f"{history}"
        for day in range(14):
            at = READ_AT + timedelta(days=day)
            changed = {stream.cursor: (at - chance.choice(hours)).isoformat()}
            record = dict.fromkeys(stream.columns) | dict.fromkeys(stream.key, f"{day}")
            land(
                root,
                stream,
                chance.choice([[], [answer_of(stream, [record | changed])]]),
                source="us",
                run_id=f"run-{day}",
                extracted_at=at,
                since=chance.choice([None, *(at - each for each in hours)]),
                watermark=chance.choice([None, at - chance.choice(hours)]),
                is_partial=chance.random() < 0.2,
            )
        asked = [
            {"overlap": hours[0], "daily_overlap": daily, "now": now}
            for daily in (None, *hours)
            for now in (None, *(READ_AT + timedelta(days=day) for day in range(16)))
        ]
        before = [resume_at(root, stream, "us", **each) for each in asked]
        assert compact(root, now=NOW, fewest=2, apart=timedelta(0)).made == 1
        assert [resume_at(root, stream, "us", **each) for each in asked] == before


def test_killed_at_any_instant_it_loses_nothing_and_counts_nothing_twice(month, query):
    print(f"seed {SEED}")
    chance = random.Random(SEED)  # noqa: S311 - a test that can be repeated
    before = query(EVERY_ROW)
    for _ in range(6):
        with subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", COMPACTOR, str(month)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        ) as process:
            assert process.stdout.readline() == "begun\n"
            end = time.monotonic() + chance.uniform(0, 0.25)
            while time.monotonic() < end and process.poll() is None:
                pass
            process.kill()
        assert query(EVERY_ROW) == before

    compact(month, now=NOW)
    compact(month, now=NOW + GRACE)
    assert query(EVERY_ROW) == before
    assert len(list(committed_batches(month, ORDERS, source="us"))) < DAYS // 3
    for batch in committed_batches(month, ORDERS):
        verify(month, batch)


@pytest.mark.parametrize("last", ["written", "committed", "half removed"])
def test_whatever_was_the_last_that_a_killed_one_did_the_rows_are_the_same(
    month, query, monkeypatch, last
):
    before = query(EVERY_ROW)
    if last == "half removed":
        compact(month, now=NOW)
        name = next(iter(committed_batches(month, ORDERS, source="us"))).replaces[3]
        (month / "shopify" / "orders" / "us" / name / MANIFEST).unlink()
    else:

        def killed(root, batch, **options):
            if last == "committed":
                commit(root, batch, **options)
            raise KeyboardInterrupt

        monkeypatch.setattr("orchestration.landing.compaction.commit", killed)
        with pytest.raises(KeyboardInterrupt):
            compact(month, now=NOW)
        monkeypatch.undo()

    assert query(EVERY_ROW) == before
    compact(month, now=NOW)
    compact(month, now=NOW + GRACE)
    assert query(EVERY_ROW) == before


def test_evidence_that_is_not_what_was_landed_is_named_and_stays(month):
    spoilt = folders(month)[2] / ROWS
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"x")
    before = folders(month)

    with pytest.raises(BrokenEvidenceError, match=f"{spoilt} is not what was landed.*backup"):
        compact(month, now=NOW)

    assert folders(month) == before


def test_rejects_and_lists_that_speak_as_a_whole_stay_by_themselves(landed, query):
    for day in range(20):
        at = READ_AT + timedelta(days=day)
        landed("orders", {"id": "o1"}, {"id": None}, extracted_at=at, run_id=f"run-{day}")
        landed(
            "document_ids",
            {"id": day, "type": "CustCred"},
            system=System.NETSUITE,
            source="netsuite",
            extracted_at=at,
            run_id=f"run-{day}",
        )

    assert compact(landed.root, now=NOW).made == 0
    assert query("select count(*) from shopify._rejects") == [(20,)]


def test_days_on_which_a_store_said_nothing_do_not_count_as_a_reading_of_everything(month):
    for day in range(1, DAYS, 4):
        at = READ_AT + timedelta(days=day, hours=1)
        land(month, ORDERS, [], source="us", run_id="silent", extracted_at=at, since=None)
    first = next(committed_batches(month, ORDERS, source="us")).folder(month)
    shutil.rmtree(first)

    compact(month, now=NOW)

    merged = next(committed_batches(month, ORDERS, source="us"))
    assert merged.merged
    assert merged.since == READ_AT


def test_records_that_were_chosen_are_no_reading_within_a_merged_batch_either(landed):
    by_id = ORDERS.read_by_id("orders_by_id")
    landed("orders", {"id": None, "updatedAt": READ_AT.isoformat()})
    for day in range(1, DAYS):
        at = READ_AT + timedelta(days=day)
        usual = {"extracted_at": at, "run_id": f"run-{day}"}
        landed("orders", {"id": f"o{day}", "updatedAt": at.isoformat()}, since=at, **usual)
        answers = [answer_of(by_id, [{"id": "o0", "updatedAt": at.isoformat()}])]
        land(landed.root, by_id, answers, source="us", since=None, is_partial=True, **usual)
    left = unsettled_batches(landed.root, ORDERS)
    resumed = resume_at(landed.root, ORDERS, "us", overlap=timedelta(hours=1))

    assert compact(landed.root, now=NOW).made == 1

    assert len(left) == 1
    assert unsettled_batches(landed.root, ORDERS) == left
    assert resumed == READ_AT - timedelta(hours=1)
    assert resume_at(landed.root, ORDERS, "us", overlap=timedelta(hours=1)) == resumed


def test_a_manifest_of_before_is_read_and_one_of_a_later_release_is_refused(landed, query):
    batch = landed("orders", {"id": "o1"})
    manifest = batch.folder(landed.root) / MANIFEST
    said = msgspec.json.decode(manifest.read_bytes())
    for name in ("format", "parts", "replaces", "compacted_at", "is_partial"):
        del said[name]
    manifest.write_bytes(msgspec.json.encode(said))
    assert query("select id from shopify.orders") == [("o1",)]

    manifest.write_bytes(msgspec.json.encode({"format": FORMAT + 1, "said": "otherwise"}))
    with pytest.raises(NewerLandingError, match="a newer release has worked in this home"):
        query("select id from shopify.orders")


def test_a_merged_batch_of_before_whose_manifest_names_all_its_parts_is_merged_with_later_ones(
    month, landed, query
):
    compact(month, now=NOW)
    compact(month, now=NOW + GRACE)
    before = query(EVERY_ROW)
    for merged in committed_batches(month, ORDERS):
        if not merged.merged:
            continue
        said = msgspec.json.decode((merged.folder(month) / MANIFEST).read_bytes())
        said |= {"format": 2, "parts": msgspec.to_builtins(every_part(month, merged))}
        del said["merged"], said["sha256"][PARTS]
        (merged.folder(month) / PARTS).unlink()
        (merged.folder(month) / MANIFEST).write_bytes(msgspec.json.encode(said))
    assert query(EVERY_ROW) == before
    known = names_of(committed_batches(month, ORDERS))
    for day in range(DAYS, DAYS + 10):
        landed("orders", {"id": f"o{day}"}, extracted_at=READ_AT + timedelta(days=day))
    rows = query("select * from shopify.orders order by all")

    assert compact(month, now=NOW + timedelta(days=10)).made == 1

    again = next(committed_batches(month, ORDERS, source="us"))
    verify(month, again)
    assert again.merged == DAYS + 10 - 3
    assert query("select * from shopify.orders order by all") == rows
    news = LandedBatches(month, list(committed_batches(month, ORDERS))).beside(known)
    assert (len(news.extractions), news.lost) == (10, frozenset())
