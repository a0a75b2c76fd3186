with

transactions as (

    select * from {{ changed('stg_netsuite__transactions') }}

),

known_by_as_of as (

    select
        document_id,
        document_type,
        document_number,
        case document_type
            when 'return_authorization'
                then
                    case status_code
                        when 'A' then 'pending_approval'
                        when 'B' then 'pending_receipt'
                        when 'C' then 'cancelled'
                        when 'D' then 'partially_received'
                        when 'E' then 'pending_refund_partially_received'
                        when 'F' then 'pending_refund'
                        when 'G' then 'refunded'
                        when 'H' then 'closed'
                        else 'unknown'
                    end
            else status_code
        end as document_status,
        currency,
        storefront_order_reference,
        storefront_return_reference,
        period_id,
        exchange_rate,
        total_amount,
        dated_on,
        created_at,
        least(
            case when voided_at <= {{ as_of() }} then voided_at end,
            case when deleted_at <= {{ as_of() }} then deleted_at end
        ) as ended_at

    from transactions

    where
        created_at <= {{ as_of() }}
        and not is_memorized

)

select
    *,
    ended_at is null as is_effective

from known_by_as_of
