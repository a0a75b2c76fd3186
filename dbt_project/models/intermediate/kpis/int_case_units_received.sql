-- What came back of each case, worth what its lines were sold for, by the months of the order and of the receipt.
with

sold as (

    select * from {{ changed('int_lines_sold') }}

),

received as (

    select
        cases.case_key,
        sold.store,
        sold.currency,
        sold.sold_in,
        {{ store_month('receipts.received_at', 'sold.store') }} as received_in,
        receipts.quantity,
        {{ ratio('sold.net_minor', 'cast(receipts.quantity as bigint)', 'sold.ordered_quantity') }} as net_minor

    from {{ changed('int_case_receipt_lines') }} as receipts

    inner join {{ changed('int_cases') }} as cases on receipts.case_key = cases.case_key

    inner join sold
        on
            cases.store = sold.store
            and receipts.order_line_id = sold.order_line_id

),

final as (

    select
        case_key,
        store,
        currency,
        sold_in,
        received_in,
        cast(sum(quantity) as bigint) as returned_quantity,
        cast(sum(net_minor) as bigint) as returned_minor

    from received

    group by case_key, store, currency, sold_in, received_in

)

select * from final
