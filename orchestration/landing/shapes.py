"""The outer shape of a record: what no engine can tell after it has made columns of it."""

from collections.abc import Mapping

import msgspec

from orchestration.extract.streams import TEXT, Stream, System


class Shape:
    """
    The fields that every record of a stream has, and the kind of value in each.

    An object or a list where text is declared would read as text, and a field that is left out
    as null. Only the ERP leaves out what is null; elsewhere a field that was asked for is there.
    """

    def __init__(self, stream: Stream) -> None:
        kinds = {name: _kind_of(declared) for name, declared in stream.columns.items()}
        record = _struct(kinds, may_lack=stream.system is System.NETSUITE)
        answer: object = list[record | None] | None  # type: ignore[valid-type]
        for name in reversed(stream.records):
            answer = _struct({name: answer}, may_lack=True) | None
        self._record = msgspec.json.Decoder(record)
        self._answer = msgspec.json.Decoder(answer)

    def is_kept(self, answer: bytes) -> bool:
        """Whether every record of an answer has this shape."""
        try:
            self._answer.decode(answer)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return False
        return True

    def misfit(self, record: bytes) -> str | None:
        """Return what is wrong with the shape of one record; None where nothing is."""
        try:
            self._record.decode(record)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            return str(error)
        return None


def _struct(kinds: Mapping[str, object], *, may_lack: bool) -> type[msgspec.Struct]:
    # Names of columns may be words of the language: the struct has its own.
    own = {f"column{number}": name for number, name in enumerate(kinds)}
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
