-- What was credited, or else refunded, beyond what the case may carry: the units over, at the rate of the units taken.
with

lines as (

    select * from {{ changed('int_case_lines') }}

),

amounts as (

    select * from {{ changed('int_case_line_amounts') }}

),

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

excesses as (

    select
        lines.case_key,
        case_currencies.currency,
        case
            when lines.credited_quantity > lines.credit_limit_quantity
                then
                    {{ ratio(
                        'amounts.erp_total_minor',
                        'lines.credited_quantity - lines.credit_limit_quantity',
                        'lines.credited_quantity'
                    ) }}
        end as credited_excess_minor,
        case
            when lines.refunded_quantity > lines.refund_limit_quantity
                then
                    {{ ratio(
                        'amounts.storefront_total_minor',
                        'lines.refunded_quantity - lines.refund_limit_quantity',
                        'lines.refunded_quantity'
                    ) }}
        end as refunded_excess_minor

    from lines

    inner join case_currencies on lines.case_key = case_currencies.case_key

    inner join amounts
        on
            lines.case_key = amounts.case_key
            and lines.order_line_id = amounts.order_line_id
            and case_currencies.currency = amounts.currency

),

final as (

    select
        case_key,
        {{ from_minor('coalesce(sum(credited_excess_minor), sum(refunded_excess_minor))', 'min(currency)') }}
            as excess_amount

    from excesses

    where
        credited_excess_minor is not null
        or refunded_excess_minor is not null

    group by case_key

)

select * from final
