"""Write generated scenario files: python -m tests.oracle.write FOLDER --seed 7 --count 60."""

import argparse
import json
from pathlib import Path

import yaml

from tests.oracle.flows import scenario
from tests.oracle.model import expected_of


def scenarios(seed, count):
    """Return so many files by name, each with the rows that the model expects of it."""
    return with_expected(dict(scenario(seed, index) for index in range(count)))


def with_expected(files):
    """Fill in what the model expects; files that share clock and policy are read together."""
    groups = {}
    for name, body in files.items():
        key = (body["as_of"], json.dumps(body.get("policy") or {}, sort_keys=True))
        groups.setdefault(key, {})[name] = body
    said = {name: rows for group in groups.values() for name, rows in expected_of(group).items()}
    return {name: {**body, "expected": said[name]} for name, body in files.items()}


def dumped(body):
    """Return a file's text: leaves on one line, as in files written by hand."""
    body = json.loads(json.dumps(body))  # the dumper would write what repeats as an alias
    return yaml.safe_dump(
        body, sort_keys=False, default_flow_style=None, width=10_000, allow_unicode=True
    )


def main():
    """Write the files and print the seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=30)
    said = parser.parse_args()
    said.folder.mkdir(parents=True, exist_ok=True)
    for name, body in scenarios(said.seed, said.count).items():
        (said.folder / f"{name}.yaml").write_text(dumped(body), encoding="utf-8")
    print(f"{said.count} files in {said.folder}, seed {said.seed}")


if __name__ == "__main__":
    main()
