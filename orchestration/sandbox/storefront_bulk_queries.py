"""The fields of the storefront's schema that are about bulk operations."""

from dataclasses import replace
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSyntaxError, execute_sync, parse, validate

from orchestration.sandbox.storefront_bulk import refused
from orchestration.sandbox.storefront_bulk_rules import bulk_refusals
from orchestration.sandbox.storefront_paging import page
from orchestration.sandbox.storefront_refusals import named
from orchestration.sandbox.storefront_search import parse as parse_search
from orchestration.sandbox.storefront_visit import Visit
from orchestration.sandbox.storefront_wire import Record


def run_in_bulk(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    """Answer `bulkOperationRunQuery`: the query is run at once, and told as running meanwhile."""
    visit: Visit = info.context
    text = arguments["query"]
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return refused(f"Invalid bulk query: {error.message}")
    problems = [named(problem.formatted)["message"] for problem in validate(info.schema, document)]
    problems = problems or bulk_refusals(info.schema, document, text)
    if problems:
        return refused(f"Invalid bulk query: {problems[0]}")
    done = execute_sync(info.schema, document, context_value=replace(visit, is_bulk=True))
    if done.errors or done.data is None:
        return refused(f"Invalid bulk query: {done.errors}")
    return visit.bulk.start(visit.store, text, done.data, now=visit.now)


def bulk_operation(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record | None:
    """Answer `bulkOperation`."""
    visit: Visit = info.context
    return visit.bulk.find(visit.store, arguments["id"])


def current_bulk_operation(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record | None:
    """Answer `currentBulkOperation`: the newest one, whether it runs or has ended."""
    visit: Visit = info.context
    wanted = arguments["type"]
    started = (one for one in visit.bulk.of_store(visit.store) if one["type"] == wanted)
    return next(started, None)


def bulk_operations(_: Any, info: GraphQLResolveInfo, **arguments: Any) -> Record:
    """Answer `bulkOperations`, newest first."""
    visit: Visit = info.context
    wanted = {term.name: term.value.upper() for term in parse_search(arguments.get("query"))}
    found = [
        operation
        for operation in visit.bulk.of_store(visit.store)
        if operation["status"] == wanted.get("status", operation["status"])
    ]
    return page(found, arguments)
