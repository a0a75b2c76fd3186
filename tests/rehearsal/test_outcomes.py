"""How a rehearsal went is kept where the next build reads it."""

from datetime import UTC, datetime

import duckdb
import yaml

from orchestration.landing import create_source_views
from orchestration.rehearsal import Rehearsal, Verdict, land_outcomes, read_folder

WHEN = datetime(2026, 3, 20, tzinfo=UTC)


def rehearse(folder, root, *verdicts, is_whole=True):
    rehearsal = Rehearsal(
        folder,
        is_whole=is_whole,
        rehearsed_at=WHEN,
        scenarios=read_folder(folder),
        verdicts=verdicts,
    )
    return land_outcomes(root, rehearsal)


def landed(root, columns):
    with duckdb.connect() as connection:
        create_source_views(connection, root)
        return connection.execute(
            f"select {columns} from rehearsal.outcomes order by all"
        ).fetchall()


def flows(tmp_path, **contents):
    folder = tmp_path / "flows"
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        body = {"as_of": "2026-03-20T00:00:00Z", "expected": {}, **content}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(body))
    return folder


HALF = {
    "orders": [{"ref": "o1", "currency": "USD", "lines": [{"ref": "mug", "quantity": 2}]}],
    "refunds": [{"order": "o1", "lines": [{"line": "mug", "quantity": 1}]}],
}


def test_each_file_lands_with_its_kinds_and_what_differed(tmp_path):
    folder = flows(tmp_path, half=HALF, nothing={})

    rehearse(folder, tmp_path / "landing", Verdict("half", ("a", "b")), Verdict("nothing", ()))

    assert landed(tmp_path / "landing", "scenario, kinds, difference_count, is_whole_pack") == [
        ("half", ["partial"], 2, True),
        ("nothing", [], 0, True),
    ]


def test_rows_that_belong_to_no_file_land_as_a_failure_of_no_kind(tmp_path):
    folder = flows(tmp_path, nothing={})

    rehearse(folder, tmp_path / "landing", Verdict("(rows of no file)", ("unexpected",)))

    assert landed(tmp_path / "landing", "scenario, kinds, difference_count") == [
        ("(rows of no file)", [], 1)
    ]


def test_a_later_rehearsal_stands_beside_the_earlier_one(tmp_path):
    folder, root = flows(tmp_path, half=HALF), tmp_path / "landing"

    first = rehearse(folder, root, Verdict("half", ("a",)))
    second = rehearse(folder, root, Verdict("half", ()), is_whole=False)

    assert first.run_id != second.run_id
    assert landed(root, "difference_count, is_whole_pack") == [(0, False), (1, True)]


def test_a_pack_is_named_as_seen_from_the_checkout(tmp_path, monkeypatch):
    folder = flows(tmp_path, half=HALF)
    monkeypatch.chdir(tmp_path)

    rehearse(folder, tmp_path / "landing", Verdict("half", ()))

    assert landed(tmp_path / "landing", "pack") == [("flows",)]
