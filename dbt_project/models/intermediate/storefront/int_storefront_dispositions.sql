with

dispositions as (

    select * from {{ changed('stg_shopify__dispositions') }}

),

returns as (

    select * from {{ changed('int_storefront_returns') }}

),

made_by_as_of as (

    select dispositions.*

    from dispositions

    inner join returns
        on
            dispositions.store = returns.store
            and dispositions.return_id = returns.return_id

    where
        dispositions.disposed_at <= {{ as_of() }}
        and dispositions.order_line_id is not null

)

select * from made_by_as_of
