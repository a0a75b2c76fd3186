-- Question 2: of the units put on sale, how many had passed before? A later pass does not mend it.
with

cases as (

    select * from {{ ref('int_case_stock_put_on_sale') }}

    where put_on_sale > 0

),

exposures_summed_to_case as (

    select
        case_key,
        sum(open_amount) as open_amount

    from {{ ref('fct_restock_exposure') }}

    group by case_key

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

final as (

    select
        'stock_after_inspection' as question,
        lifecycle.store,
        lifecycle.currency,
        sum(cases.put_on_sale - cases.put_on_sale_unpassed) as numerator,
        sum(cases.put_on_sale) as denominator,
        cast(null as decimal(18, 3)) as numerator_amount,
        cast(null as decimal(18, 3)) as denominator_amount,
        sum(coalesce(exposures.open_amount, 0)) as amount

    from cases

    inner join lifecycle on cases.case_key = lifecycle.case_key

    left join exposures_summed_to_case as exposures on cases.case_key = exposures.case_key

    group by lifecycle.store, lifecycle.currency

)

select * from final
