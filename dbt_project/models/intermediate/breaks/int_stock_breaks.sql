-- Units on sale that nobody passed, or that the warehouse failed.
with

exposures as (

    select * from {{ ref('fct_restock_exposure') }}

),

final as (

    select
        case_key,
        'stock' as subject,
        order_line_id,
        case when failed_quantity > 0 then 'restock_against_grade' else 'restock_before_inspection' end as break_type,
        case when failed_quantity > 0 then 'receipt' else 'authorization' end as opens,
        open_amount as amount,
        first_exposed_at as due_at

    from exposures

    where open_quantity > 0

)

select * from final
