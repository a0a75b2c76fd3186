"""Landing in a store of objects: what holds of a folder holds there, whoever is killed."""

import hashlib
import logging
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec
import pytest
import zstandard

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import (
    BrokenEvidenceError,
    LandingError,
    committed_batches,
    compact,
    create_source_views,
    find_customers,
    forget_customers,
    land,
    land_export,
    landed_sources,
    resume_at,
    sweep_unfinished,
)
from orchestration.landing.compaction import GRACE, verify
from orchestration.landing.manifest import ANSWERS, MANIFEST, PARTS, ROWS
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows
from orchestration.landing.spark_sources import spark_source_views
from orchestration.landing.store import look_at, open_landing
from tests.landing.conftest import READ_AT, answer_of
from tests.object_store import SECRET, object_store

ORDERS = STREAMS[System.SHOPIFY, "orders"]
PROJECT = Path(__file__).parents[2]
DAYS = 7
NOW = READ_AT + timedelta(days=DAYS + 1)
EVERYTHING = (
    "select * exclude _batch_id from shopify.orders order by all",
    "select * exclude _batch_id from netsuite.credit_memos",
    "select * exclude _batch_id from shopify._rejects",
)
KILLED = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import land, manifest, store

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

manifest.put_bytes = killed
stream = STREAMS[System.SHOPIFY, "orders"]
order = dict.fromkeys(stream.columns) | {"id": "o1"}
answer = json.dumps({"data": {"orders": {"nodes": [order]}}})
land(
    store.open_landing(sys.argv[1]), stream, [answer.encode()], source="us", run_id="run-1",
    extracted_at=datetime(2026, 3, 20, 6, tzinfo=UTC), since=None, scratch=Path(sys.argv[2]),
)
"""


@pytest.fixture(scope="module")
def address():
    with object_store() as address:
        yield address


@pytest.fixture
def root(address, request):
    """A prefix of the test's own."""
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:8]
    return open_landing(f"{address}/{name}")


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "uploading"


@pytest.fixture
def landed(root, scratch):
    """Return a function that lands records of a stream in the store."""

    def make(name, *records, system=System.SHOPIFY, into=root, **options):
        stream = STREAMS[system, name]
        usual = {"source": "us", "run_id": "run-1", "extracted_at": READ_AT, "since": None}
        answers = [answer_of(stream, records)]
        return land(into, stream, answers, **(usual | options), scratch=scratch)

    return make


