"""The storefront's documents and the sandbox's schema, held against the vendor's own schema."""

import gzip
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_client_schema,
    build_schema,
    parse,
    validate,
)

ROOT = Path(__file__).parents[2] / "orchestration"
DOCUMENTS = sorted((ROOT / "extract" / "shopify" / "queries").glob("*.graphql"))
SDL = ROOT / "sandbox" / "shopify.graphql"
PACKAGE = "@shopify/dev-mcp@1.16.0"
VERSIONS = ("2026-07", "2026-10")
REMEDY = (
    f"The vendor's schema comes from the npm package {PACKAGE}: install Node.js with npm and run "
    "`npm pack` where the package registry can be reached, then run the contract tests again."
)


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "return-lifecycle" / "shopify-dev-mcp-1.16.0"


def fetch(folder):
    """Unpack the package's schemas into a folder, whole or not at all."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail(f"npm is not installed. {REMEDY}")
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    packed = subprocess.run(  # noqa: S603 - the arguments are written here
        [npm, "pack", PACKAGE, "--silent"], cwd=making, capture_output=True, text=True, check=False
    )
    if packed.returncode:
        pytest.fail(f"npm pack ended with {packed.returncode}: {packed.stderr[-500:]} {REMEDY}")
    (archive,) = making.glob("*.tgz")
    with tarfile.open(archive) as content:
        content.extractall(making, filter="data")
    archive.unlink()
    making.rename(folder)


@pytest.fixture(scope="module", params=VERSIONS)
def real(request):
    """The vendor's schema of one version."""
    folder = cache_folder()
    if not folder.exists():
        fetch(folder)
    (file,) = folder.rglob(f"admin_{request.param}.json.gz")
    content = json.loads(gzip.decompress(file.read_bytes()))
    return build_client_schema(content.get("data") or content, assume_valid=True)


@pytest.fixture(scope="module")
def ours():
    return build_schema(SDL.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def kinds(ours, real):
    """Our types with the real ones of the same name, built-in ones left out."""
    names = [name for name in ours.type_map if not name.startswith("__")]
    assert {name for name in names if name not in real.type_map} == set()
    return [(ours.type_map[name], real.type_map[name]) for name in names]


def has_fields(kind):
    return isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_valid_against_the_vendors_schema(real, document):
    assert validate(real, parse(document.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_valid_against_the_sandboxs_schema(ours, document):
    assert validate(ours, parse(document.read_text(encoding="utf-8"))) == []


def test_every_type_is_of_the_real_kind(kinds):
    assert [one.name for one, other in kinds if type(one) is not type(other)] == []


def test_every_field_has_the_real_type_and_nullability(kinds):
    wrong = [
        f"{one.name}.{name}: {field.type}"
        for one, other in kinds
        if has_fields(one)
        for name, field in one.fields.items()
        if name not in other.fields or str(other.fields[name].type) != str(field.type)
    ]
    assert wrong == []


def test_every_argument_is_the_real_one_and_none_that_is_needed_lacks(kinds):
    wrong = []
    for one, other in kinds:
        if not has_fields(one):
            continue
        for name, field in one.fields.items():
            theirs = other.fields[name].args
            wrong += [
                f"{one.name}.{name}({argument})"
                for argument, content in field.args.items()
                if argument not in theirs
                or str(theirs[argument].type) != str(content.type)
                or theirs[argument].default_value != content.default_value
            ]
            needed = {key for key, value in theirs.items() if str(value.type).endswith("!")}
            wrong += [f"{one.name}.{name} lacks {key}" for key in needed - set(field.args)]
    assert wrong == []


def test_every_input_is_the_real_one(kinds):
    wrong = [
        f"{one.name}.{name}: {field.type}"
        for one, other in kinds
        if isinstance(one, GraphQLInputObjectType)
        for name, field in one.fields.items()
        if name not in other.fields or str(other.fields[name].type) != str(field.type)
    ]
    assert wrong == []


def test_every_word_of_an_enum_is_a_real_one(kinds):
    wrong = [
        f"{one.name}.{word}"
        for one, other in kinds
        if isinstance(one, GraphQLEnumType)
        for word in set(one.values) - set(other.values)
    ]
    assert wrong == []


def test_every_member_and_interface_is_a_real_one(kinds):
    wrong = []
    for one, other in kinds:
        if isinstance(one, GraphQLUnionType):
            mine, theirs = one.types, other.types
        elif has_fields(one):
            mine, theirs = one.interfaces, other.interfaces
        else:
            continue
        extra = {kind.name for kind in mine} - {kind.name for kind in theirs}
        wrong += [f"{one.name}: {name}" for name in extra]
    assert wrong == []


def test_the_idempotency_directive_is_the_real_one(ours, real):
    one, other = ours.get_directive("idempotent"), real.get_directive("idempotent")
    assert {name: str(value.type) for name, value in one.args.items()} == {
        name: str(value.type) for name, value in other.args.items()
    }
    assert set(one.locations) <= set(other.locations)
