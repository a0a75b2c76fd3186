"""What the documents promise is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_make_target_is_in_the_readme():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)) - {"check", "browser"}

    assert {target for target in targets if f"`make {target}" not in README} == set()


def test_every_make_command_of_the_readme_is_a_target():
    named = set(re.findall(r"`make ([a-z]+)", README))

    assert named <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_the_readme_and_the_example_name_the_same_settings():
    example = (ROOT / ".env.example").read_text()
    settings = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    table = README.partition("## Configuration")[2].partition("##")[0]

    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", table)) == settings


def test_every_room_is_in_the_readme():
    folders = [path.name for path in (ROOT / "orchestration").iterdir() if path.is_dir()]
    rooms = [name for name in folders if not name.startswith("_")]

    assert [name for name in rooms if f"orchestration/{name}`" not in README] == []
