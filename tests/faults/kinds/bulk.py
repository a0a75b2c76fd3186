"""What becomes of a bulk operation: not started, ended badly, its file moved or cut."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.faults.exchange import Exchange, Family
from tests.faults.proxy import Answer, Reply

BULK = Family("bulk")
START, POLL = "BulkRun", "BulkStatus"
MOVED = "?moved"
CHUNK_BYTES = 4096
XML = {"content-type": "application/xml"}
EXPIRED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"

Told = dict[str, Any]


def _told(name: str, change: Callable[[Told], Told | None]) -> None:
    """Take in a fault that tells otherwise how an operation stands."""

    def effect(exchange: Exchange, _: Random) -> Reply | None:
        if exchange.ask.label != POLL:
            return None
        content = exchange.content
        content["data"]["bulkOperation"] = change(content["data"]["bulkOperation"])
        return Reply(exchange.answer.with_json(content))

    BULK.add(name, effect)


_told("still_running", lambda told: {**told, "status": "RUNNING", "url": None})
_told("canceled", lambda told: {**told, "status": "CANCELED", "url": None})
_told("expired", lambda told: {**told, "status": "EXPIRED", "url": None})
_told(
    "failed_with_partial_data",
    lambda told: {
        **told,
        "status": "FAILED",
        "errorCode": "TIMEOUT",
        "url": None,
        "partialDataUrl": told["url"],
    },
)
_told("forgotten", lambda _: None)
_told("without_an_address", lambda told: {**told, "url": None})
_told("without_a_usable_address", lambda told: {**told, "url": "http://["})
_told(
    "more_objects_announced",
    lambda told: {**told, "objectCount": str(int(told["objectCount"]) + 1)},
)
_told("more_bytes_announced", lambda told: {**told, "fileSize": str(int(told["fileSize"]) + 1)})
_told("another_shape", lambda _: {"id": 7})


def _not_started(name: str, code: str) -> None:
    """Take in a fault that has no operation started."""
    error = {"field": ["query"], "message": "It cannot be started", "code": code}
    content = {"data": {"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [error]}}}

    def effect(exchange: Exchange, _: Random) -> Reply | None:
        is_start = exchange.ask.label == START
        return Reply(exchange.answer.with_json(content)) if is_start else None

    BULK.add(name, effect)


_not_started("another_one_runs", "OPERATION_IN_PROGRESS")
_not_started("not_run_in_bulk", "INVALID")


@BULK
def no_answer_to_the_start(exchange: Exchange, _: Random) -> Reply | None:
    is_start = exchange.ask.label == START
    return Reply(exchange.answer.with_json({"data": {}})) if is_start else None


def _file(effect: Callable[[Exchange, Random], Reply]) -> None:
    """Take in a fault of the file, under the name of its function."""

    def of_files(exchange: Exchange, random: Random) -> Reply | None:
        is_there = exchange.ask.is_file and not exchange.ask.target.endswith(MOVED)
        return effect(exchange, random) if is_there else None

    BULK.add(effect.__name__, of_files)


@_file
def an_address_that_expired(_: Exchange, __: Random) -> Reply:
    return Reply(Answer(403, XML, EXPIRED))


@_file
def a_file_that_is_gone(_: Exchange, __: Random) -> Reply:
    return Reply(Answer(404, XML, EXPIRED))


@_file
def a_file_that_moved(exchange: Exchange, _: Random) -> Reply:
    return Reply(Answer(302, {"location": exchange.ask.target + MOVED}, b""))


@_file
def a_file_that_moved_in_a_circle(exchange: Exchange, _: Random) -> Reply:
    return Reply(Answer(302, {"location": exchange.ask.target}, b""))


@_file
def cut_at_a_line_end(exchange: Exchange, random: Random) -> Reply:
    lines = exchange.answer.body.splitlines(keepends=True)
    return _with_lines(exchange, lines[: random.randrange(len(lines))])


@_file
def cut_at_a_chunk(exchange: Exchange, random: Random) -> Reply:
    body = exchange.answer.body
    chunks = range(0, len(body), CHUNK_BYTES)
    return Reply(exchange.answer.with_body(body[: random.choice(chunks)]))


@_file
def a_line_twice_and_another_not(exchange: Exchange, random: Random) -> Reply:
    lines = exchange.answer.body.splitlines(keepends=True)
    longest = max(lines, key=len)
    shorter = [place for place, line in enumerate(lines) if len(line) < len(longest)]
    lines[random.choice(shorter)] = longest
    return _with_lines(exchange, lines)


@_file
def children_before_their_parents(exchange: Exchange, _: Random) -> Reply:
    return _with_lines(exchange, exchange.answer.body.splitlines(keepends=True)[::-1])


@_file
def a_child_of_nobody(exchange: Exchange, random: Random) -> Reply:
    lines = exchange.answer.body.splitlines(keepends=True)
    children = [place for place, line in enumerate(lines) if b'"__parentId"' in line]
    place = random.choice(children)
    parent = json.loads(lines[place])["__parentId"].encode()
    lines[place] = lines[place].replace(parent, parent[:-1] + b"x")
    return _with_lines(exchange, lines)


def _with_lines(exchange: Exchange, lines: list[bytes]) -> Reply:
    return Reply(exchange.answer.with_body(b"".join(lines)))
