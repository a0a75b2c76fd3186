"""Generated scenario files are repeatable, readable by the sandbox, and add up."""

from decimal import Decimal

import yaml

from orchestration.sandbox.erp_records import rows_of
from orchestration.sandbox.scenario import ledger_actions, read_scenarios
from orchestration.sandbox.storefront_records import records_of
from tests.oracle.write import dumped, scenarios

SEED, COUNT = 11, 30


def test_the_seven_components_add_up_to_the_variance():
    for name, body in scenarios(SEED, COUNT).items():
        for row in body["expected"]["variance"]:
            parts = [row[column] for column in row if column.endswith("_component")]
            assert len(parts) == 7, name
            if row["variance_amount"] is None:
                assert set(parts) == {None}, name
            else:
                assert sum(map(Decimal, parts)) == Decimal(row["variance_amount"]), name


def test_a_seed_always_draws_the_same_files():
    once, again = scenarios(SEED, 20), scenarios(SEED, 20)

    assert {name: dumped(body) for name, body in once.items()} == {
        name: dumped(body) for name, body in again.items()
    }


def test_the_sandbox_serves_every_file_and_its_text_holds_what_was_drawn(tmp_path):
    files = scenarios(SEED, COUNT)
    for name, body in files.items():
        (tmp_path / f"{name}.yaml").write_text(dumped(body))
    paths = sorted(tmp_path.glob("*.yaml"))

    served = read_scenarios(paths)

    assert {one.stem: one.body for one in served} == files
    assert all(list(records_of(one)) and list(rows_of(one)) for one in served)
    assert len(ledger_actions(served)) == sum(len(f.get("actions") or []) for f in files.values())


def test_a_generated_file_keeps_its_amounts_as_text_so_that_no_float_holds_money():
    (body,) = scenarios(SEED, 1).values()

    read = yaml.safe_load(dumped(body))

    assert not [value for value in _leaves(read) if isinstance(value, float)]


def _leaves(value):
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [leaf for part in parts for leaf in _leaves(part)]
    return [value]
