"""Bulk operations: a query run by the storefront itself, its records fetched as one file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from orchestration.extract.errors import (
    DeniedError,
    OutcomeUnknownError,
    RepeatError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.extract.http import Clock, RepeatRule, raise_for_status, stream_to_file
from orchestration.extract.progress import Meter
from orchestration.extract.shopify.endpoint import Endpoint
from orchestration.extract.shopify.envelope import decode_whole
from orchestration.extract.shopify.operations import (
    NewestAnswer,
    Operation,
    RunAnswer,
    StatusAnswer,
    converted,
)
from orchestration.extract.streams import System, read_query

T = TypeVar("T")

RUN = read_query(System.SHOPIFY, "bulk_run.graphql")
STATUS = read_query(System.SHOPIFY, "bulk_status.graphql")
NEWEST = read_query(System.SHOPIFY, "bulk_newest.graphql")
UNDER_WAY = frozenset({"CREATED", "RUNNING"})
NO_SLOT = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})
FIRST_POLL_SECONDS, LONGEST_POLL_SECONDS = 1.0, 30.0
# A slot may be held for hours by another user of the app; the operation itself may take longer.
SLOT_SECONDS = 3600.0
OPERATION_SECONDS = 12 * 3600.0
# An operation that the storefront gave up on is started anew so often.
STARTS = 3


@dataclass(frozen=True)
class BulkSource:
    """
    One store's bulk operations. `files` brings no credential: the file is on another host.

    Errors are those of `extract.errors`. What an operation left behind when it failed is not used.
    """

    endpoint: Endpoint
    files: httpx.Client
    source: str
    clock: Clock
    rule: RepeatRule

    def fetch(self, text: str, target: Path, *, meter: Meter) -> datetime:
        """
        Run a query, write its objects to a file, one a line, and return when it was started.

        The file is compared with the size and the count that the operation names. An operation
        of the same text that is still under way, as a killed run leaves it, is taken over.
        """
        for start in range(1, STARTS + 1):
            operation = self._finished(self._started(text), meter=meter)
            try:
                self._raise_unless_complete(operation)
                self._download(operation, target)
            except RepeatError:
                if start == STARTS:
                    raise
            else:
                return operation.created_at
        raise AssertionError("the last start ends in a file or an error")

    def _started(self, text: str) -> Operation:
        ends = self.clock.ticks() + SLOT_SECONDS
        while True:
            started = self.rule.run(lambda: self._start(text), clock=self.clock)
            if started is not None:
                return started
            if self.clock.ticks() > ends:
                raise RepeatError(
                    f"{self.source} had no slot for a bulk operation within an hour: cancel those"
                    " of other users of the app, or repeat later"
                )
            self.clock.sleep(LONGEST_POLL_SECONDS)

    def _start(self, text: str) -> Operation | None:
        """Start an operation, or find it; None where every slot is taken."""
        for found in self._newest():
            if found.query == text and found.status in UNDER_WAY:
                return found
        try:
            answer = self.endpoint.write(RUN, {"query": text})
        except OutcomeUnknownError as error:
            # The repeat looks first whether it was started.
            raise RepeatError(f"{self.source} may have started a bulk operation: look") from error
        run = converted(answer, RunAnswer, source=self.source).run
        if any(error.code in NO_SLOT for error in run.errors):
            return None
        if run.errors or run.operation is None:
            said = "; ".join(error.message for error in run.errors)[:300]
            raise StopError(
                f"{self.source} does not run the query in bulk ({said}): set SHOPIFY_BULK_FROM"
                " higher to read by pages"
            )
        return run.operation

    def _newest(self) -> list[Operation]:
        return self._read(NEWEST, {}, NewestAnswer).newest.nodes

    def _status(self, operation_id: str) -> Operation:
        found = self._read(STATUS, {"id": operation_id}, StatusAnswer).operation
        if found is None:
            raise RepeatError(f"{self.source} no longer knows {operation_id}: repeat later")
        return found

    def _read(self, document: str, variables: dict[str, Any], type_: type[T]) -> T:
        _, envelope = self.endpoint.read(document, variables)
        data = decode_whole(envelope.data, source=self.source)
        return converted(data, type_, source=self.source)

    def _finished(self, operation: Operation, *, meter: Meter) -> Operation:
        ends = self.clock.ticks() + OPERATION_SECONDS
        wait = FIRST_POLL_SECONDS
        while True:
            found = self.rule.run(lambda: self._status(operation.id), clock=self.clock)
            meter.reach(found.root_object_count)
            if found.status not in UNDER_WAY and found.status != "CANCELING":
                return found
            if self.clock.ticks() > ends:
                raise RepeatError(
                    f"{self.source} still runs {operation.id} after 12 hours: repeat later, it is"
                    " taken over where it stands"
                )
            self.clock.sleep(wait)
            wait = min(wait * 2, LONGEST_POLL_SECONDS)

    def _raise_unless_complete(self, operation: Operation) -> None:
        if operation.status == "COMPLETED":
            return
        if operation.error_code == "ACCESS_DENIED":
            raise DeniedError(
                f"{self.source} denies the bulk operation access: grant the app the scopes of"
                " orders, returns and payment terms, and renew its token"
            )
        raise RepeatError(
            f"{self.source} ended the bulk operation as {operation.status}"
            f" ({operation.error_code or 'no reason given'}): repeat later"
        )

    def _download(self, operation: Operation, target: Path) -> None:
        """Fetch the file; its address is asked for anew with each try, for it expires."""
        if operation.url is None:
            if operation.object_count:
                raise UnreadableAnswerError(
                    f"{self.source} names no file for {operation.object_count} objects: repeat"
                )
            target.write_bytes(b"")
            return
        self.rule.run(
            lambda: self._download_once(self._status(operation.id), target), clock=self.clock
        )

    def _download_once(self, operation: Operation, target: Path) -> None:
        name = f"{self.source}'s bulk file"
        self._raise_unless_complete(operation)
        try:
            request = self.files.build_request("GET", str(operation.url))
        except httpx.InvalidURL as error:
            raise UnreadableAnswerError(f"{name} has no usable address: repeat") from error
        answer = stream_to_file(
            self.files,
            request,
            target,
            source=name,
            clock=self.clock,
            most_bytes=operation.file_size,
        )
        try:
            raise_for_status(answer, source=name, clock=self.clock)
        except StopError as error:
            raise RepeatError(f"{name} is no longer at its address: repeat later") from error
        size, lines = _measured(target)
        if operation.file_size not in (None, size) or lines != operation.object_count:
            raise UnreadableAnswerError(
                f"{name} has {size} bytes and {lines} objects where {operation.file_size} and"
                f" {operation.object_count} were announced: repeat"
            )


def _measured(file: Path) -> tuple[int, int]:
    """Return the bytes and the lines of a file; a last line needs no end."""
    size = lines = 0
    last = b"\n"
    with file.open("rb") as opened:
        while chunk := opened.read(2**20):
            size += len(chunk)
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return size, lines + (last != b"\n")
