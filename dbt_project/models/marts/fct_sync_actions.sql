with

confirmed as (

    select * from {{ ref('stg_ledger__actions') }}

    where confirmed_at <= {{ as_of() }}

),

-- Whoever is confirmed was once unconfirmed; of the others those that no call had an effect of were not sent.
unconfirmed as (

    select unconfirmed.*

    from {{ ref('stg_ledger__unconfirmed_actions') }} as unconfirmed

    left join {{ ref('stg_ledger__actions') }} as actions
        on unconfirmed.intent_key = actions.intent_key

    where
        actions.intent_key is null
        and unconfirmed.action_state in ('sent', 'unknown', 'refused')
        and unconfirmed.sent_at <= {{ as_of() }}

),

sent as (

    select
        intent_key,
        case_key,
        store,
        currency,
        action,
        'confirmed' as action_state,
        order_line_id,
        sku,
        location_id,
        reference,
        cast(null as {{ text_type() }}) as message,
        run_id,
        quantity,
        amount,
        sent_at,
        confirmed_at

    from confirmed

    union all

    select
        intent_key,
        case_key,
        store,
        currency,
        action,
        action_state,
        order_line_id,
        sku,
        location_id,
        reference,
        message,
        run_id,
        quantity,
        amount,
        sent_at,
        cast(null as {{ timestamp_type() }}) as confirmed_at

    from unconfirmed

),

cases as (

    select * from {{ ref('int_cases') }}

),

final as (

    select
        sent.intent_key,
        sent.case_key,
        cases.case_name,
        sent.store,
        sent.currency,
        sent.action,
        sent.action_state,
        sent.order_line_id,
        sent.sku,
        sent.location_id,
        sent.reference,
        sent.message,
        sent.run_id,
        sent.quantity,
        cast(sent.amount as decimal(18, 3)) as amount,
        sent.sent_at,
        sent.confirmed_at

    from sent

    left join cases on sent.case_key = cases.case_key

)

select * from final
