-- What of a credit is no returned unit: shipping, fees, and whatever no order line can claim.
with

credit_lines as (

    select * from {{ changed('int_case_credit_lines') }}

),

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

summed_to_case as (

    select
        credit_lines.case_key,
        sum(case when line_class = 'shipping' then gross_minor - discount_minor + tax_minor else 0 end)
            as shipping_minor,
        -sum(case when line_class = 'fee' then gross_minor - discount_minor + tax_minor else 0 end) as fee_minor,
        sum(
            case
                when line_class = 'other' or (line_class = 'item' and order_line_id is null)
                    then gross_minor - discount_minor + tax_minor
                else 0
            end
        ) as other_minor

    from credit_lines

    inner join case_currencies
        on
            credit_lines.case_key = case_currencies.case_key
            and credit_lines.currency = case_currencies.currency

    group by credit_lines.case_key

)

select * from summed_to_case
