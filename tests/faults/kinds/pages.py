"""Pages that come twice, in another order or without end, and records that move between them."""

from random import Random

from tests.faults.exchange import AGAIN, Exchange, Family, page_info_of, records_of
from tests.faults.proxy import Reply

PAGING, MOVING = Family("paging"), Family("moving")


@PAGING
def the_page_before_again(exchange: Exchange, _: Random) -> Reply | None:
    """Beside its own records a page has those of the first."""
    if not exchange.variables.get("after") or page_info_of(exchange.content) is None:
        return None
    return exchange.with_records([*exchange.first_page(), *exchange.records])


@PAGING
def a_record_twice(exchange: Exchange, random: Random) -> Reply | None:
    records = exchange.records
    if not records:
        return None
    return exchange.with_records([random.choice(records), *records])


@PAGING
def another_order(exchange: Exchange, random: Random) -> Reply | None:
    records = exchange.records
    if len(records) < 2 or "ids" in exchange.variables:
        return None
    return exchange.with_records(random.sample(records, len(records)))


@PAGING
def the_same_cursor(exchange: Exchange, _: Random) -> Reply | None:
    """The page says that it follows itself."""
    after = exchange.variables.get("after")
    page = exchange.page_info
    if after is None or page is None or not page["hasNextPage"]:
        return None
    content = exchange.content
    page_info_of(content)["endCursor"] = after
    return Reply(exchange.answer.with_json(content))


@PAGING
def an_empty_page_between(exchange: Exchange, _: Random) -> Reply | None:
    after = exchange.variables.get("after")
    if exchange.page_info is None or after is None or after.startswith(AGAIN):
        return None
    content = exchange.content
    page_info_of(content).update(hasNextPage=True, endCursor=AGAIN + after)
    records_of(content).clear()
    return Reply(exchange.answer.with_json(content))


@PAGING
def no_more_it_says(exchange: Exchange, _: Random) -> Reply | None:
    content = exchange.content
    if not exchange.is_erp or not content["hasMore"]:
        return None
    return Reply(exchange.answer.with_json({**content, "hasMore": False}))


@PAGING
def more_it_says(exchange: Exchange, _: Random) -> Reply | None:
    content = exchange.content
    if not exchange.is_erp or content["hasMore"]:
        return None
    return Reply(exchange.answer.with_json({**content, "hasMore": True}))


@PAGING
def another_count(exchange: Exchange, random: Random) -> Reply | None:
    content = exchange.content
    if not exchange.is_erp or not content["items"]:
        return None
    kept = random.randrange(len(content["items"]))
    return Reply(exchange.answer.with_json({**content, "items": content["items"][:kept]}))


@MOVING
def an_older_version_before(exchange: Exchange, _: Random) -> Reply | None:
    """A record changes while it is read: its older version came on an earlier page."""
    records = exchange.records
    if not exchange.is_store or not records or "updatedAt" not in records[-1]:
        return None
    older = {**records[-1], "updatedAt": "2026-01-01T00:00:00Z", "name": "as it was"}
    return exchange.with_records([older, *records])


@MOVING
def gone_between_page_and_detail(exchange: Exchange, random: Random) -> Reply | None:
    if "ids" not in exchange.variables:
        return None
    content = exchange.content
    nodes = content["data"]["nodes"]
    nodes[random.randrange(len(nodes))] = None
    return Reply(exchange.answer.with_json(content))


@MOVING
def a_detail_left_out(exchange: Exchange, random: Random) -> Reply | None:
    if "ids" not in exchange.variables:
        return None
    content = exchange.content
    nodes = content["data"]["nodes"]
    del nodes[random.randrange(len(nodes))]
    return Reply(exchange.answer.with_json(content))


@MOVING
def details_in_another_order(exchange: Exchange, random: Random) -> Reply | None:
    if "ids" not in exchange.variables:
        return None
    content = exchange.content
    random.shuffle(content["data"]["nodes"])
    return Reply(exchange.answer.with_json(content))
