"""Every code that the vendor may answer a write of ours with has been given a meaning."""

import pytest
from graphql import GraphQLEnumType, get_named_type

from orchestration.sync.action import KeySpent, Refused
from orchestration.sync.codes import BY_ENUMERATION, BY_KEY_FAILED, meaning_of_texts
from tests.contract.vendor_schema import VERSIONS, vendor_schema

# The mutations by which effects are made, and which of them give their errors no code.
WITH_CODES = (
    "inventoryAdjustQuantities",
    "inventoryMoveQuantities",
    "metafieldsSet",
    "returnProcess",
    "reverseFulfillmentOrderDispose",
)
WITHOUT_CODES = "refundCreate"


def errors_of(schema, mutation):
    """Return the type of a mutation's userErrors."""
    payload = get_named_type(schema.mutation_type.fields[mutation].type)
    return get_named_type(payload.fields["userErrors"].type)


def code_of(schema, mutation):
    kind = get_named_type(errors_of(schema, mutation).fields["code"].type)
    assert isinstance(kind, GraphQLEnumType)
    return kind


def classes(codes):
    return (codes.undecided, codes.passing, codes.refused, codes.spent)


@pytest.mark.parametrize("mutation", WITH_CODES)
def test_every_code_of_the_vendor_stands_in_one_class(real, mutation):
    kind = code_of(real, mutation)
    found = classes(BY_ENUMERATION[kind.name])

    assert {code: sum(code in one for one in found) for code in kind.values} == dict.fromkeys(
        kind.values, 1
    )


def test_no_code_is_classed_that_the_vendor_does_not_have():
    known = {}
    for version in VERSIONS:
        for mutation in WITH_CODES:
            kind = code_of(vendor_schema(version), mutation)
            known.setdefault(id(BY_ENUMERATION[kind.name]), set()).update(kind.values)

    for codes in BY_ENUMERATION.values():
        assert set().union(*classes(codes)) == known[id(codes)]


@pytest.mark.parametrize("mutation", WITH_CODES)
def test_what_asks_to_try_again_or_fails_inside_is_no_refusal(real, mutation):
    for code, value in code_of(real, mutation).values.items():
        text = value.description.lower()
        if "try again" in text or "internal error" in text or "idempotency" in text:
            answer = BY_ENUMERATION[code_of(real, mutation).name].meaning(
                [{"code": code, "message": text}]
            )
            assert not isinstance(answer, Refused), code


def test_texts_in_place_of_codes_mean_what_the_codes_mean(real):
    assert "code" not in errors_of(real, WITHOUT_CODES).fields
    for code, value in code_of(real, "inventoryMoveQuantities").values.items():
        answer = meaning_of_texts([{"message": value.description}])
        own = BY_ENUMERATION["InventoryMoveQuantitiesUserErrorCode"]
        assert isinstance(answer, KeySpent) == (code == BY_KEY_FAILED)
        assert isinstance(answer, Refused) == (code in own.refused | own.passing)
