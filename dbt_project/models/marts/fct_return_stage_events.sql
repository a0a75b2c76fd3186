with

-- Joined by themselves: a case has ten events.
cases as (

    select
        cases.case_key,
        cases.case_name,
        cases.store,
        case_currencies.currency

    from {{ changed('int_cases') }} as cases

    inner join {{ changed('int_case_currencies') }} as case_currencies on cases.case_key = case_currencies.case_key

),

events as (

    select
        *,
        cast(null as bigint) as amount_minor
    from {{ changed('int_case_goods_events') }}

    union all

    select * from {{ changed('int_case_money_events') }}

    union all

    -- A notice tells of the stage that it names.
    select
        case_key,
        reference as stage,
        'notified' as event,
        'us' as system,
        'action' as document_type,
        cast(null as {{ text_type() }}) as document_number,
        confirmed_at as occurred_at,
        cast(null as integer) as quantity,
        cast(null as bigint) as amount_minor
    from {{ changed('stg_ledger__actions') }}
    where
        action = 'notify'
        and confirmed_at <= {{ as_of() }}

),

final as (

    select
        events.case_key,
        cases.case_name,
        cases.store,
        cases.currency,
        events.stage,
        events.event,
        events.system,
        events.document_type,
        events.document_number,
        events.occurred_at,
        cast(events.quantity as integer) as quantity,
        {{ from_minor('events.amount_minor', 'cases.currency') }} as amount

    from events

    inner join cases on events.case_key = cases.case_key

)

select * from final
