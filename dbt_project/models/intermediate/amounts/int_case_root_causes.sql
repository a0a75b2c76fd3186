with

amounts as (

    select * from {{ changed('int_case_amounts') }}

),

stages as (

    select * from {{ changed('int_case_stages') }}

),

milestones as (

    select * from {{ changed('int_case_milestones') }}

),

lines_summed_to_case as (

    select
        case_key,
        max(case when credited_quantity > credit_limit_quantity then 1 else 0 end) = 1 as has_duplicate_credit,
        max(case when refunded_quantity > refund_limit_quantity then 1 else 0 end) = 1 as has_duplicate_refund

    from {{ changed('int_case_lines') }}

    group by case_key

),

credit_tax_codes as (

    select
        credit_lines.case_key,
        {{ joined_distinct('taxes.tax_code') }} as tax_codes

    from {{ changed('int_case_credit_lines') }} as credit_lines

    inner join {{ changed('int_erp_line_taxes') }} as taxes
        on
            credit_lines.document_id = taxes.document_id
            and credit_lines.tax_line_id = taxes.line_id

    where credit_lines.order_line_id is not null

    group by credit_lines.case_key

),

credited_lines as (

    select distinct
        credit_lines.case_key,
        cases.store,
        credit_lines.order_line_id

    from {{ changed('int_case_credit_lines') }} as credit_lines

    inner join {{ changed('int_cases') }} as cases on credit_lines.case_key = cases.case_key

    where credit_lines.order_line_id is not null

),

original_tax_codes as (

    select
        credited_lines.case_key,
        {{ joined_distinct('taxes.tax_code') }} as tax_codes

    from credited_lines

    inner join {{ changed('int_storefront_order_line_taxes') }} as taxes
        on
            credited_lines.store = taxes.store
            and credited_lines.order_line_id = taxes.order_line_id

    group by credited_lines.case_key

),

due_dates as (

    select
        amounts.*,
        stages.inspection_status,
        stages.inspected_at,
        coalesce(lines.has_duplicate_credit, false) as has_duplicate_credit,
        coalesce(lines.has_duplicate_refund, false) as has_duplicate_refund,
        coalesce(credit_tax_codes.tax_codes, '') <> coalesce(original_tax_codes.tax_codes, '') as has_other_tax_codes,
        amounts.storefront_minor - amounts.erp_minor as variance_minor,
        least(
            greatest(amounts.refunded_quantity, amounts.credited_quantity, 1), {{ var('tolerance_cap_minor') }}
        ) as tolerance_minor,
        least(greatest(amounts.credited_quantity, 1), {{ var('tolerance_cap_minor') }}) as credited_tolerance_minor,
        case
            when amounts.has_refund and amounts.has_credit
                then greatest(milestones.refunded_at, milestones.credited_at)
            when amounts.has_refund and stages.inspection_status = 'not_required' then milestones.refunded_at
            when amounts.has_refund
                then
                    least(
                        greatest(
                            coalesce(
                                stages.inspected_at,
                                {{ add_days('milestones.refunded_at', var('credit_due_days')) }}
                            ),
                            milestones.refunded_at
                        ),
                        {{ add_days('milestones.refunded_at', var('credit_due_days')) }}
                    )
            when amounts.has_credit then milestones.credited_at
        end as falls_due_at

    from amounts

    inner join stages on amounts.case_key = stages.case_key

    inner join milestones on amounts.case_key = milestones.case_key

    left join lines_summed_to_case as lines on amounts.case_key = lines.case_key

    left join credit_tax_codes on amounts.case_key = credit_tax_codes.case_key

    left join original_tax_codes on amounts.case_key = original_tax_codes.case_key

),

ranked as (

    select
        *,
        greatest(
            abs(quantity_component_minor),
            abs(price_component_minor),
            abs(discount_component_minor),
            abs(tax_component_minor),
            abs(shipping_component_minor),
            abs(fee_component_minor),
            abs(adjustment_component_minor)
        ) as largest_component_minor

    from due_dates

),

-- The causes that do not move with the clock; a document that one side lacks is judged by its age elsewhere.
final as (

    select
        case_key,
        has_duplicate_credit,
        credited_tolerance_minor,
        falls_due_at,
        case
            when not has_refund and not has_credit then 'not_due'
            when is_currency_mismatch then 'currency_mismatch'
            when has_duplicate_credit then 'duplicate_credit_memo'
            when has_duplicate_refund then 'duplicate_refund'
            when not has_credit then 'credit_memo'
            when not has_refund then 'refund'
            when variance_minor = 0 and largest_component_minor > tolerance_minor then 'offsetting'
            when variance_minor = 0 then 'none'
            when
                abs(variance_minor) <= tolerance_minor
                and quantity_component_minor = 0
                and shipping_component_minor = 0
                and fee_component_minor = 0
                and adjustment_component_minor = 0
                then 'rounding'
            when abs(quantity_component_minor) = largest_component_minor then 'quantity'
            when abs(price_component_minor) = largest_component_minor then 'unit_price'
            when abs(discount_component_minor) = largest_component_minor then 'discount_allocation'
            when abs(tax_component_minor) = largest_component_minor and has_other_tax_codes then 'tax_code'
            when abs(tax_component_minor) = largest_component_minor then 'tax_rate'
            when abs(shipping_component_minor) = largest_component_minor then 'shipping'
            when abs(fee_component_minor) = largest_component_minor then 'fee'
            else 'adjustment'
        end as timeless_cause

    from ranked

)

select * from final
