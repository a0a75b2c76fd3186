"""The storefront vendor's own schema of each API version, from the npm package that carries it."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_client_schema

VERSIONS = ("2026-07", "2026-10")
PACKAGE = "@shopify/dev-mcp"
PACKAGE_VERSION = "1.16.0"
SHA256 = "4663c79229028e98f825a09d5f04ec6c3736331b740ce50260f9ffac10709474"
ARCHIVE = f"shopify-dev-mcp-{PACKAGE_VERSION}.tgz"
REMEDY = (
    f"The vendor's schema comes from the npm package {PACKAGE} {PACKAGE_VERSION}: install Node.js"
    " with npm (apt-get install nodejs npm), run the contract tests once where npm reaches its"
    " registry, or put the archive that `npm pack` makes into the folder that"
    " RETURNS_CONTRACT_CACHE names."
)


class VendorSchemaError(RuntimeError):
    """The vendor's schema is not at hand; the message ends with the remedy."""


def cache_folder() -> Path:
    """Return where the archive is kept between test runs, outside the project."""
    named = os.environ.get("RETURNS_CONTRACT_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "return-lifecycle"


@cache
def vendor_schema(version: str) -> GraphQLSchema:
    """Return the schema of one API version."""
    return build_client_schema(_content(version)["data"], assume_valid=True)


@cache
def vendor_scopes(version: str) -> dict[tuple[str, str], frozenset[str]]:
    """Return the access scopes, any of which opens it, by type and field; "" is the whole type."""
    return {
        (one["typeName"], one.get("fieldName", "")): frozenset(one["offlineScopes"])
        for one in _content(version)["offline_scopes"]["items"]
        if one["offlineScopes"]
    }


def _content(version: str) -> dict[str, Any]:
    with tarfile.open(archive(cache_folder())) as content:
        packed = content.extractfile(f"package/dist/data/admin_{version}.json.gz")
        return json.loads(gzip.decompress(packed.read()))


def archive(folder: Path) -> Path:
    """Return the package's archive, fetched where it is not kept yet, and held to its checksum."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise VendorSchemaError(f"{program} is not installed. {REMEDY}")
    file = folder / ARCHIVE
    if not file.exists():
        _fetch(folder)
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != SHA256:
        raise VendorSchemaError(
            f"{file} is not the package that was pinned (SHA-256 {found}, pinned {SHA256}):"
            f" remove it and run again. {REMEDY}"
        )
    return file


def _fetch(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as making:
        command = ["npm", "pack", f"{PACKAGE}@{PACKAGE_VERSION}", "--silent"]
        packed = subprocess.run(  # noqa: S603 - the arguments are written here
            command, cwd=making, capture_output=True, text=True, check=False, timeout=300
        )
        if packed.returncode:
            said = packed.stderr[-500:]
            raise VendorSchemaError(f"npm pack ended with {packed.returncode}: {said} {REMEDY}")
        (Path(making) / ARCHIVE).replace(folder / ARCHIVE)