def everything(root):
    """What the views over a root show."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        create_source_views(connection, root)
        return [connection.execute(query).fetchall() for query in EVERYTHING]


def orders(root, columns="id"):
    rows = select_rows(root, ORDERS, committed_batches(root, ORDERS))
    with connect(reads=root) as connection:
        return connection.execute(f"select {columns} from ({rows}) order by all").fetchall()


def objects(root):
    return sorted(root.fs.find(root.path))


def order(number, **fields):
    return {"id": f"o{number}", "updatedAt": READ_AT.isoformat(), "test": False} | fields


def days_of_orders(landed, **options):
    for day in range(DAYS):
        at = READ_AT + timedelta(days=day)
        landed(
            "orders",
            order(day, updatedAt=at.isoformat()),
            order(day // 2, updatedAt=at.isoformat(), test=True),
            extracted_at=at,
            since=at - timedelta(days=1) if day else None,
            run_id=f"run-{day}",
            **options,
        )


def test_what_has_landed_in_a_store_reads_as_what_has_landed_in_a_folder(landed, root, tmp_path):
    folder = tmp_path / "landing"
    for into in (root, folder):
        landed("orders", order(1), order(2, test="perhaps"), into=into)
        landed("orders", order(3), source="uk", into=into)
        memo = {"id": "7", "lastmodifieddate": READ_AT.isoformat()}
        landed("credit_memos", memo, system=System.NETSUITE, source="netsuite", into=into)

    in_store = everything(root)
    assert in_store == everything(folder)
    assert [len(found) for found in in_store] == [2, 1, 1]
    assert landed_sources(root, System.SHOPIFY) == ("uk", "us")
    for one in (root, folder):
        assert resume_at(one, ORDERS, "uk", overlap=timedelta()) == READ_AT
        [batch] = committed_batches(one, ORDERS, source="us")
        verify(one, batch)


def test_a_killed_extraction_leaves_no_batch_and_what_it_left_is_swept(landed, root, scratch):
    command = [sys.executable, "-c", KILLED, str(root), str(scratch)]
    killed = subprocess.run(command, cwd=PROJECT, check=False, env=os.environ)  # noqa: S603

    assert killed.returncode == -signal.SIGKILL
    assert [name.rpartition("/")[2] for name in objects(root)] == [ANSWERS, ROWS]
    assert list(committed_batches(root, ORDERS)) == []
    batch = landed("orders", order(1))
    assert orders(root) == [("o1",)]

    # In the bucket an extraction of another machine may be at work; in this home none is.
    assert sweep_unfinished(root, before=datetime.now(UTC), scratch=scratch) == 1
    assert list(scratch.glob("*/*/*/*")) == []
    assert len(objects(root)) == 2 + 3
    later = datetime.now(UTC) + timedelta(days=2)
    assert sweep_unfinished(root, before=later, scratch=scratch) == 1
    kept = [(batch.folder(root) / name).path for name in (ANSWERS, ROWS, MANIFEST)]
    assert objects(root) == sorted(kept)
    assert orders(root) == [("o1",)]


def test_two_extractions_of_one_instant_never_share_a_folder(root, tmp_path):
    def extract(number):
        answers = [answer_of(ORDERS, [order(number)])]
        options = {"source": "us", "run_id": "run-1", "extracted_at": READ_AT, "since": None}
        land(root, ORDERS, answers, **options, scratch=tmp_path / str(number))

    threads = [threading.Thread(target=extract, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    batches = list(committed_batches(root, ORDERS))
    assert len({batch.batch_id for batch in batches}) == 4
    for batch in batches:
        verify(root, batch)
    assert orders(root) == [("o0",), ("o1",), ("o2",), ("o3",)]


def test_two_batches_of_one_moment_are_two_in_the_order_they_were_made(landed, root):
    landed("orders", order(1, name="first"))
    landed("orders", order(1, name="second"))

    found = orders(root, "_batch_id, name")
    assert [name for _, name in found] == ["first", "second"]


def test_a_manifest_is_asked_of_the_store_once_however_often_a_run_looks_at_it(
    landed, root, caplog
):
    days_of_orders(landed)
    with caplog.at_level(logging.INFO, logger="werkzeug"):
        first = list(committed_batches(root, ORDERS))
        again = list(committed_batches(root, ORDERS))
        resume_at(root, ORDERS, "us", overlap=timedelta())

    asked = [said for said in caplog.messages if "GET" in said and MANIFEST in said]
    assert len(first) == len(asked) == DAYS
    assert again == first


def test_an_upload_that_is_refused_leaves_nothing_and_names_the_remedy(landed, scratch):
    nowhere = open_landing("s3://no-such-bucket/landing")

    with pytest.raises(LandingError, match=r"us cannot be reached .*bucket does not exist"):
        landed("orders", order(1), into=nowhere)

    assert list(scratch.glob("*/*/*/*")) == []


def test_a_compaction_loses_nothing_and_removes_what_it_replaced_a_day_later(
    landed, root, scratch
):
    days_of_orders(landed)
    before, resumed = orders(root, "*"), resume_at(root, ORDERS, "us", overlap=timedelta())

    with duckdb.connect() as reader:
        create_source_views(reader, root)
        done = compact(root, now=NOW, fewest=3, scratch=scratch)
        assert reader.execute("select count(*) from shopify.orders").fetchall() == [(2 * DAYS,)]

    assert done.made == 1
    assert orders(root, "*") == before
    assert resume_at(root, ORDERS, "us", overlap=timedelta()) == resumed
    merged = next(committed_batches(root, ORDERS))
    verify(root, merged)
    for name in merged.replaces:
        assert (merged.folder(root).parent / name / MANIFEST).exists()
    assert compact(root, now=NOW + GRACE, scratch=scratch).removed == done.parts
    assert orders(root, "*") == before
    assert len(objects(root)) == 3 * (DAYS - done.parts) + len((ANSWERS, ROWS, PARTS, MANIFEST))
    assert list(scratch.rglob("*.parquet")) == []


def test_evidence_that_is_not_what_was_landed_is_named_and_stays(landed, root, scratch):
    days_of_orders(landed)
    spoilt = next(committed_batches(root, ORDERS)).folder(root) / ROWS
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"x")
    before = objects(root)

    with pytest.raises(BrokenEvidenceError, match=f"{spoilt} is not what was landed"):
        compact(root, now=NOW, fewest=3, scratch=scratch)

    assert objects(root) == before


def test_nothing_of_a_forgotten_customer_is_left_in_the_store(landed, root, scratch):
    def customer(number, key):
        return {"id": f"gid://shopify/Customer/{number}", "customer_key": key}

    landed("customers", customer(1, "aaaa"), customer(2, "bbbb"))
    landed("customers", customer(1, "aaaa"), source="uk")

    assert [found.store for found in find_customers(root, key="aaaa")] == ["uk", "us"]
    assert forget_customers(root, set(), {"aaaa"}, scratch=scratch) == 2

    assert find_customers(root, key="aaaa") == []
    assert [found.store for found in find_customers(root, key="bbbb")] == ["us"]
    for name in objects(root):
        content = root.fs.cat_file(name)
        if name.endswith(".zst"):
            content = zstandard.ZstdDecompressor().stream_reader(content).read()
        assert b"aaaa" not in content
    assert forget_customers(root, set(), {"aaaa"}, scratch=scratch) == 0


class Exporter:
    """A source of a file of two orders."""

    def export(self, _, target):
        elsewhere = {*ORDERS.bulk.children, *ORDERS.bulk.beside}
        empty = dict.fromkeys(ORDERS.columns.keys() - elsewhere)
        names = ("gid://shopify/Order/1", "gid://shopify/Order/2")
        target.write_bytes(
            b"".join(msgspec.json.encode(empty | {"id": name}) + b"\n" for name in names)
        )
        return READ_AT

    def records_by_id(self, _, ids):
        nodes = [{"id": one, **dict.fromkeys(ORDERS.bulk.beside)} for one in ids]
        yield msgspec.json.encode({"data": {"nodes": nodes}})


def test_an_export_lands_in_a_store_and_its_file_is_gone(root, scratch):
    options = {"source": "us", "run_id": "run-1", "extracted_at": READ_AT}

    batch = land_export(root, ORDERS, Exporter(), **options, scratch=scratch)

    assert batch.rows == 2
    assert orders(root, "count(*)") == [(2,)]
    assert [path for path in scratch.rglob("*") if path.is_file()] == []


def test_spark_is_told_of_the_same_files_by_their_address(landed, root):
    batch = landed("orders", order(1))

    said = [line for line in spark_source_views(root) if "`shopify`.`orders`" in line]

    assert f"from parquet.`{root}/{{shopify/orders/us/{batch.batch_id}}}/rows.parquet`" in said[0]


def test_a_store_that_is_not_there_is_told_with_its_remedy_and_without_its_secret(address):
    look_at(open_landing(address))

    with pytest.raises(LandingError, match="RETURNS_LANDING, that the bucket is there") as caught:
        look_at(open_landing("s3://no-such-bucket/landing"))

    assert SECRET not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told_with_its_remedy(tmp_path):
    look_at(open_landing(str(tmp_path / "to" / "be" / "made")))
    (tmp_path / "file").touch()

    with pytest.raises(LandingError, match="file is no folder that may be written to: check path"):
        look_at(open_landing(f"file://{tmp_path}/file/landing"))
