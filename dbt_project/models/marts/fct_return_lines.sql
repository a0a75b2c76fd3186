with

lines as (

    select * from {{ changed('int_case_lines') }}

),

amounts as (

    select * from {{ changed('int_case_line_amounts') }}

),

originals as (

    select * from {{ changed('int_case_line_originals') }}

),

-- Joined by themselves: a case has several lines.
cases as (

    select
        cases.case_key,
        cases.case_name,
        cases.store,
        cases.return_id,
        stages.current_stage,
        case_currencies.is_currency_mismatch

    from {{ changed('int_cases') }} as cases

    inner join {{ changed('int_case_stages') }} as stages on cases.case_key = stages.case_key

    inner join {{ changed('int_case_currencies') }} as case_currencies on cases.case_key = case_currencies.case_key

),

stock as (

    select * from {{ changed('int_case_line_stock') }}

),

return_lines as (

    select * from {{ changed('int_storefront_return_lines') }}

),

final as (

    select
        lines.case_key,
        cases.case_name,
        lines.store,
        amounts.currency,
        lines.order_line_id,
        lines.sku,
        return_lines.return_reason,
        originals.credited_tax_codes as tax_codes,
        originals.tax_codes as original_tax_codes,
        lines.ordered_quantity,
        lines.requested_quantity,
        lines.authorized_quantity,
        lines.received_quantity,
        lines.passed_quantity,
        lines.failed_quantity,
        coalesce(stock.on_sale_quantity, 0) as restocked_quantity,
        lines.refunded_quantity,
        lines.credited_quantity,
        {{ from_minor('originals.gross_minor', 'amounts.currency') }} as original_gross_amount,
        {{ from_minor('originals.discount_minor', 'amounts.currency') }} as original_discount_amount,
        {{ from_minor('originals.tax_minor', 'amounts.currency') }} as original_tax_amount,
    {% for part in ['gross', 'discount', 'tax'] %}
        {{ from_minor('amounts.storefront_' ~ part ~ '_minor', 'amounts.currency') }}
            as storefront_{{ part }}_amount,
        case
            when not cases.is_currency_mismatch
                then {{ from_minor('amounts.erp_' ~ part ~ '_minor', 'amounts.currency') }}
        end as erp_{{ part }}_amount,
        {{ from_minor(
            "case when cases.current_stage in ('declined', 'cancelled') then 0"
            ~ ' else amounts.expected_reversal_' ~ part ~ '_minor end',
            'amounts.currency'
        ) }}
            as expected_{{ part }}_amount
        {{- ',' if not loop.last }}
    {% endfor %}

    from lines

    inner join cases on lines.case_key = cases.case_key

    inner join amounts
        on
            lines.case_key = amounts.case_key
            and lines.order_line_id = amounts.order_line_id

    inner join originals
        on
            lines.case_key = originals.case_key
            and lines.order_line_id = originals.order_line_id

    left join stock
        on
            lines.case_key = stock.case_key
            and lines.order_line_id = stock.order_line_id

    left join return_lines
        on
            cases.store = return_lines.store
            and cases.return_id = return_lines.return_id
            and lines.order_line_id = return_lines.order_line_id

)

select * from final
