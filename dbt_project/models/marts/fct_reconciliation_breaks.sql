with

case_breaks as (

    select * from {{ ref('int_case_breaks') }}

),

over_returned as (

    select
        case_key,
        'over_returned' as break_type,
        cast(null as decimal(18, 3)) as amount,
        cast(null as {{ timestamp_type() }}) as due_at

    from {{ ref('int_over_returned_lines') }}

),

policy as (

    select * from {{ ref('break_policy') }}

),

ranked as (

    select
        found.*,
        policy.owner_role,
        policy.next_step,
        row_number() over (partition by found.case_key order by policy.break_rank) as hit_rank

    from (
        select * from case_breaks
        union all
        select distinct * from over_returned
    ) as found

    inner join policy on found.break_type = policy.break_type

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

final as (

    select
        md5(ranked.case_key || '|' || ranked.break_type) as break_key,
        ranked.break_type,
        ranked.case_key,
        lifecycle.case_name,
        lifecycle.store,
        lifecycle.currency,
        case when lifecycle.kind = 'erp_only' then 'return_authorization' else lifecycle.kind end as document_type,
        coalesce(lifecycle.rma_number, lifecycle.case_name) as document_number,
        ranked.amount,
        ranked.due_at,
        {{ age_bucket(days_between('ranked.due_at', as_of())) }} as age_bucket,
        ranked.owner_role,
        ranked.next_step,
        'open' as status,
        lifecycle.storefront_url,
        lifecycle.erp_url

    from ranked

    inner join lifecycle on ranked.case_key = lifecycle.case_key

    where ranked.hit_rank = 1

)

select * from final
