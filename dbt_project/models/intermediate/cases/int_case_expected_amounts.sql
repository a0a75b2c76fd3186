with

amounts as (

    select * from {{ changed('int_case_amounts') }}

),

stages as (

    select * from {{ changed('int_case_stages') }}

),

final as (

    select
        amounts.case_key,
        case
            when stages.current_stage in ('declined', 'cancelled') then 0
            else amounts.expected_lines_minor + amounts.expected_shipping_minor - amounts.agreed_fee_minor
        end as expected_minor

    from amounts

    inner join stages on amounts.case_key = stages.case_key

)

select * from final
