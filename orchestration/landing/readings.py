"""What the extractions of a stream tell: which of them was one of all that was due."""

from collections.abc import Iterable, Iterator

from orchestration.landing.manifest import Batch, Part


def readings(batches: Iterable[Batch]) -> Iterator[Batch | Part]:
    """
    Yield the extractions of a stream's windows that were answered, merged since or not.

    A stream that the role or a setting did not show lands without an answer, and that says nothing
    of its records; a window without changes is answered, with a page of none.
    """
    for batch in batches:
        yield from (one for one in batch.parts or (batch,) if one.answers)
