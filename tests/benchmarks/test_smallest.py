"""The smallest benchmark runs: the replay is the sandbox's, and every way finds the same."""

import duckdb
import pytest

from tests.benchmarks import ways
from tests.benchmarks.extraction import BUCKET
from tests.benchmarks.peers.keys import by_pandas
from tests.benchmarks.replay.books import write_books
from tests.benchmarks.replay.proof import prove
from tests.benchmarks.replay.recording import record
from tests.benchmarks.replay.server import replaying
from tests.benchmarks.variance import plant

ORDERS = 60
LANDED = "select * exclude (_batch_id, _run_id) from read_parquet('{}/*/*/*/*/rows.parquet')"


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    file = tmp_path_factory.mktemp("replay") / "recording.json"
    record(returns=25, file=file)
    return file


def test_the_replay_answers_what_the_sandbox_answered_byte_for_byte(recording, tmp_path):
    recorded = write_books(recording=recording, folder=tmp_path / "books")

    with replaying(tmp_path / "books") as replay:
        proven = prove(url=replay.url, recording=recording)

    assert proven > recorded


def test_pages_and_bulk_land_the_same_rows_of_a_multiplied_store(recording, tmp_path):
    write_books(recording=recording, folder=tmp_path / "books", orders=ORDERS)

    with replaying(tmp_path / "books") as replay:
        landed = [
            way(url=replay.url, folder=tmp_path / way.__name__, width=8)
            for way in (ways.paged, ways.bulk)
        ]
        read = ways.plain(url=replay.url)

    assert [*landed, read] == [ORDERS] * 3
    pages, bulk = (LANDED.format(tmp_path / way) for way in ("paged", "bulk"))
    # Cursors of nested lists are not kept, so nothing tells one way from the other.
    differing = f"select count(*) from (({pages} except {bulk}) union all ({bulk} except {pages}))"
    assert duckdb.execute(differing).fetchall() == [(0,)]


def test_a_bucket_holds_the_client_and_nothing_is_lost(recording, tmp_path):
    write_books(recording=recording, folder=tmp_path / "books", orders=ORDERS)

    with replaying(tmp_path / "books", BUCKET) as replay:
        assert ways.read(url=replay.url, width=8) == ORDERS


def test_what_is_planted_between_refunds_and_credits_is_found(tmp_path):
    files = {"refunds": tmp_path / "refunds.parquet", "credited": tmp_path / "credits.parquet"}
    planted = plant(files, cases=2_000)

    assert min(planted[kind] for kind in planted if kind != "digest") > 0
    assert by_pandas(**files) == planted
