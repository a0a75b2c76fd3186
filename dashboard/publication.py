"""Which publication is current, and whether its numbers may be trusted."""

import json
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
    """The publication that the pointer file names; its id is the key of every cache."""

    id: str
    file: str


@dataclass(frozen=True)
class Edition:
    """What a publication says of itself; times are aware and in UTC."""

    id: str
    as_of: datetime
    published_at: datetime | None
    is_complete: bool

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
        pointer = Pointer(id=str(said["id"]), file=str(folder / Path(str(said["file"])).name))
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
