"""A manifest for builds: without what only parsing, documentation and unit tests ask for."""

from collections.abc import Iterable

from dbt.adapters.sql import impl as adapter
from dbt.contracts.graph.manifest import Manifest

ADAPTER = "duckdb"
# dbt's own code asks for these by name, and no model or macro need name them.
ASKED_BY_NAME = frozenset(
    {"get_test_sql"}
    | {str(name) for constant, name in vars(adapter).items() if constant.endswith("_MACRO_NAME")}
)
MATERIALIZED = "materialization_"


def lean(manifest: Manifest) -> Manifest:
    """
    Return the manifest with what a build can come to, and nothing else.

    dbt prepares every macro it is given anew for each node, twice: two of three are never called.
    """
    manifest.macros = {name: manifest.macros[name] for name in sorted(_reached(manifest))}
    manifest.unit_tests = {}
    manifest.files = {}
    return manifest


def _reached(manifest: Manifest) -> set[str]:
    """Follow the calls of the project's macros and nodes, of the adapter, and of dbt itself."""
    reached: set[str] = set()
    waiting = [
        *_asked_for(manifest),
        *(name for node in manifest.nodes.values() for name in node.depends_on_macros),
    ]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in manifest.macros:
            reached.add(name)
            waiting += manifest.macros[name].depends_on.macros
    return reached


def _asked_for(manifest: Manifest) -> Iterable[str]:
    own = manifest.metadata.project_name
    spoken = f"{ADAPTER}__"
    worded = {
        macro.name.removeprefix(spoken)
        for macro in manifest.macros.values()
        if macro.name.startswith(spoken)
    }
    ways = {f"{MATERIALIZED}{node.config.materialized}_" for node in manifest.nodes.values()}
    for unique_id, macro in manifest.macros.items():
        is_way = macro.name.startswith(tuple(ways))
        if macro.package_name == own or is_way or macro.name in worded | ASKED_BY_NAME:
            yield unique_id
