"""For any sale and any returns of it, what came back adds up: proved on the models' own SQL."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt_project.model_bench import ModelBench

MODELS = [
    "int_storefront_order_lines",
    "int_storefront_order_line_amounts",
    "int_storefront_order_line_taxes",
    "int_case_lines",
    "int_case_expected_sources",
    "int_case_line_reversals",
    "int_case_line_amounts",
    "int_case_amounts",
]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACES = {"USD": 2, "JPY": 0, "KWD": 3}
STORE = "us"
ORDER = "gid://shopify/Order/1"
UNITS = st.integers(0, 9)
CENTS = st.integers(0, 99_999)

# Seeds are Hypothesis's own: a failure prints the example and how to repeat it.
examples = settings(
    max_examples=50,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def bench(as_built):
    return ModelBench(as_built / "warehouse.duckdb", as_built / "target" / "compiled", MODELS)


@st.composite
def lines_of_a_sale(draw):
    """One to three lines: units, unit price, the whole line's discount and taxes; minor units."""
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        quantity, price = draw(st.integers(1, 9)), draw(CENTS)
        discount = draw(st.integers(0, quantity * price))
        charged = quantity * price - discount
        taxes = draw(st.lists(st.integers(0, charged // 4), max_size=3))
        lines.append({"quantity": quantity, "price": price, "discount": discount, "taxes": taxes})
    return lines


@st.composite
def sales(draw):
    return {
        "currency": draw(st.sampled_from(sorted(PLACES))),
        "is_tax_included": draw(st.booleans()),
        "lines": draw(lines_of_a_sale()),
    }


@st.composite
def sales_that_came_back_whole(draw):
    """A sale, and how many units of each line came back with each of its returns, in any order."""
    sale = draw(sales())
    parts = []
    for line in sale["lines"]:
        cuts = draw(st.lists(st.integers(0, line["quantity"]), min_size=3, max_size=3).map(sorted))
        bounds = [0, *cuts, line["quantity"]]
        parts.append([after - before for before, after in pairwise(bounds)])
    order = draw(st.permutations(range(4)))
    return sale, [[part[number] for part in parts] for number in order]


@st.composite
def sales_with_any_documents(draw):
    """A sale, and returns of it that the storefront refunded and the ERP credited as it liked."""
    sale = draw(sales())
    signed = st.integers(-99_999, 99_999)
    cases = [
        {
            "lines": [
                {
                    "requested": draw(UNITS),
                    "refunded": draw(UNITS),
                    "subtotal": draw(signed),
                    "tax": draw(signed),
                    "credited": draw(UNITS),
                    "gross": draw(signed),
                    "discount": draw(signed),
                    "erp_tax": draw(signed),
                }
                for _ in sale["lines"]
            ],
            "shipping": draw(CENTS),
            "adjustment": draw(signed),
            "fee": draw(CENTS),
            "erp_shipping": draw(CENTS),
            "erp_fee": draw(CENTS),
            "erp_other": draw(signed),
        }
        for _ in range(draw(st.integers(1, 3)))
    ]
    return sale, cases


def sale_rows(sale):
    """Return the sale as staging has it."""
    currency, places = sale["currency"], PLACES[sale["currency"]]

    def bag(minor):
        money = {"amount": Decimal(minor).scaleb(-places), "currencyCode": currency}
        return {"shopMoney": money, "presentmentMoney": money}

    return {
        "intermediate.int_storefront_orders": [
            {
                "store": STORE,
                "order_id": ORDER,
                "shop_currency": currency,
                "presentment_currency": currency,
                "is_tax_included": sale["is_tax_included"],
                "placed_at": NOON,
            }
        ],
        "staging.stg_shopify__order_lines": [
            {
                "store": STORE,
                "order_id": ORDER,
                "order_line_id": line_id(number),
                "sku": f"SKU-{number}",
                "shop_currency": currency,
                "presentment_currency": currency,
                "ordered_quantity": line["quantity"],
                "unit_price_set": bag(line["price"]),
                "discount_allocations": [{"allocatedAmountSet": bag(line["discount"])}],
                "tax_lines": [
                    {"title": f"T{code}", "rate": None, "priceSet": bag(tax)}
                    for code, tax in enumerate(line["taxes"])
                ],
            }
            for number, line in enumerate(sale["lines"])
        ],
    }


def line_id(number):
    return f"gid://shopify/LineItem/{number}"


def case_id(number):
    return f"us/return/gid://shopify/Return/{number}"


def quantities(case, line, *, taken, **units):
    """Return one row of a case's units of a line; what is not named is zero."""
    kinds = ("requested", "authorized", "received", "passed", "failed", "refunded", "credited")
    return {
        "case_key": case_id(case),
        "order_line_id": line_id(line),
        "kind": "return",
        "store": STORE,
        "order_id": ORDER,
        "is_taking_units": True,
        "taking_quantity": taken,
        "taken_at": NOON + timedelta(days=case),
        "case_name": f"#1-R{case}",
        **{f"{kind}_quantity": units.get(kind, 0) for kind in kinds},
    }


def case_rows(sale, count):
    cases = [
        {
            "case_key": case_id(case),
            "kind": "return",
            "store": STORE,
            "order_id": ORDER,
            "return_id": f"gid://shopify/Return/{case}",
        }
        for case in range(count)
    ]
    currencies = [
        {"case_key": case_id(case), "currency": sale["currency"], "is_currency_mismatch": False}
        for case in range(count)
    ]
    return {
        "intermediate.int_cases": cases,
        "intermediate.int_case_currencies": currencies,
    }


def document_rows(sale, cases):
    """Return what storefront and ERP wrote of each case, as the models before ours have it."""
    lines = [(case, line) for case in range(len(cases)) for line in range(len(sale["lines"]))]
    said = {(case, line): cases[case]["lines"][line] for case, line in lines}
    refund = "gid://shopify/Refund/{}".format
    return {
        **sale_rows(sale),
        **case_rows(sale, len(cases)),
        "intermediate.int_case_line_quantities": [
            quantities(
                *place,
                taken=of["requested"],
                **{kind: of[kind] for kind in ("requested", "refunded", "credited")},
            )
            for place, of in said.items()
        ],
        "intermediate.int_case_refunds": [
            {"store": STORE, "refund_id": refund(case), "case_key": case_id(case)}
            for case in range(len(cases))
        ],
        "intermediate.int_storefront_refund_lines": [
            {
                "store": STORE,
                "refund_id": refund(case),
                "order_line_id": line_id(line),
                "currency": sale["currency"],
                "is_shop_money": True,
                "refunded_quantity": of["refunded"],
                "subtotal_minor": of["subtotal"],
                "tax_minor": of["tax"],
            }
            for (case, line), of in said.items()
            if of["refunded"]
        ],
        "intermediate.int_case_credit_lines": [
            {
                "case_key": case_id(case),
                "document_id": case,
                "line_id": line,
                "currency": sale["currency"],
                "quantity": of["credited"],
                "order_line_id": line_id(line),
                "gross_minor": of["gross"],
                "discount_minor": of["discount"],
                "tax_minor": of["erp_tax"],
            }
            for (case, line), of in said.items()
        ],
        "intermediate.int_case_storefront_amounts": [
            {
                "case_key": case_id(number),
                "shipping_minor": case["shipping"],
                "adjustment_minor": case["adjustment"],
            }
            for number, case in enumerate(cases)
        ],
        "intermediate.int_case_erp_amounts": [
            {
                "case_key": case_id(number),
                "shipping_minor": case["erp_shipping"],
                "fee_minor": case["erp_fee"],
                "other_minor": case["erp_other"],
            }
            for number, case in enumerate(cases)
        ],
        "intermediate.int_storefront_return_amounts": [
            {
                "store": STORE,
                "return_id": f"gid://shopify/Return/{number}",
                "currency": sale["currency"],
                "fee_minor": case["fee"],
                "exchange_minor": 0,
                "has_exchange": False,
            }
            for number, case in enumerate(cases)
        ],
    }


def none_of(*tables):
    return {f"intermediate.{table}": [] for table in tables}


@examples
@given(sales_that_came_back_whole())
def test_partial_returns_of_a_line_add_up_to_the_sale_in_any_order(bench, drawn):
    sale, returns = drawn
    bench.run(
        {
            **sale_rows(sale),
            **case_rows(sale, len(returns)),
            **none_of("int_case_refunds", "int_storefront_refund_lines", "int_case_credit_lines"),
            "intermediate.int_case_line_quantities": [
                quantities(case, line, taken=units, requested=units)
                for case, lines in enumerate(returns)
                for line, units in enumerate(lines)
            ],
        }
    )

    found = bench.rows("""
        select
            order_line_id,
            sum(expected_reversal_minor) as total,
            sum(expected_reversal_tax_minor) as tax,
            sum(expected_reversal_gross_minor - expected_reversal_discount_minor) as net
        from intermediate.int_case_line_amounts
        group by all
        order by all
    """)
    for line, came_back in zip(sale["lines"], found, strict=True):
        charged = line["quantity"] * line["price"] - line["discount"]
        on_top = 0 if sale["is_tax_included"] else sum(line["taxes"])
        assert came_back["total"] == charged + on_top
        assert came_back["tax"] == sum(line["taxes"])
        assert came_back["net"] == came_back["total"] - came_back["tax"]


@examples
@given(sales_with_any_documents())
def test_seven_components_add_up_to_the_variance_whatever_was_refunded_and_credited(bench, drawn):
    sale, cases = drawn
    bench.run(document_rows(sale, cases))

    found = bench.rows("""
        select
            storefront_minor,
            erp_minor,
            quantity_component_minor + price_component_minor + discount_component_minor
            + tax_component_minor + shipping_component_minor + fee_component_minor
            + adjustment_component_minor as components
        from intermediate.int_case_amounts
        order by case_key
    """)
    for case, amounts in zip(cases, found, strict=True):
        storefront = (
            case["shipping"]
            - case["fee"]
            + case["adjustment"]
            + sum(
                line["subtotal"] + (0 if sale["is_tax_included"] else line["tax"])
                for line in case["lines"]
                if line["refunded"]
            )
        )
        erp = (
            case["erp_shipping"]
            - case["erp_fee"]
            + case["erp_other"]
            + sum(line["gross"] - line["discount"] + line["erp_tax"] for line in case["lines"])
        )
        assert (amounts["storefront_minor"], amounts["erp_minor"]) == (storefront, erp)
        assert amounts["components"] == storefront - erp
