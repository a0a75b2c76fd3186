"""Names that stand twice in one object of JSON: readers differ in which of the two they take."""

import json
from collections.abc import Sequence
from json import JSONDecodeError

from msgspec import Raw


class RepeatedNameError(ValueError):
    """An object of a JSON text has two members of one name."""


def refuse_repeated_names(text: bytes) -> None:
    """Raise RepeatedNameError where any object of a JSON text has two members of one name."""
    # Bytes that are no text are told of elsewhere, and numbers may have any length.
    json.loads(text.decode(errors="replace"), object_pairs_hook=_once, parse_int=str)


def refuse_repeated_names_around(text: bytes, records: Sequence[Raw]) -> None:
    """
    Raise RepeatedNameError where an object around the records has two members of one name.

    The records, a list of the answer, are left out: landing sets aside each of them that names a
    member twice. So the cost is that of finding them, not of building them.
    """
    try:
        refuse_repeated_names(_around(text, records))
    except JSONDecodeError:
        # By chance the text of a record may stand somewhere else too.
        refuse_repeated_names(text)


def _around(text: bytes, records: Sequence[Raw]) -> bytes:
    """Return a text without the list's records; all of it where they are in no one list."""
    start = end = 0
    for number, record in enumerate(map(bytes, records)):
        # A search begins with a look at all that is searched for: most stand after a comma.
        begins = end + 1 if text.startswith(record, end + 1) else text.find(record, end)
        if number and text[end:begins].strip() != b",":
            return text
        start = start if number else begins
        end = begins + len(record)
    return text[:start] + text[end:]


def _once(members: Sequence[tuple[str, object]]) -> None:
    names = [name for name, _ in members]
    if len({*names}) == len(names):
        return
    twice = next(name for name in names if names.count(name) > 1)
    raise RepeatedNameError(f"has {twice[:60]!r} twice in one object")
