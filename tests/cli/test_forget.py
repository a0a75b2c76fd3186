"""A customer who asks to be forgotten: gone from what has landed and from the marts, for good."""

import json
import os
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.testing import CliRunner
from zstandard import ZstdDecompressor

from orchestration.assets.publication import current
from orchestration.cli import app
from orchestration.extract.shopify.customers import CustomerKeys
from orchestration.ledger import ForgottenCustomers, OtherSecretError

SCENARIOS = Path(__file__).parents[1] / "scenarios"
EMAIL = "ada.bell@example.com"
AS_OF = "2026-03-20T00:00:00Z"
CUSTOMERS = """
    select cases.case_name, cases.customer_key, customers.display_name, customers.customer_type
    from marts.fct_return_lifecycle as cases
    left join marts.dim_customers as customers
        on cases.store = customers.store and cases.customer_key = customers.customer_key
    order by cases.case_name
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in os.environ:
        if name.startswith(("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_", "CUSTOMER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "home"


@pytest.fixture
def returns(home):  # noqa: ARG001 - the home it works in
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.fixture
def flows(tmp_path):
    """A person's return, and a company's."""
    folder = tmp_path / "flows"
    folder.mkdir()
    for name in ("clean_single_return", "b2b_account_credit"):
        content = yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text())
        if name == "clean_single_return":
            content["orders"][0]["email"] = EMAIL
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return folder


def customers(home):
    with duckdb.connect(current(home / "published"), read_only=True) as connection:
        return connection.execute(CUSTOMERS).fetchall()


def written(home):
    """Everything that a run keeps, as it reads: answers unpacked, tables as rows."""
    texts = []
    for file in home.rglob("*"):
        if not file.is_file() or "sandbox" in file.relative_to(home).parts:
            continue
        content = file.read_bytes()
        if file.suffix == ".zst":
            content = ZstdDecompressor().stream_reader(content).read()
        if file.suffix == ".parquet":
            content = str(duckdb.sql(f"from '{file}'").fetchall()).encode()
        texts.append(content)
    return b"\n".join(texts)


def test_a_customer_is_known_by_a_hash_until_forgotten_and_stays_forgotten(returns, home, flows):
    assert returns("run", "--scenarios", str(flows), "--as-of", AS_OF).exit_code == 0

    person, company = customers(home)
    assert person[0] == "#1001-R1"
    assert len(person[1]) == 64
    assert person[2:] == ("a***@e***.com", "person")
    assert company[0] == "#1010-R1"
    assert company[3] == "company"
    assert EMAIL.encode() not in written(home)

    said = returns("forget", EMAIL.upper())

    assert said.exit_code == 0, said.output
    assert "Forgotten: taken out of 1 landed batch (us); never lands again" in said.output
    assert "1 publication made before keeps the hash" in said.output
    assert person[1].encode() not in written(home / "landing")

    # Were it landed anew, every buyer would be asked for again.
    for manifest in list((home / "landing" / "shopify" / "customers").rglob("manifest.json")):
        manifest.unlink()
    assert returns("run", "--as-of", AS_OF).exit_code == 0
    assert customers(home) == [("#1001-R1", None, None, None), company]
    assert EMAIL.encode() not in written(home)


def test_a_customer_nobody_knows_yet_is_forgotten_all_the_same(returns, home):
    secret = "s" * 32
    (home / "sandbox").mkdir(parents=True)
    (home / "sandbox" / "environment.json").write_text(json.dumps({"CUSTOMER_SECRET": secret}))

    said = returns("forget", "7001")

    assert said.exit_code == 0, said.output
    assert "Nothing of this customer has landed; it never will" in said.output
    keys = CustomerKeys(secret)
    with ForgottenCustomers(f"sqlite:///{home / 'ledger.sqlite'}") as forgotten:
        assert forgotten.keys(made_with=keys.made_with) == {
            keys.key_of("gid://shopify/Customer/7001")
        }
        with pytest.raises(OtherSecretError, match="set CUSTOMER_SECRET back"):
            forgotten.keys(made_with=CustomerKeys("t" * 32).made_with)


def test_without_a_secret_nobody_can_be_found_and_the_remedy_is_named(returns):
    said = returns("forget", EMAIL)

    assert said.exit_code == 2
    assert "CUSTOMER_SECRET: is missing" in said.output
    assert EMAIL not in said.output


def test_what_is_neither_an_e_mail_nor_an_id_is_refused(returns, monkeypatch):
    monkeypatch.setenv("CUSTOMER_SECRET", "s" * 32)

    said = returns("forget", "Ada Bell")

    assert said.exit_code == 2
    assert "neither an e-mail nor an id" in said.output
