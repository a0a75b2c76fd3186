"""A build that memory did not suffice for goes on where it stopped."""

from datetime import UTC, datetime

import pytest
from dbt.artifacts.schemas.results import RunStatus
from dbt.cli.main import dbtRunner

from orchestration.assets import project
from orchestration.assets.building import build_home

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
STARVED, WAITING = "fct_return_lines", "int_lines_not_credited"
# What the waiting model needs, and no more: a whole build takes twice as long.
NEEDED = f"+{WAITING}"
OUT_OF_MEMORY = "Runtime Error in model: Out of Memory Error: failed to pin block"
OTHERWISE = "Runtime Error in model: Conversion Error"


class Starving(dbtRunner):
    """In its first build a model fails, and another waits for it."""

    def __init__(self, builds, *, said, **options):
        super().__init__(**options)
        self._builds, self._said = builds, said

    def invoke(self, arguments, **options):
        outcome = super().invoke(arguments, **options)
        if arguments[0] == "build":
            self._builds.append((selected(arguments), threads(arguments)))
            for node in outcome.result.results if len(self._builds) == 1 else []:
                if node.node.name == STARVED:
                    node.status, node.message = RunStatus.Error, self._said
                elif node.node.name == WAITING:
                    node.status = RunStatus.Skipped
        return outcome


def threads(arguments):
    """How many models are built at a time, where that is asked for."""
    return arguments[arguments.index("--threads") + 1] if "--threads" in arguments else None


def selected(arguments):
    """The names that dbt is asked for, none for everything."""
    if "--select" not in arguments:
        return []
    rest = arguments[arguments.index("--select") + 1 :]
    return rest[: next(place for place, word in enumerate(rest) if word.startswith("--"))]


@pytest.fixture
def build(monkeypatch, tmp_path):
    """Builds an empty home in which a model fails; returns what was asked of dbt, and the end."""
    (tmp_path / "landing").mkdir()
    # No test of dbt's whose other models are not selected.
    monkeypatch.setenv("DBT_INDIRECT_SELECTION", "cautious")

    def run(said):
        builds = []
        monkeypatch.setattr(
            project, "dbtRunner", lambda **options: Starving(builds, said=said, **options)
        )
        return builds, build_home(tmp_path, as_of=NOON, variables={}, select=[NEEDED])

    return run


def test_what_ran_out_of_memory_is_built_anew_alone_with_what_waited_for_it(build):
    builds, built = build(OUT_OF_MEMORY)

    assert builds == [([NEEDED], None), ([STARVED, WAITING], "1")]
    assert built.broken == []
    assert {result.status for result in built.results} <= {"success", "pass", "no-op"}
    assert {result.node.name for result in built.results} >= {STARVED, WAITING, "int_cases"}


def test_what_failed_otherwise_is_not_built_again(build):
    builds, built = build(OTHERWISE)

    assert builds == [([NEEDED], None)]
    assert [result.node.name for result in built.broken] == [STARVED]
