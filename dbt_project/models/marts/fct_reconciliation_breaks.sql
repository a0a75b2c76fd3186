with

breaks as (

    select * from {{ ref('int_breaks') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

documents as (

    select * from {{ ref('int_case_documents') }}

),

policy as (

    select * from {{ ref('currency_policy') }}

),

decided as (

    select * from {{ ref('stg_ledger__break_states') }}

    where decided_at <= {{ as_of() }}

),

-- Where the document to open does not exist, the nearest one does.
openable as (

    select
        breaks.break_key,
        documents.document_type,
        documents.document_number,
        row_number() over (
            partition by breaks.break_key
            order by
                case
                    when documents.family = breaks.opens then 0
                    when documents.family = 'authorization' then 1
                    when documents.family = 'return' then 2
                    when documents.family = 'refund' then 3
                    when documents.family = 'credit' then 4
                    else 5
                end,
                documents.family
        ) as choice

    from breaks

    inner join documents on breaks.case_key = documents.case_key

),

final as (

    select
        breaks.break_key,
        breaks.break_type,
        breaks.subject,
        breaks.case_key,
        lifecycle.case_name,
        lifecycle.store,
        lifecycle.currency,
        breaks.order_line_id,
        openable.document_type,
        openable.document_number,
        breaks.amount,
        cast(coalesce(policy.materiality, {{ var('other_materiality') }}) as decimal(18, 3)) as materiality_amount,
        breaks.due_at,
        case
            when breaks.due_at <= {{ as_of() }} then {{ age_bucket(days_between('breaks.due_at', as_of())) }}
        end as age_bucket,
        breaks.owner_role,
        breaks.next_step,
        -- An acceptance holds for its amount. A word that it was mended is disproved by the break still being here.
        case
            when decided.break_status = 'snoozed' and decided.snoozed_until > {{ as_of() }} then 'snoozed'
            when
                decided.break_status = 'accepted'
                and coalesce(decided.accepted_amount, -1) = coalesce(breaks.amount, -1)
                then 'accepted'
            else 'open'
        end as status,
        lifecycle.storefront_url,
        lifecycle.erp_url

    from breaks

    inner join lifecycle on breaks.case_key = lifecycle.case_key

    left join policy on lifecycle.currency = policy.currency

    left join decided on breaks.break_key = decided.break_key

    left join openable
        on
            breaks.break_key = openable.break_key
            and openable.choice = 1

)

select * from final
