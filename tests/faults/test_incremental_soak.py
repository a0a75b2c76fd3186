"""Many small extractions of books that move end where one extraction of everything does."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from orchestration.assets.erp import LISTED_EVERY
from orchestration.extract.streams import STREAMS
from orchestration.sandbox.scenario import Scenario
from orchestration.sandbox.server import serve
from orchestration.sandbox.source import BusinessSource
from tests.faults.door import environment, extract, landed, streams_named
from tests.faults.moving_books import MovingBooks, drawn
from tests.faults.world import EVERYTHING

SEED = int(os.environ.get("RETURNS_SEED", "20260320"))
# `make soak` runs two hundred.
RUNS = int(os.environ.get("RETURNS_RUNS", "10"))
BEGUN = datetime(2026, 4, 1, 12, 30, 15, tzinfo=UTC)
# The lists of every record that are read once in a while.
LISTS = [(stream.name, "netsuite") for stream in STREAMS.values() if stream.is_census]
# They say what was, at the time of a reading, and not what a record is.
READINGS = {"control_totals", "line_changes", "link_changes"} | {name for name, _ in LISTS}


@dataclass(frozen=True)
class Given:
    """These flows as what a sandbox's books are opened with."""

    flows: Sequence[Scenario]

    @property
    def said(self) -> Mapping[str, Any]:
        return {"flows": len(self.flows)}

    def scenarios(self) -> list[Scenario]:
        return list(self.flows)

    def write_truth(self, directory: Path) -> None:
        """Write nothing: nobody asks what is true of them."""


def living(content, deleted):
    """Return what has landed, without what names a document that was deleted since."""
    return {
        (name, source): {
            key: row
            for key, row in rows.items()
            if name == "deleted_records" or not deleted & {*key}
        }
        for (name, source), rows in content.items()
        if name not in READINGS
    }


def differing(one, other):
    return [
        (place, key, one.get(place, {}).get(key), other.get(place, {}).get(key))
        for place in one.keys() | other.keys()
        for key in one.get(place, {}).keys() | other.get(place, {}).keys()
        if one.get(place, {}).get(key) != other.get(place, {}).get(key)
    ]


def test_incremental_extractions_of_moving_books_land_what_one_of_everything_lands(tmp_path):
    print(f"seed {SEED}, {RUNS} runs")
    random = Random(SEED)  # noqa: S311 - can be repeated
    flows = BusinessSource(max(20, RUNS // 2), SEED, BEGUN).scenarios()
    opened = list(drawn(flows, ("us", "uk")))
    moving = None
    with serve(tmp_path / "books", Given(opened), clock=lambda: moving.now) as running:
        moving = MovingBooks(running.books, random, BEGUN)
        moving.expect([flow for flow in flows if flow not in opened], tmp_path)
        with environment({**running.environment, "RETURNS_HOME": str(tmp_path / "small")}):
            for _ in range(RUNS):
                ended = extract(EVERYTHING)
                assert ended.is_clean, ended
                moving.move()
            assert extract(EVERYTHING).is_clean
        with environment({**running.environment, "RETURNS_HOME": str(tmp_path / "whole")}):
            assert extract(EVERYTHING).is_clean

    print(dict(Counter(moving.happened)))
    assert moving.happened
    streams = streams_named(EVERYTHING)
    small, whole = (landed(tmp_path / name / "landing", streams) for name in ("small", "whole"))
    found, expected = (living(one.content, moving.deleted) for one in (small, whole))
    assert sum(map(len, expected.values())) > RUNS
    differences = differing(found, expected)
    assert differences == [], f"{len(differences)} records differ"
    for name in LISTS:
        list_of_small, list_of_whole = (one.watermarks.pop(name) for one in (small, whole))
        assert list_of_whole - list_of_small < LISTED_EVERY
    assert small.watermarks == whole.watermarks
