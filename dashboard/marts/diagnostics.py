"""Queries of the page that asks whether returns come out right; money is one currency's."""

from collections.abc import Sequence

from dashboard.marts.source import Listing, Scope, has, optional, rows
from dashboard.publication import Pointer

TABLE = "rpt_return_diagnostics"
NEEDS = (TABLE,)
CASES = ("fct_return_lifecycle", "fct_refund_variance")
QUESTIONS = (
    "refunds_match",
    "stock_after_inspection",
    "stages_are_visible",
    "credits_are_precise",
    "flows_are_rehearsed",
)
# What else is asked under each of the five.
CUTS = {
    "refunds_match": ("refunds_match_promotional", "refunds_match_partial"),
    "stages_are_visible": ("completion_is_true",),
    "credits_are_precise": ("credits_keep_tax_codes", "credits_stay_on_invoice"),
    "flows_are_rehearsed": tuple(
        f"flows_are_rehearsed_{kind}"
        for kind in (
            *("partial", "bundle", "account_credit"),
            *("exchange", "multi_currency", "tax_inclusive"),
        )
    ),
}

_ASKED = "variances.root_cause not in ('not_due', 'awaiting_credit_memo', 'awaiting_refund')"
_UNMATCHED = f"""({_ASKED} and not (
    variances.root_cause in ('none', 'rounding')
    and coalesce(variances.payout_variance_amount, 0) = 0
))"""
_GAP = """greatest(
    abs(coalesce(variances.variance_amount, variances.storefront_amount)),
    abs(coalesce(variances.payout_variance_amount, 0))
)"""
_CREDITED = "abs(coalesce(variances.erp_amount, variances.expected_amount))"
_WORTH = "greatest(variances.storefront_amount, coalesce(variances.erp_amount, 0), 0)"
# For each question: which cases answer no, and what is at stake in one.
BEHIND = {
    "refunds_match": (_UNMATCHED, _GAP),
    "refunds_match_promotional": (f"{_UNMATCHED} and cases.is_promotional", _GAP),
    "refunds_match_partial": (f"{_UNMATCHED} and cases.is_partial", _GAP),
    "stock_after_inspection": ("cases.is_restocked_before_inspection", "exposed.open_amount"),
    "stages_are_visible": (
        """cases.link_method not in ('explicit', 'order_lines')
        and cases.current_stage not in ('declined', 'cancelled')""",
        _WORTH,
    ),
    "completion_is_true": ("cases.is_falsely_complete", _WORTH),
    "credits_are_precise": (
        """cases.credited_at is not null
        and coalesce(variances.reversal_variance_amount <> 0, true)""",
        "abs(coalesce(variances.reversal_variance_amount, variances.expected_amount))",
    ),
    "credits_keep_tax_codes": (
        """cases.credited_at is not null and cases.case_key in (
            select case_key from marts.fct_return_lines
            where
                credited_quantity > 0
                and coalesce(tax_codes, '') <> coalesce(original_tax_codes, '')
        )""",
        _CREDITED,
    ),
    "credits_stay_on_invoice": (
        "variances.is_applied_elsewhere and cases.credited_at is not null",
        _CREDITED,
    ),
}


def answers(pointer: Pointer, scope: Scope) -> dict[str, dict[str, object]]:
    """Return the answer to each question, over the stores of the scope, by the question."""
    good = optional(pointer, TABLE, "good_rate", alias=TABLE)
    attention = optional(pointer, TABLE, "attention_rate", alias=TABLE)
    statement = f"""
        select
            question,
            sum(numerator) as numerator,
            sum(denominator) as denominator,
            sum(numerator) / nullif(sum(denominator), 0) as rate,
            sum(numerator_amount) / nullif(sum(denominator_amount), 0) as value_rate,
            sum(amount) as amount,
            any_value(good_rate) as good_rate,
            any_value(attention_rate) as attention_rate
        from (
            select * exclude (verdict{_excluded(good, attention)}), {good}, {attention}
            from marts.rpt_return_diagnostics
        )
        where {_SCOPE}
        group by question
    """  # noqa: S608
    found = rows(pointer, statement, scope.parameters, needs=NEEDS).to_pylist()
    return {row["question"]: row for row in found}


def trend(pointers: Sequence[Pointer], scope: Scope) -> list[dict[str, object]]:
    """Return the share of each question in every publication that is kept and has it."""
    statement = f"""
        select
            (select as_of from ops.publication limit 1) as as_of,
            question,
            sum(numerator) / nullif(sum(denominator), 0) as rate
        from marts.rpt_return_diagnostics
        where {_SCOPE}
        group by question
    """  # noqa: S608
    found: list[dict[str, object]] = []
    for pointer in pointers:
        if has(pointer, TABLE) and has(pointer, "ops.publication"):
            found += rows(pointer, statement, scope.parameters, needs=NEEDS).to_pylist()
    return found


def behind(pointer: Pointer, scope: Scope, question: str) -> Listing:
    """List the cases that answer a question with no, the most money first."""
    condition, at_stake = BEHIND[question]
    statement = f"""
        select cases.case_key, cases.case_name, cases.store, cases.order_name, cases.rma_number,
            cases.current_stage, variances.root_cause, cases.link_method,
            variances.storefront_amount, variances.paid_amount, variances.erp_amount,
            variances.expected_amount,
            {at_stake} as at_stake_amount
        {_BEHIND} and ({condition})
        order by at_stake_amount desc nulls last, cases.case_name, cases.case_key
    """
    return Listing(pointer, statement, scope.parameters, CASES)


def behind_count(pointer: Pointer, scope: Scope, question: str) -> int:
    """Return how many rows the pages of `behind` have between them."""
    condition, _ = BEHIND[question]
    statement = f"select count(*) as cases {_BEHIND} and ({condition})"
    return int(rows(pointer, statement, scope.parameters, needs=CASES).to_pylist()[0]["cases"])


_SCOPE = """currency in ($currency, 'all') and ($store is null or store in ($store, 'all'))"""
_BEHIND = """from marts.fct_return_lifecycle as cases
    inner join marts.fct_refund_variance as variances on cases.case_key = variances.case_key
    left join (
        select case_key, sum(open_amount) as open_amount
        from marts.fct_restock_exposure
        group by case_key
    ) as exposed on cases.case_key = exposed.case_key
    where cases.currency = $currency and ($store is null or cases.store = $store)"""


def _excluded(good: str, attention: str) -> str:
    return "" if good.startswith("null") or attention.startswith("null") else _THRESHOLDS


_THRESHOLDS = ", good_rate, attention_rate"
