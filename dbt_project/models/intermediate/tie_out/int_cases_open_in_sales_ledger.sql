-- What is processed and not yet refunded, or refunded and not yet processed, stands on one side alone for a while.
with

unfinished_returns as (

    select distinct {{ case_key('lines.store', "'return'", 'lines.return_id') }} as case_key

    from {{ changed('stg_shopify__return_lines') }} as lines

    inner join {{ changed('stg_shopify__returns') }} as returns
        on
            lines.store = returns.store
            and lines.return_id = returns.return_id

    where
        lines.processed_quantity <> lines.refunded_quantity
        or (lines.requested_quantity <> lines.refunded_quantity and returns.return_status <> 'closed')

),

-- A return's own quantities know no clock: one that goes on after it is compared later.
moved_later as (

    select {{ case_key('store', "'return'", 'return_id') }} as case_key
    from {{ changed('stg_shopify__refunds') }}
    where
        return_id is not null
        and refunded_at > {{ as_of() }}

    union

    select {{ case_key('store', "'return'", 'return_id') }} as case_key
    from {{ changed('stg_shopify__sales') }}
    where
        return_id is not null
        and happened_at > {{ as_of() }}

),

-- An order whose ledger was read before its refunds has no witness for the last of them.
read_too_early as (

    select distinct case_refunds.case_key

    from {{ changed('int_case_refunds') }} as case_refunds

    inner join {{ changed('stg_shopify__refunds') }} as refunds
        on
            case_refunds.store = refunds.store
            and case_refunds.refund_id = refunds.refund_id

    left join {{ changed('stg_shopify__sales_agreements') }} as agreements
        on
            case_refunds.store = agreements.store
            and case_refunds.order_id = agreements.order_id

    where
        agreements.order_id is null
        or agreements._extracted_at < refunds._extracted_at

),

final as (

    select case_key from unfinished_returns
    union
    select case_key from moved_later
    union
    select case_key from read_too_early

)

select * from final
