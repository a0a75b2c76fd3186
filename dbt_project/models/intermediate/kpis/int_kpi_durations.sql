-- How long things take: open items count with their age so far, so that what is stuck is not left out.
with

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

    where current_stage not in ('declined', 'cancelled')

),

milestones as (

    select * from {{ ref('int_case_milestones') }}

),

orders as (

    select * from {{ ref('int_storefront_orders') }}

),

cases as (

    select
        lifecycle.*,
        milestones.first_paid_at,
        orders.placed_at,
        {{ as_of() }} as now_at

    from lifecycle

    inner join milestones on lifecycle.case_key = milestones.case_key

    left join orders
        on
            lifecycle.store = orders.store
            and lifecycle.order_id = orders.order_id

),

{% set cycles = {'request': 'requested_at', 'receipt': 'received_at'} %}
{% set stages = {
    'confirmation': ('requested_at', 'approved_at', "confirmation_status <> 'not_required' and kind = 'return'"),
    'transit': ('coalesce(approved_at, rma_opened_at)', 'received_at', "inspection_status <> 'not_required'"),
    'inspection': ('received_at', 'inspected_at', "inspection_status <> 'not_required'"),
    'posting': ('inspected_at', 'credited_at', "posting_status <> 'not_required'"),
    'payout': ('credited_at', 'first_paid_at', "payout_status <> 'not_required'"),
} %}

spans as (

    {% for basis, start in cycles.items() %}
        select
            'refund_cycle_days' as measure,
            '{{ basis }}' as basis,
            store,
            currency,
            {{ store_month(start, 'store') }} as period,
            {{ decimal_days_between(start, 'greatest(' ~ start ~ ', coalesce(first_paid_at, now_at))') }} as days
        from cases
        where
            {{ start }} is not null
            and kind = 'return'
            and payout_status <> 'not_required'
        union all
    {% endfor %}

    {% for stage, (start, finish, condition) in stages.items() %}
        select
            'stage_days' as measure,
            '{{ stage }}' as basis,
            store,
            currency,
            'all' as period,
            {{ decimal_days_between(start, 'greatest(' ~ start ~ ', coalesce(' ~ finish ~ ', now_at))') }} as days
        from cases
        where
            {{ start }} is not null
            and {{ condition }}
        union all
    {% endfor %}

    select
        'order_to_refund_days' as measure,
        'activity' as basis,
        store,
        currency,
        {{ store_month('refunded_at', 'store') }} as period,
        cast(
            {{ calendar_days_between(store_date('placed_at', 'store'), store_date('refunded_at', 'store')) }}
            as decimal(18, 2)
        ) as days
    from cases
    where
        refunded_at is not null
        and placed_at is not null

),

summed_to_period as (

    select
        measure,
        basis,
        store,
        currency,
        period,
        sum(days) as total_days,
        count(*) as case_count,
        cast({{ percentile('days', 0.5) }} as decimal(18, 4)) as median_days,
        cast({{ percentile('days', 0.9) }} as decimal(18, 4)) as p90_days

    from spans

    group by measure, basis, store, currency, period

),

final as (

    select
        measure || '_median' as kpi,
        store,
        currency,
        period,
        basis,
        total_days as numerator,
        case_count as denominator,
        median_days as measured,
        cast(null as decimal(18, 3)) as amount

    from summed_to_period

    union all

    select
        measure || '_p90' as kpi,
        store,
        currency,
        period,
        basis,
        total_days as numerator,
        case_count as denominator,
        p90_days as measured,
        cast(null as decimal(18, 3)) as amount

    from summed_to_period

    where measure = 'refund_cycle_days'

)

select * from final
