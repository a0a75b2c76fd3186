with

periods as (

    select * from {{ ref('stg_netsuite__accounting_periods') }}

),

final as (

    select
        'all' as store,
        cast(period_id as {{ text_type() }}) as period_id,
        period_name,
        is_closed,
        is_receivables_locked,
        started_on,
        ended_on

    from periods

)

select * from final
