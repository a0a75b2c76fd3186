"""Which publication is current, and whether its numbers may be trusted."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

POINTER = "current.json"


class PublicationError(Exception):
    """Nothing can be shown; the message says why and what to run."""


class Trust(StrEnum):
    """Only `complete` may ever be shown as good."""

    COMPLETE = "complete"
    STALE = "stale"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Pointer:
    """
    A publication to read, and the one made before it where that is kept.

    Its id is the key of every cache.
    """

    id: str
    file: str
    previous: str | None = None


@dataclass(frozen=True)
class Edition:
    """What a publication says of itself; times are aware and in UTC."""

    id: str
    as_of: datetime
    published_at: datetime | None
    is_complete: bool
    incomplete_stores: tuple[str, ...] = ()

    def age(self, now: datetime) -> timedelta:
        """Return how long ago the numbers were true."""
        return now - self.as_of

    def trust(self, now: datetime, *, stale_after: timedelta) -> Trust:
        """Return whether the numbers may be relied on; incomplete outweighs stale."""
        if not self.is_complete:
            return Trust.INCOMPLETE
        return Trust.STALE if self.age(now) > stale_after else Trust.COMPLETE


def current(folder: Path) -> Pointer:
    """Return the publication the pointer names, or raise with the remedy."""
    try:
        said = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        pointer = _pointer(folder, Path(str(said["file"])).name, id_=str(said["id"]))
    except FileNotFoundError as error:
        raise PublicationError(
            f"Nothing has been published in {folder} yet. Run `make run` to publish."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise PublicationError(
            f"The pointer {folder / POINTER} cannot be read. Run `make run` to publish again."
        ) from error
    if not Path(pointer.file).is_file():
        raise PublicationError(
            f"The publication {Path(pointer.file).name} is gone. Run `make run` to publish again."
        )
    return pointer


def named(folder: Path, id_: str) -> Pointer:
    """Return a publication that is kept, by its id, or raise with the remedy."""
    for pointer in kept(folder):
        if pointer.id == id_:
            return pointer
    raise PublicationError(
        f"The publication {id_} is not kept: look at the current numbers, or at one that is."
    )


def kept(folder: Path) -> list[Pointer]:
    """Return every publication that is kept, the one made last first."""
    files = [str(path) for path in _newest_first(folder)]
    before = [*files[1:], None]
    return [
        Pointer(id=Path(file).stem, file=file, previous=previous)
        for file, previous in zip(files, before, strict=True)
    ]


def _pointer(folder: Path, name: str, *, id_: str) -> Pointer:
    file = str(folder / name)
    previous = next((one.previous for one in kept(folder) if one.file == file), None)
    return Pointer(id=id_, file=file, previous=previous)


def _newest_first(folder: Path) -> list[Path]:
    """A file may be retired between being listed and being asked for its age."""
    made: dict[Path, int] = {}
    for path in folder.glob("*.duckdb"):
        with suppress(FileNotFoundError):
            made[path] = path.stat().st_mtime_ns
    return sorted(made, key=lambda path: made[path], reverse=True)
