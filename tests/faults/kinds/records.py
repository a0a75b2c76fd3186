"""Records of another shape than declared."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.faults.exchange import Exchange, Family
from tests.faults.proxy import Reply

FIELDS = Family("fields")


@FIELDS
def key_missing(exchange: Exchange, random: Random) -> Reply | None:
    return _changed(exchange, random, lambda record: record.pop("id"), needs="id")


@FIELDS
def key_null(exchange: Exchange, random: Random) -> Reply | None:
    return _changed(exchange, random, lambda record: record.update(id=None), needs="id")


@FIELDS
def a_field_missing(exchange: Exchange, random: Random) -> Reply | None:
    """Only the storefront promises every field: the ERP leaves out what is null."""
    if not exchange.is_store or "id" in exchange.variables:
        return None
    return _changed(
        exchange, random, lambda record: record.pop(_other(record, random)), needs="id"
    )


@FIELDS
def a_field_more(exchange: Exchange, random: Random) -> Reply | None:
    return _changed(exchange, random, lambda record: record.update(brand_new={"a": [1]}))


@FIELDS
def a_number_for_text(exchange: Exchange, random: Random) -> Reply | None:
    return _retyped(exchange, random, str, lambda value: {"value": value})


@FIELDS
def text_for_a_list(exchange: Exchange, random: Random) -> Reply | None:
    return _retyped(exchange, random, list, lambda _: "a list no more")


@FIELDS
def text_for_an_object(exchange: Exchange, random: Random) -> Reply | None:
    return _retyped(exchange, random, dict, lambda _: "an object no more")


@FIELDS
def no_time(exchange: Exchange, random: Random) -> Reply | None:
    names = ("updatedAt", "lastmodifieddate", "createdAt", "processedAt")
    found = [name for record in exchange.records[:1] for name in names if record.get(name)]
    if not found:
        return None
    return _changed(exchange, random, lambda record: record.update({found[0]: "yesterday"}))


@FIELDS
def a_record_is_null(exchange: Exchange, random: Random) -> Reply | None:
    records = exchange.records
    if not records or "ids" in exchange.variables:
        return None
    records[random.randrange(len(records))] = None
    return exchange.with_records(records)


def _changed(
    exchange: Exchange, random: Random, change: Callable[[Any], object], *, needs: str = ""
) -> Reply | None:
    records = exchange.records
    if not records or (needs and needs not in records[0]):
        return None
    change(random.choice(records))
    return exchange.with_records(records)


def _other(record: dict[str, Any], random: Random) -> str:
    return random.choice([name for name in record if name != "id"])


def _retyped(
    exchange: Exchange, random: Random, kind: type, change: Callable[[Any], object]
) -> Reply | None:
    records = exchange.records
    fitting = [
        (record, name)
        for record in records
        for name, value in record.items()
        if isinstance(value, kind) and name not in ("links", "__typename")
    ]
    if not fitting:
        return None
    record, name = random.choice(fitting)
    record[name] = change(record[name])
    return exchange.with_records(records)
