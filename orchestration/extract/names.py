"""Names that stand twice in one object of JSON: readers differ in which of the two they take."""

import json
from collections.abc import Sequence

import msgspec
from msgspec import Raw

# An envelope is not nested deeper; what is, is looked at to its end.
DEEPEST = 8
# A list is found in its text by so many of its first bytes.
BEGINNING = 64


class RepeatedNameError(ValueError):
    """An object of a JSON text has two members of one name."""


def refuse_repeated_names(text: bytes) -> None:
    """Raise RepeatedNameError where any object of a JSON text has two members of one name."""
    # Bytes that are no text are told of elsewhere, and numbers may have any length.
    json.loads(text.decode(errors="replace"), object_pairs_hook=_once, parse_int=str)


def refuse_repeated_names_around_records(text: bytes) -> None:
    """
    Raise RepeatedNameError where an object around the records has two members of one name.

    The records, the longest list of the answer, are left out: landing sets aside each of them
    that names a member twice. So the cost is that of finding them, not of building them.
    """
    records = bytes(_records_in(text) or b"")
    start = text.find(records[:BEGINNING])
    end = start + len(records)
    # By chance the text of its beginning may stand somewhere before.
    is_found = text[start:end] == records
    refuse_repeated_names(text[:start] + b"[]" + text[end:] if records and is_found else text)


def _records_in(text: bytes) -> Raw | None:
    """Return the list that the longest members lead to; None where they lead to no list."""
    value = Raw(text)
    for _ in range(DEEPEST):
        members = msgspec.json.decode(value, type=dict[str, Raw])
        value = max(members.values(), key=_length, default=Raw(b"null"))
        opening = bytes(memoryview(value)[:1])
        if opening != b"{":
            return value if opening == b"[" else None
    return None


def _length(value: Raw) -> int:
    return memoryview(value).nbytes


def _once(members: Sequence[tuple[str, object]]) -> None:
    names = [name for name, _ in members]
    if len({*names}) == len(names):
        return
    twice = next(name for name in names if names.count(name) > 1)
    raise RepeatedNameError(f"has {twice[:60]!r} twice in one object")
