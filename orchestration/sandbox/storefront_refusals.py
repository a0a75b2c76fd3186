"""What is wrong with a document, in the storefront's own words and under its own names."""

import re

from graphql import GraphQLFormattedError

# By name: how this engine says it, and how the storefront does.
INVALID = {
    "undefinedField": (
        re.compile("Cannot query field '(?P<field>\\w+)' on type '(?P<type>\\w+)'"),
        "Field '{field}' doesn't exist on type '{type}'",
    ),
    "argumentNotAccepted": (
        re.compile("Unknown argument '(?P<argument>\\w+)' on field '\\w+\\.(?P<field>\\w+)'"),
        "Field '{field}' doesn't accept argument '{argument}'",
    ),
    "missingRequiredArguments": (
        re.compile("Field '(?P<field>\\w+)' argument '(?P<argument>\\w+)' .* is required"),
        "Field '{field}' is missing required arguments: {argument}",
    ),
}


def named(problem: GraphQLFormattedError) -> GraphQLFormattedError:
    """Return a problem of the validation as the storefront tells it."""
    for code, (said, message) in INVALID.items():
        found = said.match(problem["message"])
        if found:
            return {
                **problem,
                "message": message.format(**found.groupdict()),
                "extensions": {"code": code},
            }
    return problem
