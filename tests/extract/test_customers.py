"""What lands of a customer, and what does not."""

import json

import pytest

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.shopify.customers import CustomerKeys, masked

KEYS = CustomerKeys("a secret of the test's own, long enough")
OTHER_KEYS = CustomerKeys("another secret of the test's own as well")
PERSON = {
    "__typename": "Customer",
    "id": "gid://shopify/Customer/70012345",
    "defaultEmailAddress": {"emailAddress": "Ada.Bell@Example.com"},
}


def nobody(_):
    return False


def landed(*nodes, keys=KEYS, is_forgotten=nobody):
    answer = json.dumps({"data": {"nodes": nodes}}).encode()
    return json.loads(keys.without_names(answer, is_forgotten=is_forgotten))["data"]["nodes"]


def test_an_e_mail_lands_as_a_keyed_hash_and_masked():
    [record] = landed(PERSON)

    assert record == {
        "id": PERSON["id"],
        "customer_key": KEYS.key_of("ada.bell@example.com"),
        "display_name": "a***@e***.com",
    }
    assert len(record["customer_key"]) == 64
    assert record["customer_key"] != OTHER_KEYS.key_of("ada.bell@example.com")


def test_an_e_mail_has_one_key_however_it_is_written():
    assert KEYS.key_of(" ADA@example.com\n") == KEYS.key_of("ada@example.com")


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("ada@mail.shop.co.uk", "a***@m***.uk"),
        ("a@b.de", "a***@b***.de"),
        ("root@localhost", "r***@l***"),
        ("no address at all", "***@n***"),
    ],
)
def test_of_an_e_mail_the_first_letters_are_shown(email, shown):
    assert masked(email) == shown


def test_a_company_is_known_by_its_key_in_the_erp_and_a_buyer_without_e_mail_by_nothing():
    company, unnamed, walk_in = landed(
        {"id": "gid://shopify/Company/7", "externalId": "C-100"},
        {"id": "gid://shopify/Company/123456", "externalId": None},
        {**PERSON, "defaultEmailAddress": None},
    )

    assert company["display_name"] == "C-100"
    assert company["customer_key"] == KEYS.key_of("gid://shopify/Company/7")
    assert unnamed["display_name"] == "Company ***3456"
    assert walk_in["display_name"] == "Customer ***2345"


@pytest.mark.parametrize("identity", ["ada.bell@example.com", PERSON["id"]])
def test_a_forgotten_customer_lands_as_an_id_alone(identity):
    forgotten = {KEYS.key_of(identity)}

    assert landed(PERSON, is_forgotten=forgotten.__contains__) == [
        {"id": PERSON["id"], "customer_key": None, "display_name": None}
    ]


def test_an_id_without_a_record_lands_as_nothing():
    assert landed(None) == []


@pytest.mark.parametrize(
    "data",
    [
        "ada@example.com",
        {"nodes": ["ada@example.com"]},
        {"nodes": [{"defaultEmailAddress": "ada@example.com"}]},
        {"nodes": [{"id": None, "defaultEmailAddress": None, "name": "ada"}]},
        {"nodes": [{**PERSON, "id": 7}]},
    ],
)
def test_an_answer_of_another_shape_is_refused_without_a_word_of_it(data):
    with pytest.raises(UnreadableAnswerError) as caught:
        KEYS.without_names(json.dumps({"data": data}).encode(), is_forgotten=nobody)

    assert "ada" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "secret" not in repr(KEYS)
