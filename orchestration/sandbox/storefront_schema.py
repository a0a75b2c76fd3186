"""The storefront's schema made executable over its books."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    get_named_type,
)

from orchestration.sandbox.inventory import Desk, quantities_of
from orchestration.sandbox.storefront_agreements import agreements
from orchestration.sandbox.storefront_bulk import every
from orchestration.sandbox.storefront_bulk_queries import (
    bulk_operation,
    bulk_operations,
    current_bulk_operation,
    run_in_bulk,
)
from orchestration.sandbox.storefront_disposing import DispositionDesk
from orchestration.sandbox.storefront_metafields import MetafieldDesk
from orchestration.sandbox.storefront_paging import Key, page
from orchestration.sandbox.storefront_refunding import RefundDesk
from orchestration.sandbox.storefront_search import number, search_for
from orchestration.sandbox.storefront_settlements import payouts
from orchestration.sandbox.storefront_visit import Visit
from orchestration.sandbox.storefront_wire import Record, level_id

MOST_IDS = 250
SDL = Path(__file__).with_name("shopify.graphql")
SCOPES = (
    *("read_orders", "read_all_orders", "read_returns", "write_returns", "read_inventory"),
    *("write_inventory", "read_locations", "read_products", "read_shopify_payments"),
    *("read_customers", "read_companies", "read_payment_terms", "write_orders"),
)


@cache
def executable_schema() -> GraphQLSchema:
    """Return the schema with every field resolved from the records of the visited store."""
    schema = build_schema(SDL.read_text(encoding="utf-8"))
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            _resolve_fields(kind)
    return schema


def _resolve_fields(kind: GraphQLObjectType) -> None:
    own = RESOLVERS.get(kind.name, {})
    for name, field in kind.fields.items():
        if name in own:
            field.resolve = own[name]
        elif get_named_type(field.type).name.endswith("Connection"):
            field.resolve = _connection
        else:
            field.resolve = _value


def _value(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    value = source.get(info.field_name) if isinstance(source, dict) else None
    if isinstance(value, list):
        values = value if arguments.get("first") is None else value[: arguments["first"]]
        return [_followed(item, info) for item in values]
    return _followed(value, info)


def _connection(source: Record, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    return _paged(source.get(info.field_name) or [], info, arguments)


def _paged(
    records: Sequence[Any], info: GraphQLResolveInfo, arguments: Record, *, key: Key | None = None
) -> Record:
    visit: Visit = info.context
    answer = every(list(records), key) if visit.is_bulk else page(records, arguments, key=key)
    answer["nodes"] = [_followed(node, info) for node in answer["nodes"]]
    for edge, node in zip(answer["edges"], answer["nodes"], strict=True):
        edge["node"] = node
    return answer


def _followed(value: Any, info: GraphQLResolveInfo) -> Any:
    if isinstance(value, dict) and "$ref" in value:
        visit: Visit = info.context
        return visit.books.get(visit.store, value["$ref"])
    return value


def _by_id(record: Record) -> list[str]:
    return [str(record["id"])]


def _searched(
    records: Sequence[Record],
    info: GraphQLResolveInfo,
    arguments: Record,
    *,
    date_fields: dict[str, str] | None = None,
) -> list[Record]:
    """Return the records that meet a search; what is ignored of it is told beside the data."""
    search = search_for(arguments.get("query"), date_fields=date_fields)
    if search.warnings:
        said = {"path": info.path.as_list(), "query": search.text, "warnings": search.warnings}
        info.context.searches.append(said)
    return search.found(records)


def _orders(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    found = _searched(info.context.every("Order"), info, arguments)
    if str(arguments.get("sortKey")) == "ID":
        return _paged(found, info, arguments, key=lambda order: [f"{number(order['id']):020d}"])
    field = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt"}.get(
        str(arguments.get("sortKey")), "processedAt"
    )
    return _paged(found, info, arguments, key=lambda order: [order[field], order["id"]])


def _orders_count(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    found = len(_searched(info.context.every("Order"), info, arguments))
    limit = arguments.get("limit")
    is_exact = limit is None or found < limit
    return {
        "count": found if is_exact else limit,
        "precision": "EXACT" if is_exact else "AT_LEAST",
    }


def _agreements(source: Record, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    return _paged(agreements(source, info.context.find), info, arguments)


def _locations(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    return _paged(info.context.every("Location"), info, arguments, key=_by_id)


def _location(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record | None:
    places: list[Record] = sorted(info.context.every("Location"), key=lambda r: str(r["id"]))
    wanted = arguments.get("id")
    if wanted is None:
        return places[0] if places else None
    found: Record | None = info.context.find(wanted)
    return found


def _found(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record | None:
    record: Record | None = info.context.find(arguments["id"])
    return record


def _found_of_kind(kind: str) -> Any:
    def resolve(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record | None:
        record: Record | None = info.context.find(arguments["id"])
        return record if record and record["__typename"] == kind else None

    return resolve


def _nodes(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> list[Record | None]:
    if len(arguments["ids"]) > MOST_IDS:
        raise GraphQLError(
            f"The input array size of {len(arguments['ids'])} is greater than the maximum allowed"
            f" of {MOST_IDS}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )
    return [info.context.find(one) for one in arguments["ids"]]


def _levels_of_place(source: Record, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    every = info.context.every("InventoryLevel")
    levels = [level for level in every if level["location"]["$ref"] == source["id"]]
    return _paged_levels(levels, info, arguments)


def _levels_of_item(source: Record, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    places = visit.every("Location")
    ids = [level_id(source["id"], place["id"]) for place in places]
    levels = [level for level in map(visit.find, ids) if level]
    return _paged_levels(levels, info, arguments)


def _paged_levels(levels: list[Record], info: GraphQLResolveInfo, arguments: Record) -> Record:
    found = _searched(levels, info, arguments)
    return _paged(found, info, arguments, key=_by_id)


def _level(source: Record, info: GraphQLResolveInfo, **arguments: Any) -> Record | None:
    visit: Visit = info.context
    return visit.find(level_id(source["id"], arguments["locationId"]))


def _quantities(source: Record, _: GraphQLResolveInfo, **arguments: Any) -> list[Record]:
    return quantities_of(source, arguments["names"])


def _payments_account(_: Any, info: GraphQLResolveInfo) -> Record:
    return {"id": f"gid://shopify/ShopifyPaymentsAccount/{len(info.context.store)}"}


def _balance(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    entries = info.context.every("ShopifyPaymentsBalanceTransaction")
    found = _searched(entries, info, arguments, date_fields={"processed_at": "transactionDate"})
    return _paged(
        found, info, arguments, key=lambda entry: [entry["transactionDate"], entry["id"]]
    )


def _payouts(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    issued = payouts(visit.every("ShopifyPaymentsBalanceTransaction"))
    found = _searched(issued, info, arguments, date_fields={"issued_at": "issuedAt"})
    return _paged(found, info, arguments, key=lambda payout: [payout["issuedAt"], payout["id"]])


def _tender(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    found = _searched(info.context.every("TenderTransaction"), info, arguments)
    return _paged(found, info, arguments, key=lambda moved: [moved["processedAt"], moved["id"]])


def _shop(_: Any, info: GraphQLResolveInfo) -> Record:
    currencies = {order["currencyCode"] for order in info.context.every("Order")}
    return {
        "id": "gid://shopify/Shop/1",
        "name": info.context.store,
        "currencyCode": min(currencies, default="USD"),
        "ianaTimezone": "Etc/UTC",
        "taxesIncluded": False,
    }


def _installation(_: Any, _info: GraphQLResolveInfo) -> Record:
    scopes = [{"handle": scope} for scope in SCOPES]
    return {"id": "gid://shopify/AppInstallation/1", "accessScopes": scopes}


def _idempotency_key(info: GraphQLResolveInfo) -> str | None:
    for directive in info.field_nodes[0].directives:
        if directive.name.value == "idempotent":
            value = directive.arguments[0].value
            name = getattr(value, "name", None)
            return str(info.variable_values[name.value] if name else getattr(value, "value", ""))
    return None


def _adjust(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    desk = Desk(visit.books, visit.store, visit.now)
    return desk.adjust(arguments["input"], _idempotency_key(info))


def _move(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    desk = Desk(visit.books, visit.store, visit.now)
    return desk.move(arguments["input"], _idempotency_key(info))


def _process_return(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    return RefundDesk(visit.books, visit.store, visit.now).process(arguments["input"])


def _dispose(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    desk = DispositionDesk(visit.books, visit.store, visit.now)
    return desk.dispose(arguments["dispositionInputs"])


def _create_refund(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    desk = RefundDesk(visit.books, visit.store, visit.now)
    return desk.create(arguments["input"], _idempotency_key(info))


def _set_metafields(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    visit: Visit = info.context
    return MetafieldDesk(visit.books, visit.store, visit.now).set(arguments["metafields"])


def _metafield(source: Record, info: GraphQLResolveInfo, **arguments: Any) -> Record | None:
    visit: Visit = info.context
    desk = MetafieldDesk(visit.books, visit.store, visit.now)
    return desk.find(source["id"], arguments.get("namespace"), arguments["key"])


RESOLVERS: dict[str, dict[str, Any]] = {
    "QueryRoot": {
        "bulkOperation": bulk_operation,
        "bulkOperations": bulk_operations,
        "currentBulkOperation": current_bulk_operation,
        "orders": _orders,
        "ordersCount": _orders_count,
        "order": _found_of_kind("Order"),
        "return": _found_of_kind("Return"),
        "refund": _found_of_kind("Refund"),
        "inventoryItem": _found_of_kind("InventoryItem"),
        "inventoryLevel": _found_of_kind("InventoryLevel"),
        "node": _found,
        "nodes": _nodes,
        "locations": _locations,
        "location": _location,
        "shopifyPaymentsAccount": _payments_account,
        "tenderTransactions": _tender,
        "shop": _shop,
        "currentAppInstallation": _installation,
    },
    "Mutation": {
        "bulkOperationRunQuery": run_in_bulk,
        "inventoryAdjustQuantities": _adjust,
        "inventoryMoveQuantities": _move,
        "metafieldsSet": _set_metafields,
        "refundCreate": _create_refund,
        "returnProcess": _process_return,
        "reverseFulfillmentOrderDispose": _dispose,
    },
    "Order": {"agreements": _agreements, "metafield": _metafield},
    "Location": {"inventoryLevels": _levels_of_place},
    "InventoryItem": {"inventoryLevels": _levels_of_item, "inventoryLevel": _level},
    "InventoryLevel": {"quantities": _quantities},
    "ShopifyPaymentsAccount": {"balanceTransactions": _balance, "payouts": _payouts},
}
