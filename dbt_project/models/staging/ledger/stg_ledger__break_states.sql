{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('ledger', 'break_states'), ['break_key'], 'decided_at') }}

),

renamed as (

    select
        break_key,
        status as break_status,
        owner,
        currency,
        decided_by,
        amount as accepted_amount,
        snoozed_until,
        decided_at

    from newest

)

select * from renamed
