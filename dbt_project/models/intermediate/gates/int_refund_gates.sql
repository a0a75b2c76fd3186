-- May the storefront pay the ERP's figure: done, held with every reason that applies, or ready.
with

cases as (

    select * from {{ changed('int_cases') }}

    where kind = 'return'

),

reversals as (

    select * from {{ changed('int_case_reversals') }}

),

stages as (

    select * from {{ changed('int_case_stages') }}

),

limits as (

    select * from {{ ref('currency_policy') }}

),

facts as (

    select
        cases.case_key,
        reversals.currency,
        reversals.is_currency_mismatch,
        reversals.has_refund,
        reversals.has_credit,
        reversals.has_duplicate_credit,
        reversals.timeless_cause in ('none', 'offsetting', 'rounding') as is_settled,
        stages.inspection_status,
        stages.posting_status,
        stages.payout_status,
        coalesce(orders.has_captured_payment, false) as has_captured_payment,
        coalesce(credits.has_cash_refund, false) as has_cash_refund,
        coalesce(rmas.has_live_rma, false) as has_live_rma,
        coalesce(
            abs(reversals.reversal_variance_minor) > reversals.credited_tolerance_minor, false
        ) as is_reversal_off,
        case
            when reversals.has_credit and not reversals.is_currency_mismatch
                then reversals.erp_minor - reversals.exchange_minor
        end as amount_minor,
        {{ approval_limit('reversals.currency', 'limits.refund_approval_limit') }} as approval_limit_amount

    from cases

    inner join reversals on cases.case_key = reversals.case_key

    inner join stages on cases.case_key = stages.case_key

    left join {{ changed('int_storefront_orders') }} as orders
        on
            cases.store = orders.store
            and cases.order_id = orders.order_id

    left join {{ changed('int_case_credits') }} as credits on cases.case_key = credits.case_key

    left join {{ changed('int_case_rmas') }} as rmas on cases.case_key = rmas.case_key

    left join limits on reversals.currency = limits.currency

    where stages.current_stage not in ('declined', 'cancelled')

),

reasons as (

    select
        *,
        coalesce(
            (has_refund and is_settled and payout_status <> 'failed')
            or (
                amount_minor <= 0
                and posting_status = 'done'
                and not has_duplicate_credit
                and not is_reversal_off
            ),
            false
        ) as is_done,
        {{ sorted_list([
            "case when not has_refund and amount_minor > "
            ~ to_minor('approval_limit_amount', 'currency') ~ " then 'above_approval_limit' end",
            "case when has_refund and not is_settled then 'already_refunded' end",
            "case when posting_status not in ('done', 'not_required') then 'credit_not_posted' end",
            "case when is_currency_mismatch then 'currency_mismatch' end",
            "case when has_duplicate_credit then 'duplicate_credit_memo' end",
            "case when inspection_status not in ('done', 'not_required') then 'not_inspected' end",
            "case when not has_refund and not has_captured_payment then 'on_account' end",
            "case when not has_refund and has_cash_refund and not "
            ~ (var('allow_refund_beside_cash_refund') | lower) ~ " then 'paid_by_erp' end",
            "case when payout_status = 'failed' then 'payout_failed' end",
            "case when is_reversal_off then 'reversal_mismatch' end",
            "case when not has_live_rma and not has_credit then 'unlinked' end",
        ]) }} as hold_reasons

    from facts

),

final as (

    select
        case_key,
        amount_minor,
        case
            when is_done then 'done'
            when {{ list_length('hold_reasons') }} > 0 then 'held'
            else 'ready'
        end as decision,
        case when is_done then {{ empty_list() }} else hold_reasons end as hold_reasons

    from reasons

)

select * from final
