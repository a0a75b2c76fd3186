"""Other bodies than were asked for, with status 200."""

import gzip
import json
from functools import cache
from random import Random

from tests.faults.exchange import Exchange, Family, compact
from tests.faults.proxy import Reply

WRONG_BODY, ENCODING = Family("wrong body"), Family("encoding")
LOGIN_PAGE = b"<!doctype html><html><head><title>Log in</title></head><body></body></html>"
BOMB_BYTES = 300 * 2**20


def _body(name: str, body: bytes, headers: dict[str, str] | None = None) -> None:
    WRONG_BODY.add(
        name, lambda exchange, _: Reply(exchange.answer.with_body(body, **(headers or {})))
    )


_body("login_page", LOGIN_PAGE, {"content-type": "text/html"})
_body("empty_object", b"{}")
_body("nothing", b"")
_body("null", b"null")
_body("list", b"[]")
_body("no_data", b'{"data":null}')
_body("no_items", b'{"items":null,"count":0,"hasMore":false}')
_body("two_documents", b'{"data":{}}{"data":{}}')
_body("no_gzip", b"\x1f\x8b but no more", {"content-encoding": "gzip"})
_body("nested_too_deep", b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


@WRONG_BODY
def gzip_bomb(exchange: Exchange, _: Random) -> Reply:
    return Reply(exchange.answer.with_body(_bomb(), **{"content-encoding": "gzip"}))


@WRONG_BODY
def partial_data_beside_errors(exchange: Exchange, _: Random) -> Reply | None:
    if not exchange.is_store:
        return None
    content = {**exchange.content, "errors": [{"message": "Something went wrong"}]}
    return Reply(exchange.answer.with_json(content))


@WRONG_BODY
def not_a_number(exchange: Exchange, random: Random) -> Reply | None:
    name = random.choice([b"NaN", b"Infinity", b"-Infinity"])
    return exchange.with_first_text(name)


@WRONG_BODY
def a_name_twice_in_a_record(exchange: Exchange, random: Random) -> Reply | None:
    records = exchange.records
    if not records:
        return None
    member = next(iter(random.choice(records).items()))
    once = json.dumps(dict([member]))[1:-1]
    text = compact(exchange.answer.body.decode())
    marked = compact("{" + once)[1:]
    if marked not in text:
        return None
    return Reply(exchange.answer.with_body(text.replace(marked, f"{marked},{marked}", 1).encode()))


@WRONG_BODY
def a_name_twice_around_the_records(exchange: Exchange, _: Random) -> Reply | None:
    for name, empty in (("data", '{"nodes":[]}'), ("items", "[]"), ("nodes", "[]")):
        text = compact(exchange.answer.body.decode())
        if f'"{name}":' in text:
            at_the_end = text[:-1] + f',"{name}":{empty}' + "}"
            return Reply(exchange.answer.with_body(at_the_end.encode()))
    return None


@ENCODING
def broken_utf8(exchange: Exchange, random: Random) -> Reply | None:
    return exchange.with_first_text(b'"caf\xe9 %d"' % random.randrange(100))


@ENCODING
def byte_order_mark(exchange: Exchange, _: Random) -> Reply:
    return Reply(exchange.answer.with_body(b"\xef\xbb\xbf" + exchange.answer.body))


@ENCODING
def utf16(exchange: Exchange, _: Random) -> Reply:
    return Reply(exchange.answer.with_body(exchange.answer.body.decode().encode("utf-16")))


@ENCODING
def a_lone_surrogate(exchange: Exchange, _: Random) -> Reply | None:
    return exchange.with_first_text(b'"\\ud800"')


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES, compresslevel=9)
