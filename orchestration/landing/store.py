"""The one place that knows that landing may be a store: objects in a bucket in place of files."""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

import duckdb

if TYPE_CHECKING:
    from upath import UPath

# Nothing that a glob, an address with a password or a query would be made of.
ADDRESS = re.compile(r"[a-z][a-z0-9]*://[^\s/@?#*\[\]{}]+(/[^\s@?#*\[\]{}]*)?")
ON_DISK = frozenset({"file", "local"})
MANIFEST = "manifest.json"
# Name, time and size.
Sign = tuple[str, int, int]
PROBE = ".probe"
# A large file goes in parts of this, some at once, each of them in memory meanwhile.
PART_BYTES = 8 * 2**20


class LandingError(RuntimeError):
    """Landing cannot be reached, or is no address of one; the message says what to do."""


def open_landing(address: str) -> Path:
    """
    Return the root of a landing: a folder, or a prefix in a store, such as `s3://bucket/prefix`.

    For a store it is a `UPath`, asked what a `Path` is asked; nothing is sent before that. The
    store's client finds keys and endpoint in the environment. Raises LandingError for what is no
    address, and where the client is not installed.
    """
    protocol, is_address, place = address.partition("://")
    if not is_address:
        return Path(address).absolute()
    if protocol in ON_DISK:
        return Path(unquote(urlsplit(address).path)).absolute()
    if not ADDRESS.fullmatch(address) or not place.strip("/"):
        raise LandingError(
            "this is no address of a landing: write a folder, or s3://bucket/prefix without keys"
            " and without any of @ ? # * [ ] { }; keys and endpoint are the settings AWS_..."
        )
    _demand_client(protocol)
    from upath import UPath

    # What is asked for is what is there: another process may have committed since the last look.
    return cast("Path", UPath(address.rstrip("/"), use_listings_cache=False))


def is_store(path: Path) -> bool:
    """Whether a path of landing is in a store: nothing there is renamed, and no folder is made."""
    return not isinstance(path, Path)


def workplace(root: Path, scratch: Path | None) -> Path:
    """Return the folder on disk under which batches are made: landing itself where it is one."""
    if not is_store(root):
        return root
    if scratch is None:
        raise ValueError("a batch for a store is made on disk first: name the scratch folder")
    return scratch


def let_read(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Let a DuckDB session read what has landed under a root."""
    if is_store(root) and not connection.filesystem_is_registered(_protocol(root)):
        connection.register_filesystem(reader(_protocol(root)))


@cache
def reader(protocol: str) -> Any:  # noqa: ANN401 - the libraries are untyped
    """
    Return the client that lists batches and reads them, one for the whole process.

    A query asks seven times for a file's size and time: what was listed of a batch answers that,
    since a batch with a manifest never changes.
    """
    from fsspec import filesystem

    return filesystem(protocol, use_listings_cache=True, skip_instance_cache=True)


def matching(folder: Path, pattern: str) -> list[Path]:
    """Return the files below a folder whose relative path fits a pattern, in order."""
    if not is_store(folder):
        return sorted(folder.glob(pattern))
    depth = len(PurePosixPath(pattern).parts)
    below = (PurePosixPath(name) for name in _listed(folder))
    return sorted(
        folder / str(name) for name in below if len(name.parts) == depth and name.match(pattern)
    )


def sizes_below(folder: Path) -> dict[Path, int]:
    """Return the bytes of every file below a folder."""
    if not is_store(folder):
        return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return {folder / name: int(found["size"]) for name, found in _listed(folder).items()}


def contents(files: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    """
    Yield the contents of files, in order; a store is asked for all of them at once.

    What was replaced long ago may be removed while it is listed: it is left out.
    """
    if not files or not is_store(files[0]):
        for file in files:
            try:
                content = file.read_bytes()
            except FileNotFoundError:
                continue
            yield file, content
        return
    with _reaching(files[0]):
        found = _client(files[0]).cat([_key(file) for file in files], on_error="return")
    for file in files:
        content = found[_key(file)]
        if isinstance(content, FileNotFoundError):
            continue
        if isinstance(content, Exception):
            raise LandingError(f"{file} cannot be read: {content}") from content
        yield file, content


def sign(file: Path) -> Sign:
    """
    Return what tells a file that is never written again from another one of its name.

    In a store that is the name: whoever lands again what was removed draws another.
    """
    if is_store(file):
        return (str(file), 0, 0)
    try:
        found = file.stat()
    except FileNotFoundError:
        return (str(file), 0, 0)
    return (str(file), found.st_mtime_ns, found.st_size)


def put_file(source: Path, target: Path) -> None:
    """Put a file on disk into a store: it is there whole, or not at all."""
    with _reaching(target):
        _client(target).put_file(str(source), _key(target), chunksize=PART_BYTES)


def put_bytes(content: bytes, target: Path) -> None:
    """Put a small file into a store by one request, or onto the disk: there is no half of it."""
    if not is_store(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}")
        partial.write_bytes(content)
        partial.replace(target)
        return
    with _reaching(target):
        _client(target).pipe_file(_key(target), content)


def remove_folder(folder: Path) -> None:
    """Remove a folder and all that is in it."""
    if not is_store(folder):
        shutil.rmtree(folder)
        return
    with _reaching(folder):
        if names := _listed(folder):
            _client(folder).rm([f"{_key(folder)}/{name}" for name in names])


def look_at(root: Path) -> None:
    """Write, list, read and remove as a run would; raises LandingError where any is refused."""
    if is_store(root):
        probe = root / PROBE
        put_bytes(b"", probe)
        _listed(probe)
        with _reaching(probe):
            probe.read_bytes()
            _client(probe).rm_file(_key(probe))
        return
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise LandingError(f"{there} is no folder that may be written to: check path and rights")


def _demand_client(protocol: str) -> None:
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(protocol)
    except ValueError as error:
        raise LandingError(
            f"{protocol}:// is no store that is known: write a folder, or s3://bucket/prefix"
        ) from error
    except ImportError as error:
        remedy = (
            "install the extra `s3`: .venv/bin/pip install --editable '.[s3]'"
            if protocol in ("s3", "s3a")
            else str(error)
        )
        raise LandingError(f"the client of {protocol}:// is not installed; {remedy}") from error


@contextmanager
def _reaching(path: Path) -> Iterator[None]:
    """Every client has errors of its own: say them as one, with the remedy."""
    try:
        yield
    except LandingError:
        raise
    except Exception as error:
        raise LandingError(
            f"{path} cannot be reached ({type(error).__name__}: {error}): check the address in"
            " RETURNS_LANDING, that the bucket is there, and AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,"
            " AWS_SECRET_ACCESS_KEY and AWS_DEFAULT_REGION"
        ) from error


def _listed(folder: Path) -> dict[str, dict[str, Any]]:
    """Ask what is below a folder, and return what is known of each object by its relative name."""
    client = reader(_protocol(folder))
    with _reaching(folder):
        found = client.find(_key(folder), detail=True)
    for place in {name.rpartition("/")[0] for name in found}:
        if f"{place}/{MANIFEST}" not in found:
            client.dircache.pop(place, None)  # it may become a batch yet
    start = f"{_key(folder)}/"
    return {
        name.removeprefix(start): said for name, said in found.items() if name.startswith(start)
    }


def _client(path: Path) -> Any:  # noqa: ANN401 - the libraries are untyped
    return cast("UPath", path).fs


def _protocol(path: Path) -> str:
    return str(cast("UPath", path).protocol)


def _key(path: Path) -> str:
    return cast("UPath", path).path.rstrip("/")
