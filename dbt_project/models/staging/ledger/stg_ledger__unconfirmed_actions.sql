{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('ledger', 'unconfirmed_actions'), ['intent_key']) }}

),

renamed as (

    select
        intent_key,
        case_key,
        store,
        order_line_id,
        action,
        sku,
        location_id,
        currency,
        reference,
        run_id,
        state as action_state,
        message,
        quantity,
        amount,
        sent_at

    from newest

)

select * from renamed
