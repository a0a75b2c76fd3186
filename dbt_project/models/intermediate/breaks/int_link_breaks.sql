-- Documents whose counterpart is not known: they are shown, never guessed.
with

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

judged as (

    select
        lifecycle.case_key,
        coalesce(lifecycle.requested_at, lifecycle.credited_at) as known_since,
        case
            when lifecycle.link_method = 'ambiguous' then 'ambiguous'
            when lifecycle.link_method <> 'unlinked' or lifecycle.current_stage in ('declined', 'cancelled') then null
            when lifecycle.kind = 'erp_only' and lifecycle.order_id is null then 'no_reference'
            when lifecycle.kind = 'erp_only' then 'unlinked'
            -- The ERP may take its time to authorize; a refund without a return is linked by its credit alone.
            when
                lifecycle.kind = 'return'
                and {{ days_between('lifecycle.requested_at', as_of()) }} > {{ var('grace_days') }}
                then 'unlinked'
        end as break_type,
        case
            when lifecycle.kind = 'return' then 'return'
            when lifecycle.kind = 'refund_only' then 'refund'
            else 'credit'
        end as opens,
        greatest(
            variances.storefront_amount,
            coalesce(variances.erp_amount, 0),
            coalesce(variances.expected_amount, 0)
        ) as amount

    from lifecycle

    inner join variances on lifecycle.case_key = variances.case_key

),

-- What the storefront took back without knowing the sale.
unverified as (

    select
        lifecycle.case_key,
        lifecycle.requested_at

    from lifecycle

    inner join {{ ref('int_cases') }} as cases on lifecycle.case_key = cases.case_key

    where
        cases.unverified_quantity > 0
        and lifecycle.current_stage not in ('declined', 'cancelled')

),

final as (

    select
        case_key,
        'link' as subject,
        cast(null as {{ text_type() }}) as order_line_id,
        break_type,
        opens,
        amount,
        known_since as due_at

    from judged

    where break_type is not null

    union all

    select
        case_key,
        'link' as subject,
        cast(null as {{ text_type() }}) as order_line_id,
        'unverified_line' as break_type,
        'return' as opens,
        cast(null as decimal(18, 3)) as amount,
        requested_at as due_at
    from unverified

)

select * from final
