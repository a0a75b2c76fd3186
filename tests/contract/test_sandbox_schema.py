"""The sandbox's schema is a true subset of the vendor's: whatever it has is there, and equal."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
)
from graphql.type import is_required_argument, is_required_input_field, is_specified_directive

# What GraphQL itself brings, whatever a schema says.
OWN = "__"


def has_fields(kind):
    return isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)


@pytest.fixture(scope="module")
def kinds(ours, real):
    """Our types with the real ones of the same name, built-in ones left out."""
    names = [name for name in ours.type_map if not name.startswith(OWN)]
    assert {name for name in names if name not in real.type_map} == set()
    return [(ours.type_map[name], real.type_map[name]) for name in names]


@pytest.fixture(scope="module")
def fields(kinds):
    """Our fields with the real ones, each under its full name."""
    pairs = {
        f"{one.name}.{name}": (field, other.fields.get(name))
        for one, other in kinds
        if has_fields(one)
        for name, field in one.fields.items()
    }
    assert [name for name, (_, theirs) in pairs.items() if theirs is None] == []
    return pairs


def differences(place, mine, theirs, *, is_required) -> Iterator[str]:
    """Yield what differs between two sets of arguments or of input fields."""
    for name, value in mine.items():
        if name not in theirs:
            yield f"{place}.{name} is not there"
        elif str(theirs[name].type) != str(value.type):
            yield f"{place}.{name}: {value.type} is {theirs[name].type}"
        elif theirs[name].default_value != value.default_value:
            yield f"{place}.{name} = {value.default_value} is {theirs[name].default_value}"
    for name, value in theirs.items():
        if name not in mine and is_required(value):
            yield f"{place}.{name} is needed and lacks"


def test_the_roots_are_the_real_ones(ours, real):
    assert ours.query_type.name == real.query_type.name
    assert ours.mutation_type.name == real.mutation_type.name


def test_every_type_is_of_the_real_kind(kinds):
    assert [one.name for one, other in kinds if type(one) is not type(other)] == []


def test_every_field_has_the_real_type_and_nullability(fields):
    wrong = [
        f"{name}: {mine.type} is {theirs.type}"
        for name, (mine, theirs) in fields.items()
        if str(mine.type) != str(theirs.type)
    ]
    assert wrong == []


def test_every_argument_is_the_real_one_and_none_that_is_needed_lacks(fields):
    wrong = [
        difference
        for name, (mine, theirs) in fields.items()
        for difference in differences(
            name, mine.args, theirs.args, is_required=is_required_argument
        )
    ]
    assert wrong == []


def test_every_input_is_the_real_one_and_no_field_that_is_needed_lacks(kinds):
    wrong = [
        difference
        for one, other in kinds
        if isinstance(one, GraphQLInputObjectType)
        for difference in differences(
            one.name, one.fields, other.fields, is_required=is_required_input_field
        )
    ]
    assert wrong == []


def test_every_word_of_an_enum_is_a_real_one(kinds):
    wrong = [
        f"{one.name}.{word}"
        for one, other in kinds
        if isinstance(one, GraphQLEnumType)
        for word in set(one.values) - set(other.values)
    ]
    assert wrong == []


def test_every_member_and_interface_is_a_real_one(kinds):
    wrong = []
    for one, other in kinds:
        if isinstance(one, GraphQLUnionType):
            mine, theirs = one.types, other.types
        elif has_fields(one):
            mine, theirs = one.interfaces, other.interfaces
        else:
            continue
        extra = {kind.name for kind in mine} - {kind.name for kind in theirs}
        wrong += [f"{one.name}: {name}" for name in extra]
    assert wrong == []


def test_a_type_has_every_interface_that_both_schemas_know(ours, kinds):
    wrong = [
        f"{one.name} implements {interface.name}"
        for one, other in kinds
        if has_fields(one)
        for interface in other.interfaces
        if interface.name in ours.type_map
        and interface.name not in {mine.name for mine in one.interfaces}
    ]
    assert wrong == []


def test_only_what_other_clients_poll_by_is_deprecated_and_in_the_vendors_words(fields):
    said = {
        name: (mine.deprecation_reason, theirs.deprecation_reason)
        for name, (mine, theirs) in fields.items()
        if theirs.deprecation_reason or mine.deprecation_reason
    }
    assert list(said) == ["QueryRoot.currentBulkOperation"]
    assert all(mine == theirs for mine, theirs in said.values())


def test_every_directive_is_a_real_one(ours, real):
    own = [directive for directive in ours.directives if not is_specified_directive(directive)]
    assert [directive.name for directive in own] == ["idempotent"]
    for mine in own:
        theirs = real.get_directive(mine.name)
        assert (
            list(differences(mine.name, mine.args, theirs.args, is_required=is_required_argument))
            == []
        )
        assert set(mine.locations) <= set(theirs.locations)
        assert mine.is_repeatable == theirs.is_repeatable
