with

credits as (

    select * from {{ changed('int_erp_documents') }}

    where
        document_type in ('credit_memo', 'cash_refund')
        and is_effective

),

lines as (

    select * from {{ changed('int_erp_document_lines') }}

    where line_class not in ('line_discount', 'header_discount', 'subtotal')

),

line_sources as (

    select * from {{ changed('int_erp_line_sources') }}

    where source_document_type = 'return_authorization'

),

rmas as (

    select * from {{ changed('int_rmas_linked_to_cases') }}

),

-- What names no authorization, by a link or as what it was made from, goes with the credit's first one.
first_rma_of_credit as (

    select
        document_id,
        case_key

    from (
        select
            sources.document_id,
            rmas.case_key,
            row_number() over (
                partition by sources.document_id
                order by rmas.created_at, rmas.document_number, rmas.document_id
            ) as rma_rank

        from {{ changed('int_erp_document_sources') }} as sources

        inner join rmas on sources.source_document_id = rmas.document_id
    ) as ranked

    where rma_rank = 1

),

by_lines as (

    select * from {{ changed('int_credits_matched_by_lines') }}

    where not is_ambiguous

),

ambiguous as (

    select distinct document_id

    from {{ changed('int_credits_matched_by_lines') }}

    where is_ambiguous

),

orders_of_credits as (

    select * from {{ changed('int_erp_documents_linked_to_orders') }}

),

linked as (

    select
        credits.document_id,
        lines.line_id,
        coalesce(
            rma_of_line.case_key,
            rma_named.case_key,
            first_rma_of_credit.case_key,
            by_lines.case_key,
            {{ case_key('orders_of_credits.store', "'erp'", "cast(credits.document_id as " ~ text_type() ~ ")") }}
        ) as case_key,
        case
            when rma_of_line.case_key is not null or first_rma_of_credit.case_key is not null then 'created_from'
            when by_lines.case_key is not null then 'order_lines'
            when ambiguous.document_id is not null then 'ambiguous'
            else 'unlinked'
        end as link_method

    from credits

    -- A credit without any line is a document of its case all the same.
    left join lines on credits.document_id = lines.document_id

    left join line_sources
        on
            lines.document_id = line_sources.document_id
            and lines.line_id = line_sources.line_id

    left join rmas as rma_of_line on line_sources.source_document_id = rma_of_line.document_id

    left join rmas as rma_named on lines.source_document_id = rma_named.document_id

    left join first_rma_of_credit on credits.document_id = first_rma_of_credit.document_id

    left join by_lines on credits.document_id = by_lines.document_id

    left join ambiguous on credits.document_id = ambiguous.document_id

    left join orders_of_credits on credits.document_id = orders_of_credits.document_id

)

select * from linked
