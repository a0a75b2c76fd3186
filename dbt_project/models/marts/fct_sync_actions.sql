with

actions as (

    select * from {{ ref('stg_ledger__actions') }}

    where confirmed_at <= {{ as_of() }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

final as (

    select
        actions.intent_key,
        actions.case_key,
        cases.case_name,
        actions.store,
        actions.currency,
        actions.action,
        actions.order_line_id,
        actions.sku,
        actions.location_id,
        actions.reference,
        actions.run_id,
        actions.quantity,
        cast(actions.amount as decimal(18, 3)) as amount,
        actions.sent_at,
        actions.confirmed_at

    from actions

    left join cases on actions.case_key = cases.case_key

)

select * from final
