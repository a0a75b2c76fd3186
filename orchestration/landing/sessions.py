"""DuckDB sessions of the landing, on instances that are used again: one takes 15 ms to make."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.landing.store import let_read

# What a session holds before it spills: up to a share of it, rows wait to be written.
MEMORY_BYTES = 256 * 2**20
# A line is held as text, as it was read and as values, by each thread.
LINES_HELD = 8
SPILL = ".spill"

# Nobody uses these now; each is given to one session at a time, whatever thread asks for it.
_idle: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def connect(
    scratch: Path | None = None,
    *,
    longest_line: int = 0,
    memory_bytes: int = MEMORY_BYTES,
    reads: Path | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """
    Give a DuckDB of its own, in UTC; with a scratch folder, memory is bounded by spilling.

    The bound grows with the longest line that is read, in bytes: a line is never cut. `reads` is
    the landing, or a file in it, that it is asked to read. What is to be created is temporary: the
    instance is given to others afterwards, unless it spilled or an error came out of the block.
    """
    spill = None if scratch is None else scratch / SPILL
    instance = _instance()
    try:
        with instance.cursor() as session:
            session.execute("set timezone = 'UTC'")
            if reads is not None:
                let_read(session, reads)
            if spill is not None:
                bound_memory(session, longest_line=longest_line, memory_bytes=memory_bytes)
                session.execute("set temp_directory = ?", [str(spill)])
            yield session
    except BaseException:
        instance.close()
        raise
    if spill is not None and spill.exists():
        # An engine spills into one folder as long as it lives.
        instance.close()
        shutil.rmtree(spill, ignore_errors=True)
        return
    instance.execute("reset memory_limit; reset temp_directory")
    # The next may read another store, or the same by other credentials.
    for protocol in instance.list_filesystems():
        instance.unregister_filesystem(protocol)
    _idle.append(instance)


def bound_memory(
    session: duckdb.DuckDBPyConnection, *, longest_line: int, memory_bytes: int = MEMORY_BYTES
) -> None:
    """Let a session hold so much before it spills, and lines of this length, in bytes."""
    limit = memory_bytes + LINES_HELD * longest_line
    session.execute(f"set memory_limit = '{limit // 2**20}MiB'")


def _instance() -> duckdb.DuckDBPyConnection:
    try:
        return _idle.pop()
    except IndexError:
        # A cache would outlive the session that filled it; files are read once.
        return duckdb.connect(config={"enable_external_file_cache": False})
