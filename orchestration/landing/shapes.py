"""The outer shape of a record: what no engine can tell when it makes columns of it."""

from collections.abc import Mapping, Sequence

import msgspec

from orchestration.extract.streams import TEXT, Stream, System

# Names of columns may be words of the language: a struct has its own.
FIELD = "column{}"
FIRST = FIELD.format(0)


class Shape:
    """
    The fields that every record of a stream has, and the kind of value in each.

    An object or a list where text is declared would read as text, and a field that is left out
    as null. Only the ERP leaves out what is null; elsewhere a field that was asked for is there.
    """

    def __init__(self, stream: Stream) -> None:
        may_lack = stream.system is System.NETSUITE
        kinds = {name: _kind_of(declared) for name, declared in stream.columns.items()}
        self._record = msgspec.json.Decoder(_struct(kinds, may_lack=may_lack))
        named = _struct(dict.fromkeys(kinds, msgspec.Raw), may_lack=may_lack)
        self._named = msgspec.json.Decoder(
            _at(stream.records, list[named | None] | None)  # type: ignore[valid-type]
        )
        self._texts = msgspec.json.Decoder(_at(stream.records, list[msgspec.Raw] | None))

    def records(self, answer: bytes) -> list[bytes] | None:
        """Return the text of every record of an answer; None where any lacks a field."""
        try:
            self._named.decode(answer)
            found = self._texts.decode(answer)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None
        while isinstance(found, msgspec.Struct):
            found = getattr(found, FIRST)
        return [text for text in map(bytes, found or ()) if text != b"null"]

    def misfit(self, record: bytes) -> str | None:
        """Return what is wrong with the shape of one record; None where nothing is."""
        try:
            self._record.decode(record)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            return str(error)
        return None


def _at(path: Sequence[str], kind: object) -> object:
    """Return the type of an answer with a value of a kind at a path."""
    for name in reversed(path):
        kind = _struct({name: kind}, may_lack=True) | None
    return kind


def _struct(kinds: Mapping[str, object], *, may_lack: bool) -> type[msgspec.Struct]:
    own = {FIELD.format(number): name for number, name in enumerate(kinds)}
    fields = [
        (field, kinds[name], None) if may_lack else (field, kinds[name])
        for field, name in own.items()
    ]
    return msgspec.defstruct("Shaped", fields, rename=own)


def _kind_of(declared: str) -> object:
    if declared.endswith("[]"):
        return list[msgspec.Raw] | None
    if declared.startswith("STRUCT"):
        return dict[str, msgspec.Raw] | None
    return str | int | float | bool | None if declared == TEXT else msgspec.Raw
