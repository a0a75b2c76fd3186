with

rmas as (

    select * from {{ changed('int_rmas_linked_to_cases') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by case_key
            order by
                case when document_status = 'cancelled' then 1 else 0 end,
                created_at,
                document_number,
                document_id
        ) as live_rank

    from rmas

),

summed_to_case as (

    select
        case_key,
        min(case when live_rank = 1 and document_status <> 'cancelled' then document_id end) as rma_id,
        min(case when live_rank = 1 and document_status <> 'cancelled' then document_number end) as rma_number,
        min(case when document_status <> 'cancelled' then created_at end) as rma_opened_at,
        min(created_at) as first_rma_at,
        sum(case when document_status <> 'cancelled' then abs(total_amount) end) as total_amount,
        min(currency) as currency,
        count(distinct currency) as currency_count,
        max(case when document_status <> 'cancelled' then 1 else 0 end) = 1 as has_live_rma,
        min(case when document_status in ('closed', 'cancelled') then 1 else 0 end) = 1 as is_wait_over,
        max(case link_method when 'explicit' then 3 when 'order_lines' then 2 else 0 end) as link_rank

    from ranked

    group by case_key

)

select * from summed_to_case
