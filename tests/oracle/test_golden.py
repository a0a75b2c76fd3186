"""The second reading of the definitions says what the scenario files say."""

from pathlib import Path

import pytest
import yaml

from orchestration.rehearsal import grouped, read_folder
from tests.oracle.model import expected_of

SCENARIOS = Path(__file__).parent.parent / "scenarios"
GROUPS = [
    pytest.param(group, id=f"{folder.name}-{group.as_of:%Y-%m-%d}")
    for folder in (SCENARIOS, SCENARIOS / "more", SCENARIOS / "beyond")
    for group in grouped(read_folder(folder))
]


def listed(rows, columns):
    """Return rows as sorted texts, with the columns that a file lists."""
    return sorted(yaml.safe_dump({name: row[name] for name in columns}) for row in rows)


@pytest.mark.parametrize("group", GROUPS)
def test_every_row_of_the_files_is_exact_and_none_is_missing_or_extra(group):
    said = expected_of({scenario.name: scenario.content for scenario in group.scenarios})

    for scenario in group.scenarios:
        for part, rows in scenario.content["expected"].items():
            columns = list(rows[0]) if rows else ["case"]
            assert listed(said[scenario.name][part], columns) == listed(rows, columns), (
                f"{scenario.name} {part}"
            )
